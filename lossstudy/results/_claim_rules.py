"""The rules that decide a claim of the paper: finished runs in, a finding out.

A rule looks at differences taken seed by seed and at their 95 % intervals.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from lossstudy.results._claim_numbers import (
    class_differences,
    class_iou,
    line,
    mean_iou,
    rank_correlation,
    rare_surplus,
)
from lossstudy.results._finding import NOTHING, Finding, agreed, all_of, opposite, positive
from lossstudy.results._interval import interval
from lossstudy.results._records import Record
from lossstudy.results._text import words
from lossstudy.study import LOSSES, PAPERS_DATASETS

Runs = Mapping[str, Sequence[Record]]
"""Dataset to its runs of the study, which differ in nothing but loss and seed."""

COLLAPSE = 0.094
"""A mean IoU below this, twice the printed 0.047, counts as next to nothing."""


def ahead(runs: Runs, dataset: str, loss: str, others: Sequence[str]) -> Finding:
    """Decide whether a loss is above each of the others in mean IoU on a dataset."""
    chosen = [run for run in runs[dataset] if run.loss in {loss, *others}]
    parts, lines = [], []
    for other in others:
        _, mean, n = class_differences(chosen, dataset, loss, other)
        if not n:
            return NOTHING
        parts.append(positive(mean))
        lines.append(f"{words(loss)} − {words(other)}: {line(mean, n)}")
    return Finding(all_of(parts), tuple(lines), tuple(chosen))


def behind(runs: Runs, dataset: str, loss: str, other: str) -> Finding:
    """Decide whether a loss is below another in mean IoU on a dataset."""
    return opposite(ahead(runs, dataset, loss, [other]))


def losses_differ(runs: Runs) -> Finding:
    """Decide whether on each dataset some two losses differ in mean IoU."""
    parts, lines = [], []
    for dataset in PAPERS_DATASETS:
        differs = None
        for one, other in itertools.combinations(LOSSES, 2):
            _, mean, n = class_differences(runs[dataset], dataset, one, other)
            if not n:
                return NOTHING
            differs = True if positive(mean) is not None else differs
            lines.append(f"{dataset}, {words(one)} − {words(other)}: {line(mean, n)}")
        parts.append(differs)
    return Finding(all_of(parts), tuple(lines), _runs(runs))


def no_single_loss(runs: Runs) -> Finding:
    """Decide whether every loss is behind another in more classes than chance would have it."""
    parts, lines = [], []
    for loss in LOSSES:
        behind = compared = 0
        for dataset in PAPERS_DATASETS:
            for other in LOSSES.keys() - {loss}:
                classes, _, _ = class_differences(runs[dataset], dataset, loss, other)
                behind, compared = behind + (classes.high < 0).sum(), compared + len(classes)
        if not compared:
            return NOTHING
        chance = 0.025 * compared
        parts.append(True if behind > chance else None if behind else False)
        lines.append(
            f"{words(loss)}: behind in {behind} of {compared} comparisons, "
            f"{chance:.1f} expected by chance"
        )
    return Finding(all_of(parts), tuple(lines), _runs(runs))


def dataset_matters(runs: Runs) -> Finding:
    """Decide whether the gain of focal or combo differs between the datasets, seed by seed."""
    parts, lines = [], []
    for loss in ("focal", "combo"):
        city, idd = (
            mean_iou(runs[name], loss, name) - mean_iou(runs[name], "cross_entropy", name)
            for name in PAPERS_DATASETS
        )
        values = (city - idd).dropna().tolist()
        if not values:
            return NOTHING
        parts.append(positive(interval(values)))
        lines.append(
            f"gain of {loss} over cross entropy, Cityscapes minus IDD: "
            f"{line(interval(values), len(values))}"
        )
    differs = any(part is not None for part in parts) or None
    return Finding(differs, tuple(lines), _runs(runs))


def idd_harder(runs: Runs) -> Finding:
    """Decide whether cross entropy has a higher mean IoU on Cityscapes than on IDD."""
    city, idd = (mean_iou(runs[name], "cross_entropy", name) for name in PAPERS_DATASETS)
    return _difference(city - idd, "mean IoU, Cityscapes minus IDD", _runs(runs, "cross_entropy"))


def transfer_drops(runs: Runs) -> Finding:
    """Decide whether the Cityscapes network has a lower mean IoU on IDD than at home."""
    home, away = (mean_iou(runs["cityscapes"], "cross_entropy", on) for on in PAPERS_DATASETS)
    used = [run for run in runs["cityscapes"] if run.loss == "cross_entropy"]
    return _difference(home - away, "mean IoU, at home minus on IDD", tuple(used))


def transfer_collapses(runs: Runs) -> Finding:
    """Decide whether the Cityscapes network's mean IoU on IDD is below `COLLAPSE`."""
    values = mean_iou(runs["cityscapes"], "cross_entropy", "idd").tolist()
    if not values:
        return NOTHING
    found = interval(values)
    road = class_iou(runs["cityscapes"], "cross_entropy", "idd")["road"].tolist()
    lines = (
        f"mean IoU on IDD: {line(found, len(values), '.3f')}",
        f"road alone: {line(interval(road), len(road), '.3f')}",
    )
    holds = True if found.high < COLLAPSE else False if found.low > COLLAPSE else None
    return Finding(holds, lines, _runs({"cityscapes": runs["cityscapes"]}, "cross_entropy"))


