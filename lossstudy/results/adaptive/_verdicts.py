"""What was asked of the adaptive loss, the rule that decides each point, and the verdict."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from lossstudy.results._text import number, with_bounds, words
from lossstudy.results.adaptive._comparison import (
    DEFAULTS,
    FINAL,
    RULED,
    Gap,
    accuracy_gaps,
    against,
    against_held,
    left_without_one_class,
    rare_gains,
    settings_of,
    worth_of_adapting,
)
from lossstudy.results.adaptive._outcomes import OURS, TUNED, WITH_RULE, Outcome, difference, of
from lossstudy.study import ADAPTIVE_GRID, ADAPTIVE_HELD, ADAPTIVE_STRESS, STRESS_TWINS

RARE_GAIN = 0.08
"""What the rare third is to gain in mean IoU on generated scenes, set before the runs."""

TUNED_OPPONENTS = tuple(f"{loss}{TUNED}" for loss in ADAPTIVE_GRID)
NOT_BELOW = "no 95 % interval of the difference lies below 0"
"""The rule of `_not_below`."""

ABOVE = (
    "every interval of the difference lies above 0; failed if one lies below 0, or if half of the "
    "differences or more are not positive"
)
"""The rule of `_above`."""

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
    rare = [gap for gap in rare_gains(found) if gap.setting not in {REAL, BALANCED}]
    balanced = [gap for gap in default if gap.setting == BALANCED]
    imbalanced = [gap for gap in default if gap.setting != BALANCED]
    return [
        Point(
            "not below the best default static loss, on any dataset",
            f"{NOT_BELOW}; the best is chosen on the validation images themselves",
            *_with_evidence(_not_below, default),
        ),
        Point(
            "above it where classes are imbalanced",
            f"on each of these datasets, {ABOVE}",
            *_with_evidence(_above, imbalanced),
        ),
        Point(
            "not below the best tuned static loss, untuned",
            f"{NOT_BELOW}; tuned on the images held out",
            *_with_evidence(_not_below, against(found, TUNED_OPPONENTS)),
        ),
        Point(
            f"+ {RARE_GAIN:.2f} mean IoU in the rare third against cross entropy, on scenes",
            f"the difference is at least {RARE_GAIN:.2f} on every imbalanced set of scenes; "
            "undecided if it is, and an interval reaches below",
            *_with_evidence(_rare, rare),
        ),
        Point(
            "no gain that rests on one class",
            "with any one class left out, a gain over cross entropy remains",
            *_one_class(found, dict.fromkeys(settings_of(found), "cross_entropy")),
        ),
        Point(
            "costs nothing on balanced data",
            NOT_BELOW,
            *_with_evidence(_not_below, balanced),
        ),
        Point(
            "pixel accuracy not below combo's",
            "the mean difference over seeds is not negative on any dataset",
            *_with_evidence(_not_less, accuracy_gaps(found)),
        ),
        Point(
            "not made unnecessary by a decision rule after training",
            "against the better of cross entropy and combo with a rule fitted on the images held "
            f"out, {ABOVE}",
            *_with_evidence(_above, against(found, RULED)),
        ),
        Point(
            "outlives longer training, class-uniform sampling, s4GAN and few labels",
            f"against combo and cross entropy under the same stress: {NOT_BELOW}",
            *_with_evidence(_not_below, stress_gaps(found)),
        ),
        *_added(found, default),
    ]


def _added(found: Sequence[Outcome], default: Sequence[Gap]) -> list[Point]:
    """Return the points that were added when runs had been read."""
    trained = (*DEFAULTS, *TUNED_OPPONENTS)
    ruled = against(found, [name + WITH_RULE for name in trained])
    worth = [gap for gap in worth_of_adapting(found) if gap.setting != BALANCED]
    whole = {gap.setting for gap in worth} == {*settings_of(found)} - {BALANCED}
    return [
        Point(
            "the adapting itself is worth something (added later)",
            f"where classes are imbalanced, against the same loss with nothing adapting, {ABOVE}; "
            "undecided at best while one of them has no such run",
            "undecided" if not whole and _above(worth) == "held" else _above(worth),
            _listed(worth),
        ),
        Point(
            "better than weights from class frequency in their place (added later)",
            "against the same loss with its weights held at inverse or median frequency, the "
            f"better of the two, {ABOVE}",
            *_with_evidence(_above, against_held(found, [*ADAPTIVE_HELD])),
        ),
        Point(
            "better than its own final weights from the first step on (added later)",
            "against the same loss with its weights held where they ended, the mean over seeds, "
            f"{ABOVE}",
            *_with_evidence(_above, against_held(found, [FINAL])),
        ),
        Point(
            "not below any loss with a decision rule, tuned or not (added later)",
            NOT_BELOW,
            *_with_evidence(_not_below, ruled),
        ),
        Point(
            "no gain over the best default that rests on one class (added later)",
            "with any one class left out, a gain remains",
            *_one_class(found, {gap.setting: gap.opponent for gap in default}),
        ),
    ]


def stress_gaps(found: Sequence[Outcome]) -> list[Gap]:
    """Return ours against cross entropy and combo under each stress."""
    gaps = []
    for setting in ADAPTIVE_STRESS:
        ours = of(found, setting, OURS)
        for opponent in ("cross_entropy", "combo"):
            theirs = of(found, setting, opponent)
            if opponent == "cross_entropy" and setting in STRESS_TWINS:
                theirs = of(found, STRESS_TWINS[setting], opponent)
            if shared := len(ours.keys() & theirs.keys()):
                gaps.append(Gap(setting, opponent, difference(ours, theirs), shared))
    return gaps


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


def _not_below(gaps: Sequence[Gap]) -> str:
    """Return the verdict by the rule `NOT_BELOW`."""
    return _decide(gaps, lambda gap: gap.gap.high < 0)


def _not_less(gaps: Sequence[Gap]) -> str:
    return _decide(gaps, lambda gap: gap.gap.mean < 0)


def _rare(gaps: Sequence[Gap]) -> str:
    return _decide(gaps, lambda gap: gap.gap.mean < RARE_GAIN, lambda gap: gap.gap.low < RARE_GAIN)


def _above(gaps: Sequence[Gap]) -> str:
    """Return the verdict by the rule `ABOVE`; `undecided` where it names none."""
    if not gaps:
        return "no runs"
    if all(gap.gap.low > 0 for gap in gaps):
        return "held"
    losing = sum(gap.gap.mean <= 0 for gap in gaps)
    return (
        "failed" if 2 * losing >= len(gaps) or any(g.gap.high < 0 for g in gaps) else "undecided"
    )


def _one_class(
    found: Sequence[Outcome], opponents: Mapping[str, str]
) -> tuple[str, tuple[str, ...]]:
    gains = left_without_one_class(found, opponents)
    if not gains:
        return "no runs", ()
    evidence = tuple(
        f"{setting}: {number(low, '+.3f')} to {number(high, '+.3f')} "
        f"against {words(opponents[setting])}"
        for setting, (low, high) in gains.items()
    )
    return ("held" if all(low > 0 for low, _ in gains.values()) else "failed"), evidence


def _with_evidence(
    rule: Callable[[Sequence[Gap]], str], gaps: Sequence[Gap]
) -> tuple[str, tuple[str, ...]]:
    return rule(gaps), _listed(gaps)


def _listed(gaps: Sequence[Gap]) -> tuple[str, ...]:
    return tuple(
        f"{gap.setting}: {with_bounds(gap.gap)} against {words(gap.opponent)}, n = {gap.n}"
        for gap in gaps
    )
