"""How much of a difference may be noise: bands over seeds, or over validation images."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from lossstudy.results._compare import image_weights, resampled_iou, validation_images
from lossstudy.results._interval import interval, t_quantile
from lossstudy.results._records import Record
from lossstudy.results._tidy import MEAN

Bounds = dict[str, tuple[float, float]]
"""Lower and upper bound by class, and under `MEAN` of the mean over classes."""

NUM_RESAMPLES = 1000


def band(
    before: Sequence[Record],
    after: Sequence[Record],
    evaluation: str,
    old: Mapping[str, list[float]],
    new: Mapping[str, list[float]],
) -> tuple[str, Bounds]:
    """Return the band of noise around the differences of two experiments.

    Args:
        before: Seeds of one, sorted.
        after: Seeds of the other, sorted.
        evaluation: Name of the validation dataset.
        old: IoU of each seed before, by class.
        new: The same after.

    Returns:
        What the band is of, `"seeds, paired"`, `"seeds, Welch"` or `"validation images"`, and its
        bounds for the classes that both have.

    Raises:
        FileNotFoundError: A side has one seed and a run no `images.npz`.
    """
    names = [name for name in old if name in new]
    if min(len(before), len(after)) == 1:
        drawn = _over_images(before, after, evaluation)
        return "validation images", {name: drawn[name] for name in names}
    if _paired(before, after, evaluation):
        gains = {n: [b - a for a, b in zip(old[n], new[n], strict=True)] for n in names}
        paired = {name: interval(gains[name]) for name in names}
        return "seeds, paired", {name: (each.low, each.high) for name, each in paired.items()}
    return "seeds, Welch", {name: welch(old[name], new[name]) for name in names}


def welch(before: Sequence[float], after: Sequence[float]) -> tuple[float, float]:
    """Return the bounds of Welch's 95 % interval for mean(after) - mean(before).

    With a = s₁²/n₁ and b = s₂²/n₂ the half width is t(0.975, ν) √(a + b), where
    ν = (a + b)² / (a²/(n₁ - 1) + b²/(n₂ - 1)), rounded down to a whole number (Welch, 1947).

    Args:
        before: At least two numbers.
        after: At least two numbers.

    Returns:
        The bounds; both the difference where neither side varies, NaN where a number is NaN.

    Example:
        >>> low, high = welch([0.4, 0.5], [0.6, 0.7])
        >>> round(low, 3), round(high, 3)
        (-0.104, 0.504)
    """
    a, b = (float(np.var(side, ddof=1)) / len(side) for side in (before, after))
    difference = float(np.mean(after) - np.mean(before))
    if a + b == 0 or math.isnan(a + b):
        return difference, difference
    degrees = (a + b) ** 2 / (a**2 / (len(before) - 1) + b**2 / (len(after) - 1))
    half = t_quantile(max(1, math.floor(degrees + 1e-9))) * math.sqrt(a + b)
    return difference - half, difference + half


def _paired(before: Sequence[Record], after: Sequence[Record], evaluation: str) -> bool:
    """Tell whether the sides have the same seeds and saw the same images."""
    images = {
        (run.data["fingerprint"], *validation_images(run, evaluation)) for run in (*before, *after)
    }
    return [run.seed for run in before] == [run.seed for run in after] and len(images) == 1


def _over_images(before: Sequence[Record], after: Sequence[Record], evaluation: str) -> Bounds:
    """Return 95 % percentile bounds over validation images drawn anew.

    Both sides see the same draw where they were validated on the same images.
    """
    same = validation_images(before[0], evaluation) == validation_images(after[0], evaluation)
    old = _drawn(before, evaluation, seed=0)
    new = _drawn(after, evaluation, seed=0 if same else 1)
    return {name: _quantiles(new[name] - old[name]) for name in old if name in new}


def _drawn(records: Sequence[Record], evaluation: str, seed: int) -> dict[str, np.ndarray]:
    """Return the IoU of each class in each draw, and the mean over classes; means over runs."""
    _, num_images = validation_images(records[0], evaluation)
    weights = image_weights(num_images, NUM_RESAMPLES, seed)[1:]
    each = [resampled_iou(record, evaluation, weights) for record in records]
    classes = records[0].evaluations[evaluation]["classes"]
    means = np.mean([np.nanmean(iou, axis=1) for iou in each], axis=0)
    return {**dict(zip(classes, np.mean(each, axis=0).T, strict=True)), MEAN: means}


def _quantiles(values: np.ndarray) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if not len(known):
        return math.nan, math.nan
    low, high = np.quantile(known, (0.025, 0.975))
    return float(low), float(high)
