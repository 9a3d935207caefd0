"""What was asked of the adaptive loss, the rule that decides each point, and the verdict."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from lossstudy.results._text import number, with_bounds, words
from lossstudy.results.adaptive._comparison import (
    DEFAULTS,
    OURS,
    RULED,
    Gap,
    accuracy_gaps,
    against,
    one_class_signs,
    rare_gains,
)
from lossstudy.results.adaptive._outcomes import TUNED, Outcome, difference, of
from lossstudy.study import ADAPTIVE_GRID, ADAPTIVE_STRESS

RARE_GAIN = 0.08
"""What the rare third is to gain in mean IoU on generated scenes, set before the runs."""

TUNED_OPPONENTS = tuple(f"{loss}{TUNED}" for loss in ADAPTIVE_GRID)
BALANCED = "balanced"
REAL = "CamVid"


class Point(NamedTuple):
    """One point that was asked, and what the runs say."""

    asked: str
    rule: str
    verdict: str
    """`held`, `failed`, `undecided` or `no runs`."""
    evidence: tuple[str, ...]
    """One line a number, with its interval."""


def verdicts(found: Sequence[Outcome]) -> list[Point]:
    """Return the verdict on each point, from the runs there are."""
    default = against(found, DEFAULTS)
    tuned = against(found, TUNED_OPPONENTS)
    ruled = against(found, RULED)
    rare = [gap for gap in rare_gains(found) if gap.setting not in {REAL, BALANCED}]
    balanced = [gap for gap in default if gap.setting == BALANCED]
    imbalanced = [gap for gap in default if gap.setting != BALANCED]
    accuracy = accuracy_gaps(found)
    return [
        Point(
            "not below the best default static loss, on any dataset",
            "no 95 % interval of the difference lies below 0; the best is chosen on the "
            "validation images themselves",
            _decide(default, lambda gap: gap.gap.high < 0),
            _listed(default),
        ),
        Point(
            "above it where classes are imbalanced",
            "every such interval lies above 0; failed if half of the differences or more are not "
            "positive",
            _above(imbalanced),
            _listed(imbalanced),
        ),
        Point(
            "within the interval of the best tuned static loss, untuned",
            "no interval of the difference lies below 0; tuned on the images held out",
            _decide(tuned, lambda gap: gap.gap.high < 0),
            _listed(tuned),
        ),
        Point(
            f"+ {RARE_GAIN:.2f} mean IoU in the rare third against cross entropy, on scenes",
            f"the difference is at least {RARE_GAIN:.2f} on every imbalanced set of scenes",
            _decide(
                rare, lambda gap: gap.gap.mean < RARE_GAIN, lambda gap: gap.gap.low < RARE_GAIN
            ),
            _listed(rare),
        ),
        Point(
            "no gain that rests on one class",
            "with any one class left out, the gain over cross entropy keeps its sign",
            *_one_class(found),
        ),
        Point(
            "costs nothing on balanced data",
            "the interval there does not lie below 0",
            _decide(balanced, lambda gap: gap.gap.high < 0),
            _listed(balanced),
        ),
        Point(
            "pixel accuracy not below combo's",
            "the mean difference over seeds is not negative on any dataset",
            _decide(accuracy, lambda gap: gap.gap.mean < 0),
            _listed(accuracy),
        ),
        Point(
            "not made unnecessary by a decision rule after training",
            "ours is above cross entropy and combo with a rule fitted on the images held out: "
            "no interval lies below 0, and not every one includes it",
            _above(ruled),
            _listed(ruled),
        ),
        Point(
            "outlives longer training, class-uniform sampling, s4GAN and few labels",
            "against combo and cross entropy under the same stress, no interval lies below 0",
            *_stressed(found),
        ),
    ]


def _decide(
    gaps: Sequence[Gap],
    fails: Callable[[Gap], bool],
    doubts: Callable[[Gap], bool] = lambda gap: False,
) -> str:
    """Return `failed` if any gap fails, `undecided` if any is in doubt, else `held`."""
    if not gaps:
        return "no runs"
    if any(fails(gap) for gap in gaps):
        return "failed"
    return "undecided" if any(doubts(gap) for gap in gaps) else "held"


def _above(gaps: Sequence[Gap]) -> str:
    """Return `held` if every interval lies above 0, `failed` if half the gaps are not positive.

    One interval below 0 is `failed` too; anything else is `undecided`.
    """
    if not gaps:
        return "no runs"
    if all(gap.gap.low > 0 for gap in gaps):
        return "held"
    losing = sum(gap.gap.mean <= 0 for gap in gaps)
    return (
        "failed" if 2 * losing >= len(gaps) or any(g.gap.high < 0 for g in gaps) else "undecided"
    )


def _one_class(found: Sequence[Outcome]) -> tuple[str, tuple[str, ...]]:
    signs = one_class_signs(found, "cross_entropy")
    if not signs:
        return "no runs", ()
    kept = all(np.sign(low) == np.sign(high) for low, high in signs.values())
    evidence = tuple(
        f"{setting}: {number(low, '+.3f')} to {number(high, '+.3f')}"
        for setting, (low, high) in signs.items()
    )
    return ("held" if kept else "failed"), evidence


def stress_gaps(found: Sequence[Outcome]) -> list[Gap]:
    """Return ours against cross entropy and combo under each stress."""
    gaps = []
    for setting in ADAPTIVE_STRESS:
        ours = of(found, setting, OURS)
        for opponent in ("cross_entropy", "combo"):
            theirs = of(found, setting, opponent)
            if shared := len(ours.keys() & theirs.keys()):
                gaps.append(Gap(setting, opponent, difference(ours, theirs), shared))
    return gaps


def _stressed(found: Sequence[Outcome]) -> tuple[str, tuple[str, ...]]:
    gaps = stress_gaps(found)
    return _decide(gaps, lambda gap: gap.gap.high < 0), _listed(gaps)


def _listed(gaps: Sequence[Gap]) -> tuple[str, ...]:
    return tuple(
        f"{gap.setting}: {with_bounds(gap.gap)} against {words(gap.opponent)}" for gap in gaps
    )
