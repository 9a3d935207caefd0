"""The claims of the paper that no run decides: a formula does, or nothing here can."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lossstudy import paper
from lossstudy.labels import label_space, name_table
from lossstudy.results._records import Record


class Verdict(NamedTuple):
    """What came of a claim on one kind of images, or of the formula it is about.

    Attributes:
        text: The verdict in a few words.
        data: The profile and what the images were; empty where no run was looked at.
        evidence: One line a number.
        runs: The runs it rests on.
    """

    text: str
    data: str = ""
    evidence: tuple[str, ...] = ()
    runs: tuple[Record, ...] = ()


def _gamma_zero() -> Verdict:
    p_t = np.linspace(0.01, 0.99, 99)
    meant, printed = (
        bool(np.allclose(weight(p_t, gamma=0.0), 1))
        for weight in (paper.weight_as_meant, paper.weight_as_printed)
    )
    words = {True: "true", False: "false"}
    return Verdict(
        f"{words[meant]} as meant, {words[printed]} as printed",
        evidence=(
            f"(λ − p)^0 = {paper.weight_as_meant(0.5, gamma=0.0):g}",
            f"(λ − p) · 0 = {paper.weight_as_printed(0.5, gamma=0.0):g}",
        ),
    )


def _ignores_hard() -> Verdict:
    ratios = {lam: paper.hard_over_easy(2.0, lam) for lam in (1.0, 2.0)}
    opposite = all(ratio > 1 for ratio in ratios.values())
    return Verdict(
        "the equation does the opposite" if opposite else "the equation does",
        evidence=tuple(
            f"γ = 2, λ = {lam:g}: a pixel at p = 0.1 weighs {ratio:.1f} times one at p = 0.9"
            for lam, ratio in ratios.items()
        ),
    )


def _small_objects() -> Verdict:
    scored, annotated = label_space("cityscapes19").classes, name_table("idd", "idd30")
    lines = [
        f"{thing}: {'a class of IDD' if name in annotated else 'no class of IDD'}, "
        f"{'scored' if name in scored else 'not among the 19 scored'}"
        for thing, name in (
            ("cow", "animal"), ("speed breaker", "speed breaker"),
            ("road separator", "road separator"),
        )
    ]  # fmt: skip
    return Verdict("not testable here", evidence=tuple(lines))


REASONED: dict[str, tuple[str, Callable[[], Verdict]]] = {
    "gamma-zero": ("The weight before −log p at γ = 0 is 1 for every p.", _gamma_zero),
    "focal-ignores-hard": (
        "A pixel at p = 0.1 gets less weight than one at p = 0.9, both before −log p.",
        _ignores_hard,
    ),
    "small-objects": (
        "The objects it names would have to be classes that are scored.", _small_objects,
    ),
    "adaptive-needed": (
        "A conclusion, not a measurement: an adaptive loss would have to be ahead of all static "
        "ones.",
        lambda: Verdict("not testable by these runs"),
    ),
}  # fmt: skip
"""The claims that no run of the study decides."""
