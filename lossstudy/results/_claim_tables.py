"""Whether the paper's own tables bear out what the paper says, beside their own spread."""

import itertools
import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from lossstudy import paper
from lossstudy.results._interval import t_quantile
from lossstudy.results._text import number, words
from lossstudy.study import LOSSES

_TABLES = {"idd": 2, "cityscapes": 3}
_NO_SHARES = "no number: the paper prints no shares of pixels"


class Spread(NamedTuple):
    """How far two runs of one experiment may lie apart, as half the width of a 95 % interval."""

    mean: float
    classes: float


def printed_spread() -> Spread:
    """Return what the experiment that is printed twice tells of the spread between runs.

    With d the difference of the two means (recomputed from the rows), one pair of runs estimates
    the standard deviation of such a difference as |d|, with one degree of freedom; the bound is
    t(0.975, 1) |d|. For a class the 19 differences d_c are taken as as many draws of one
    distribution around zero, and the bound is t(0.975, 19) √(Σ d_c² / 19).

    Both are poor estimates: the first rests on one pair, the second takes a train to be as steady
    as a road, and both are of Cityscapes and cross entropy alone.

    Example:
        >>> [round(bound, 3) for bound in printed_spread()]
        [0.027, 0.02]
    """
    difference = paper.printed_twice().difference
    per_class = math.sqrt((difference**2).mean())
    return Spread(
        t_quantile(1) * abs(float(difference.mean())), t_quantile(len(difference)) * per_class
    )


def in_tables(claim: str) -> str:
    """Return what the paper's own tables say to one of its claims.

    Args:
        claim: An id of `lossstudy.paper.quoted_claims`.

    Returns:
        A sentence with numbers computed from the tables; a dash where no table speaks to it.

    Example:
        >>> in_tables("focal-below-cityscapes")
        'yes: focal − cross entropy −0.029, beyond their spread (± 0.027)'
    """
    return _IN_TABLES[claim]() if claim in _IN_TABLES else "–"


def _gain(table: int, loss: str, reference: str) -> float:
    """Return the difference of two recomputed means."""
    return float(paper.contributions(table, loss, reference).contribution.sum())


def _placed(difference: float, scale: float = 1.0) -> str:
    """Return a difference of means and where it lies, `scale` times the spread being the bound."""
    bound = scale * printed_spread().mean
    place = "beyond" if abs(difference) > bound else "within"
    return f"{number(difference, '+.3f')}, {place} their spread (± {bound:.3f})"


def _ordered(dataset: str, better: str, *worse: str) -> str:
    """Compare one loss with others."""
    gains = {other: _gain(_TABLES[dataset], better, other) for other in worse}
    texts = [f"{words(better)} − {words(other)} {_placed(gain)}" for other, gain in gains.items()]
    return f"{_yes(all(gain > 0 for gain in gains.values()))}: {'; '.join(texts)}"


def _focal_below(dataset: str) -> str:
    gain = _gain(_TABLES[dataset], "focal", "cross_entropy")
    return f"{_yes(gain < 0)}: focal − cross entropy {_placed(gain)}"


def _losses_differ() -> str:
    gains = [
        _gain(table, one, other)
        for table in _TABLES.values()
        for one, other in itertools.combinations(LOSSES, 2)
    ]
    beyond = sum(bool(abs(gain) > printed_spread().mean) for gain in gains)
    return (
        f"{_yes(beyond > 0)}: of {len(gains)} differences of means, {beyond} lie beyond the "
        f"tables' own spread (± {printed_spread().mean:.3f})"
    )


def _no_single_loss() -> str:
    texts, never = [], False
    for loss in LOSSES:
        rows = [
            paper.contributions(table, loss, other).difference
            for table in _TABLES.values()
            for other in LOSSES.keys() - {loss}
        ]
        behind = sum(int((row < 0).sum()) for row in rows)
        beyond = sum(int((row < -printed_spread().classes).sum()) for row in rows)
        never |= not beyond
        texts.append(f"{words(loss)} is behind {behind} times, {beyond} beyond it")
    return (
        f"{'not beyond their spread' if never else 'yes'} (± {printed_spread().classes:.3f} in a "
        f"class): of {sum(map(len, rows))} comparisons, {'; '.join(texts)}"
    )


def _dataset_matters() -> str:
    gains = {name: _gain(table, "combo", "cross_entropy") for name, table in _TABLES.items()}
    difference = gains["cityscapes"] - gains["idd"]
    return (
        f"combo gains {gains['cityscapes']:.3f} on Cityscapes and {gains['idd']:.3f} on IDD: "
        f"difference {_placed(difference, math.sqrt(2))}"
    )


def _means(first: tuple[int, int], second: tuple[int, int]) -> str:
    """Compare the recomputed means of two columns, each (table, column)."""
    means = paper.recomputed_means().set_index(["table", "column"]).recomputed
    difference = float(means[first] - means[second])
    return f"{_yes(difference > 0)}: {_placed(difference)}"


def _collapse() -> str:
    column = paper.published().query("table == 1 and column == 2").set_index("class_name").iou
    rows = column.drop(paper.MEAN_ROW)
    return (
        f"yes: road {rows['road']:.2f}, the best class {rows.max():.2f}; but the printed mean "
        f"{column[paper.MEAN_ROW]:.3f} is not that of its rows, {rows.mean():.4f}"
    )


def _focal_lifts_weak() -> str:
    texts, gains = [], []
    for dataset, table in _TABLES.items():
        rows = paper.class_rows(table)[["focal", "cross_entropy"]]
        weak = rows.mean(axis="columns").sort_values(kind="stable").index[: len(rows) // 2]
        difference = rows.focal - rows.cross_entropy
        gains.append(float(difference[weak].mean()))
        texts.append(f"{dataset} {number(gains[-1], '+.3f')} over the {len(weak)} weakest classes")
    return f"{_yes(all(gain > 0 for gain in gains))}: focal − cross entropy, {'; '.join(texts)}"


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


_IN_TABLES: dict[str, Callable[[], str]] = {
    "losses-differ": _losses_differ,
    "combo-best-cityscapes": partial(_ordered, "cityscapes", "combo", "cross_entropy", "focal"),
    "combo-best-idd": partial(_ordered, "idd", "combo", "cross_entropy", "focal"),
    "focal-below-cityscapes": partial(_focal_below, "cityscapes"),
    "focal-below-idd": partial(_focal_below, "idd"),
    "no-single-loss": _no_single_loss,
    "dataset-matters": _dataset_matters,
    "idd-harder": partial(_means, (1, 1), (1, 3)),
    "transfer-drops": partial(_means, (1, 1), (1, 2)),
    "transfer-collapses": _collapse,
    "frequent-better": lambda: _NO_SHARES,
    "rare-overwhelmed": lambda: _NO_SHARES,
    "focal-lifts-weak": _focal_lifts_weak,
}
