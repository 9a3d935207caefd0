"""The adaptive loss against its opponents: tables, and the verdict on each thing asked of it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from lossstudy.results._interval import Interval, interval
from lossstudy.results._text import loss_with
from lossstudy.results.adaptive._outcomes import (
    OURS,
    TUNED,
    WITH_RULE,
    Classes,
    Outcome,
    best_reading,
    difference,
    of,
    rare_classes,
    without_each_class,
)
from lossstudy.study import (
    ADAPTIVE_ABLATIONS,
    ADAPTIVE_GRID,
    ADAPTIVE_HELD,
    ADAPTIVE_OTHERS,
    ADAPTIVE_SETTINGS,
    ADAPTIVE_STATIC,
    FINAL_WEIGHTS,
    STATIC_FORM,
    STATIC_TWIN,
)

DEFAULTS = (*ADAPTIVE_STATIC, STATIC_TWIN, *ADAPTIVE_OTHERS)
"""Every static loss of the library, at its published defaults."""

FINAL = "its own final values"
"""Name of the weights at which ours ended, held from the first step on."""

HELD = (*ADAPTIVE_HELD, FINAL)
"""Names of the weights that are set beforehand, see `held_weights`."""

RULED = ("cross_entropy" + WITH_RULE, "combo" + WITH_RULE)
"""The control: what a decision rule makes of a network trained with a static loss."""


class Gap(NamedTuple):
    """Ours against one opponent in one setting."""

    setting: str
    opponent: str
    gap: Interval
    n: int


def settings_of(found: Sequence[Outcome]) -> list[str]:
    """Return the datasets of the study that have runs of the adaptive loss, in its order."""
    return [name for name in ADAPTIVE_SETTINGS if of(found, name, OURS)]


def contenders(found: Sequence[Outcome], setting: str) -> list[str]:
    """Return who was trained in a setting, each by argmax and by its fitted rule.

    The readings a tuned opponent was chosen of are left out.
    """
    tuned = [f"{loss}{TUNED}" for loss in ADAPTIVE_GRID]
    names = [OURS, *DEFAULTS, *tuned]
    there = [name for name in names if of(found, setting, name)]
    return [*there, *(name + WITH_RULE for name in there)]


def comparison(found: Sequence[Outcome], setting: str) -> pd.DataFrame:
    """Return one row a contender, the best mean IoU first.

    Returns:
        Columns `contender`; `reading`, what a tuned one came out as; `n`; `mean_iou`, `rare_iou`
        (over the rare third, see `rare_classes`), `pixel_accuracy` and `ece`, means over the
        seeds; `behind`, `low` and `high`: adaptive minus the contender in mean IoU, with the
        interval of `difference`.
    """
    rare = rare_classes(found, setting)
    ours = of(found, setting, OURS)
    rows = []
    for name in contenders(found, setting):
        outcomes = of(found, setting, name)
        gap = difference(ours, outcomes)
        trained = name.removesuffix(WITH_RULE)
        loss = trained.removesuffix(TUNED)
        rows.append({
            "contender": name,
            "reading": (best_reading(found, setting, loss) or "") if trained != loss else "",
            **_scores(outcomes, rare),
            "behind": gap.mean,
            "low": gap.low,
            "high": gap.high,
        })
    return pd.DataFrame(rows).sort_values(
        "mean_iou", ascending=False, kind="stable", ignore_index=True
    )


def against(found: Sequence[Outcome], opponents: Sequence[str]) -> list[Gap]:
    """Return ours against the best of some opponents, in each setting where there is one.

    The best is the one that ours leads by least in the mean over the seeds both have. It is taken
    on the validation images themselves, which favours the opponents.
    """
    gaps = []
    for setting in settings_of(found):
        ours = of(found, setting, OURS)
        there = {name: of(found, setting, name) for name in opponents}
        there = {name: seeds for name, seeds in there.items() if ours.keys() & seeds.keys()}
        if there:
            best = min(there, key=lambda name: _lead(ours, there[name]))
            n = len(ours.keys() & there[best].keys())
            gaps.append(Gap(setting, best, difference(ours, there[best]), n))
    return gaps


def rare_gains(found: Sequence[Outcome], opponent: str = "cross_entropy") -> list[Gap]:
    """Return ours against an opponent in mean IoU of the rare third, by setting."""
    gaps = []
    for setting in settings_of(found):
        ours, theirs = of(found, setting, OURS), of(found, setting, opponent)
        if shared := len(ours.keys() & theirs.keys()):
            gap = difference(ours, theirs, rare_classes(found, setting))
            gaps.append(Gap(setting, opponent, gap, shared))
    return gaps


def accuracy_gaps(found: Sequence[Outcome], opponent: str = "combo") -> list[Gap]:
    """Return ours against an opponent in pixel accuracy, by setting; intervals over seeds."""
    gaps = []
    for setting in settings_of(found):
        ours, theirs = of(found, setting, OURS), of(found, setting, opponent)
        shared = ours.keys() & theirs.keys()
        if shared:
            values = [
                ours[seed].scores["pixel_accuracy"] - theirs[seed].scores["pixel_accuracy"]
                for seed in shared
            ]
            gaps.append(Gap(setting, opponent, interval(values), len(shared)))
    return gaps


def left_without_one_class(
    found: Sequence[Outcome], opponents: Mapping[str, str]
) -> dict[str, tuple[float, float]]:
    """Return, by setting, the least and the largest gain that is left without one class.

    Args:
        found: Outcomes.
        opponents: Whom ours is compared with in each setting.
    """
    gains = {}
    for setting, opponent in opponents.items():
        ours, theirs = of(found, setting, OURS), of(found, setting, opponent)
        if ours.keys() & theirs.keys():
            left = without_each_class(ours, theirs)
            gains[setting] = (float(left.min()), float(left.max()))
    return gains


def worth_of_adapting(found: Sequence[Outcome]) -> list[Gap]:
    """Return ours against itself with nothing adapting, by setting."""
    return against(found, (STATIC_TWIN,))


def against_held(found: Sequence[Outcome], weights: Sequence[str]) -> list[Gap]:
    """Return ours against its static form with weights set beforehand, by setting.

    Args:
        found: Outcomes.
        weights: Names in `held_weights`; the best of them, as in `against`, is the opponent.
    """
    gaps = []
    for setting in settings_of(found):
        here = [outcome for outcome in found if outcome.setting == setting]
        names = {held: name for name, held in held_weights(setting).items() if name in weights}
        gaps += [gap._replace(opponent=names[gap.opponent]) for gap in against(here, [*names])]
    return gaps


def held_weights(setting: str) -> dict[str, str]:
    """Return the contenders that have weights set beforehand, by what these are."""
    weights = dict(ADAPTIVE_HELD)
    if setting in FINAL_WEIGHTS:
        weights[FINAL] = FINAL_WEIGHTS[setting]
    return {name: loss_with(STATIC_TWIN, {"class_weight": w}) for name, w in weights.items()}


def ablations(found: Sequence[Outcome], setting: str) -> pd.DataFrame:
    """Return what each change of the adaptive loss is worth in a setting.

    Returns:
        Columns `change`, `n`, `mean_iou`, `rare_iou`, `pixel_accuracy`, `ece`, and `gain`, `low`,
        `high`: mean IoU minus that of the loss as it is.
    """
    ours, rare = of(found, setting, OURS), rare_classes(found, setting)
    changes = {
        name: STATIC_TWIN if params == STATIC_FORM else loss_with(OURS, params)
        for name, params in ADAPTIVE_ABLATIONS.items()
    }
    changes |= {f"held at {name}": held for name, held in held_weights(setting).items()}
    rows = []
    for change, contender in {"as it is": OURS, **changes}.items():
        if there := of(found, setting, contender):
            gap = difference(there, ours)
            rows.append({
                "change": change,
                **_scores(there, rare),
                "gain": gap.mean,
                "low": gap.low,
                "high": gap.high,
            })
    return pd.DataFrame(rows)


def _scores(there: dict[int, Outcome], rare: Classes) -> dict[str, float | int]:
    """Return means over the seeds."""
    return {
        "n": len(there),
        "mean_iou": _mean(there),
        "rare_iou": float(np.mean([o.iou()[rare].mean() for o in there.values()])),
        "pixel_accuracy": float(np.mean([o.scores["pixel_accuracy"] for o in there.values()])),
        "ece": float(np.mean([_ece(o) for o in there.values()])),
    }


def _lead(ours: dict[int, Outcome], theirs: dict[int, Outcome]) -> float:
    """Return the difference of mean IoU over shared seeds."""
    shared = ours.keys() & theirs.keys()
    return _mean({seed: ours[seed] for seed in shared}) - _mean({
        seed: theirs[seed] for seed in shared
    })


def _mean(outcomes: dict[int, Outcome]) -> float:
    return float(np.mean([o.scores["mean_iou"] for o in outcomes.values()]))


def _ece(outcome: Outcome) -> float:
    """Return the calibration error of argmax; a rule changes no probability."""
    scores = outcome.record.evaluations[outcome.record.dataset]
    return float(scores["calibration"]["ece"])