def frequent_better(runs: Runs) -> Finding:
    """Decide whether under cross entropy IoU rises with a class's share of training pixels."""
    return _per_run(runs, rank_correlation, "rank correlation of share and IoU")


def rare_overwhelmed(runs: Runs) -> Finding:
    """Decide whether cross entropy predicts fewer pixels of the rarer half than there are."""
    what = "rarer half of the classes, predicted over true pixels, minus 1"
    return opposite(_per_run(runs, rare_surplus, what))


def focal_lifts_weak(runs: Runs) -> Finding:
    """Decide whether focal is above cross entropy in the weaker half of the classes."""
    return _in_half(runs, "weaker")


def focal_drops_strong(runs: Runs) -> Finding:
    """Decide whether focal is below cross entropy in the stronger half of the classes."""
    return opposite(_in_half(runs, "stronger"))


def _difference(values: "pd.Series[float]", what: str, used: tuple[Record, ...]) -> Finding:
    """Return the finding that a difference, by seed, is above zero."""
    known = values.dropna().tolist()
    if not known:
        return NOTHING
    found = interval(known)
    return Finding(positive(found), (f"{what}: {line(found, len(known))}",), used)


def _per_run(runs: Runs, measure: Callable[[Record], float], what: str) -> Finding:
    """Return the finding that a number of every cross entropy run is above zero."""
    parts, lines = [], []
    for dataset in PAPERS_DATASETS:
        values = [measure(run) for run in runs[dataset] if run.loss == "cross_entropy"]
        if not values:
            return NOTHING
        parts.append(positive(interval(values)))
        lines.append(f"{dataset}, {what}: {line(interval(values), len(values))}")
    return Finding(agreed(parts), tuple(lines), _runs(runs, "cross_entropy"))


def _in_half(runs: Runs, half: str) -> Finding:
    """Return the finding that focal is above cross entropy over half of the classes.

    Which half a class is in is decided by the mean of both losses over the seeds: by the one
    alone, its own lucky and unlucky classes would be chosen, and regress to the mean.
    """
    parts, lines = [], []
    for dataset in PAPERS_DATASETS:
        focal, entropy = (
            class_iou(runs[dataset], loss, dataset) for loss in ("focal", "cross_entropy")
        )
        seeds = focal.index.intersection(entropy.index)
        if seeds.empty:
            return NOTHING
        order = (focal + entropy).loc[seeds].mean().dropna().sort_values().index
        middle = len(order) // 2
        classes = order[:middle] if half == "weaker" else order[middle:]
        values = (focal - entropy).loc[seeds, classes].mean(axis="columns").tolist()
        parts.append(positive(interval(values)))
        lines.append(
            f"{dataset}, focal − cross entropy over the {len(classes)} {half} classes: "
            f"{line(interval(values), len(values))}"
        )
    return Finding(agreed(parts), tuple(lines), _runs(runs, "focal", "cross_entropy"))


def _runs(runs: Runs, *losses: str) -> tuple[Record, ...]:
    """Return the runs of the losses, of all of them if none is named."""
    return tuple(run for part in runs.values() for run in part if not losses or run.loss in losses)
