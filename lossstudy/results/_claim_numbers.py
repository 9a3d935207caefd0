"""The numbers that decide the paper's claims: differences by seed, with their intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lossstudy.labels import mapping
from lossstudy.results._compare import paired_difference
from lossstudy.results._interval import Interval, interval
from lossstudy.results._records import Record
from lossstudy.results._text import with_bounds
from lossstudy.results._tidy import MEAN


def mean_iou(runs: Sequence[Record], loss: str, validated_on: str) -> "pd.Series[float]":
    """Return the mean IoU under a loss by seed; empty where no run has that loss and dataset."""
    values = {
        run.seed: run.evaluations[validated_on]["mean_iou"]
        for run in runs
        if run.loss == loss and validated_on in run.evaluations
    }
    return pd.Series(values, dtype=float)


def class_iou(runs: Sequence[Record], loss: str, validated_on: str) -> pd.DataFrame:
    """Return the IoU under a loss, seeds x classes; NaN for a class absent from the images."""
    rows = {
        run.seed: dict(zip(scored["classes"], scored["iou"], strict=True))
        for run in runs
        if run.loss == loss and (scored := run.evaluations.get(validated_on))
    }
    return pd.DataFrame.from_dict(rows, orient="index", dtype=float)


def class_differences(
    runs: Sequence[Record], dataset: str, loss: str, other: str
) -> tuple[pd.DataFrame, Interval, int]:
    """Return what a loss gains over another: per class, and in mean IoU with the number of seeds.

    Returns:
        Rows of `paired_difference` for the classes that have an interval; the interval of the
        mean IoU; the seeds both losses have.
    """
    table = paired_difference(runs, loss, other)
    table = table[table.validated_on == dataset].set_index("class_name")
    if MEAN not in table.index:
        return table, interval([]), 0
    mean = table.loc[MEAN]
    classes = table[~table.index.str.startswith(MEAN) & (table.n > 1)]
    return classes, Interval(mean["mean"], mean.low, mean.high), int(mean.n)


def rank_correlation(run: Record) -> float:
    """Return Spearman's correlation, over classes, of share of training pixels and IoU."""
    shares, scored = _class_shares(run), run.evaluations[run.dataset]
    iou = pd.Series(dict(zip(scored["classes"], scored["iou"], strict=True)), dtype=float)
    known = iou.dropna().index
    return float(shares[known].rank().corr(iou[known].rank()))


def rare_surplus(run: Record) -> float:
    """Return predicted over true pixels, minus 1, of the rarer half of the validated classes."""
    scored = run.evaluations[run.dataset]
    confusion = np.array(scored["confusion"])
    true = pd.Series(confusion.sum(axis=1), index=scored["classes"])
    predicted = pd.Series(confusion[:, : len(true)].sum(axis=0), index=scored["classes"])
    rare = _class_shares(run)[true.index[true > 0]].sort_values().index[: (true > 0).sum() // 2]
    return float(predicted[rare].sum() / true[rare].sum() - 1)


def line(found: Interval, n: int, form: str = "+.3f") -> str:
    """Return a number with its 95 % interval and n, as text.

    Example:
        >>> line(Interval(0.02, 0.01, 0.03), 3)
        '+0.020 (+0.010 to +0.030, n = 3)'
        >>> line(interval([0.5]), 1, ".3f")
        '0.500 (n = 1: no interval)'
    """
    if n == 1:
        return f"{with_bounds(found, form)} (n = 1: no interval)"
    return f"{with_bounds(found, form)[:-1]}, n = {n})"


def _class_shares(run: Record) -> "pd.Series[float]":
    """Return the share of labelled training pixels of each class that a run is scored in."""
    to_scored = mapping(run.label_space, run.evaluations[run.dataset]["label_space"])
    names = to_scored.target.classes
    summed = np.bincount(to_scored.table, run.data["class_share"], minlength=len(names) + 1)
    return pd.Series(summed[: len(names)], index=names)
