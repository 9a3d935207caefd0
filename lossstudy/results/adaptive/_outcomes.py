"""The runs of the adaptive study as outcomes: a contender in a setting, with a seed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lossstudy.results._compare import block_weights, image_weights, resampled_iou
from lossstudy.results._interval import Interval
from lossstudy.results._records import Record
from lossstudy.results._text import loss_with
from lossstudy.study import ADAPTIVE_GRID, ADAPTIVE_STATIC, STATIC_FORM, STATIC_TWIN, setting_of

OURS = "adaptive"

WITH_RULE = " + rule"
"""What is added to the name of a contender whose classes are chosen by its fitted rule."""

TUNED = " (tuned)"
"""What is added to the name of a loss in the setting that did best on the images held out."""

BLOCKS = {"camvid": 20}
"""Datasets whose validation images are consecutive frames, and how many are drawn together."""

Classes = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of one run, by argmax or by the decision rule fitted on the images held out.

    Attributes:
        setting: Name of the dataset or of the stress test.
        contender: The loss, with those of its parameters that are not the study's defaults. The
            adaptive loss with nothing adapting goes by the name of the loss that it then is.
        seed: Seed of the run.
        record: The run.
        scores: Its entry for the validation set.
        held_out: Its scores on the training images held out.
        part: Prefix of its counts in `images.npz`.
    """

    setting: str
    contender: str
    seed: int
    record: Record
    scores: Mapping[str, Any]
    held_out: Mapping[str, Any]
    part: str

    def iou(self) -> npt.NDArray[np.float64]:
        """Return IoU per class; NaN for a class the validation set does not hold."""
        return np.array([np.nan if iou is None else iou for iou in self.scores["iou"]], float)

    def resampled(self, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return IoU per class for each row of `image_weights`; NaN for a class a draw misses."""
        return resampled_iou(self.record, self.record.dataset, weights, self.part)


def outcomes(records: Iterable[Record]) -> list[Outcome]:
    """Return the outcomes of the adaptive study's runs: two a run, by argmax and by the rule.

    Runs of other studies are left out.

    Raises:
        ValueError: Two runs are the same contender in the same setting with the same seed.
    """
    found = []
    first: dict[tuple[str, str, int], str] = {}
    for record in records:
        setting, held_out = setting_of(record.config), record.held_out
        if setting is None or held_out is None:
            continue
        own, scores = record.dataset, record.evaluations[record.dataset]
        name, seed = _contender(record), record.seed
        other = first.setdefault((setting, name, seed), record.id)
        if other != record.id:
            raise ValueError(
                f"one run of {name} with seed {seed} on {setting} expected, got {other} and "
                f"{record.id}, which differ in something else: keep one of them"
            )
        rule = scores["with_rule"], held_out["with_rule"], f"{own}_rule"
        found.append(Outcome(setting, name, seed, record, scores, held_out, own))
        found.append(Outcome(setting, name + WITH_RULE, seed, record, *rule))
    return found


def of(found: Sequence[Outcome], setting: str, contender: str) -> dict[int, Outcome]:
    """Return the outcomes of a contender in a setting, by seed.

    A name that ends in `TUNED` is the loss in the reading with the best mean IoU on the images
    held out, in the mean over the seeds that all its readings have; nobody until one seed has.
    A rule may follow.
    """
    trained = contender.removesuffix(WITH_RULE)
    if trained.endswith(TUNED):
        best = best_reading(found, setting, trained.removesuffix(TUNED))
        if best is None:
            return {}
        contender = contender.replace(trained, best)
    return {o.seed: o for o in found if (o.setting, o.contender) == (setting, contender)}


def best_reading(found: Sequence[Outcome], setting: str, loss: str) -> str | None:
    """Return the reading of a loss that did best on the images held out.

    None as long as no seed has all of its readings: what is not all there is not tuned.
    """
    readings = [loss_with(loss, params) for params in ({}, *ADAPTIVE_GRID[loss])]
    by_seed = {name: of(found, setting, name) for name in readings}
    shared = set.intersection(*(set(seeds) for seeds in by_seed.values()))
    if not shared:
        return None
    means = {
        name: np.mean([by_seed[name][seed].held_out["mean_iou"] for seed in shared])
        for name in readings
    }
    return max(means, key=lambda name: means[name])


def rare_classes(found: Sequence[Outcome], setting: str) -> Classes:
    """Return which classes of the validation are the rare third of the training pixels.

    Of the classes with a training pixel and a validation pixel, the third with the fewest
    training pixels, rounded down. A network trained in another label space than it is validated
    in takes the shares of one trained on the same images in that space.
    """
    validated = next(o for o in found if o.setting == setting)
    share = _share(found, validated)
    rare = np.zeros(len(share), bool)
    rare[rare_third(np.where(np.isnan(validated.iou()), 0, share))] = True
    return rare


def rare_third(share: npt.ArrayLike) -> list[int]:
    """Return the third of the classes that have pixels with the fewest of them, rarest first.

    Args:
        share: Share of the labelled pixels of each class.

    Example:
        >>> rare_third([0.5, 0.0, 0.1, 0.4])
        [2]
    """
    shares = np.asarray(share)
    order = [int(c) for c in np.argsort(shares, kind="stable") if shares[c] > 0]
    return order[: len(order) // 3]


def _share(found: Sequence[Outcome], outcome: Outcome) -> npt.NDArray[np.float64]:
    space = outcome.scores["label_space"]
    same = [
        o.record
        for o in (outcome, *found)
        if o.record.label_space == space and o.record.dataset == outcome.record.dataset
    ]
    assert same, f"no run of {outcome.record.dataset} in {space} to count its classes by"
    return np.array(same[0].data["class_share"])


def difference(
    ours: Mapping[int, Outcome],
    theirs: Mapping[int, Outcome],
    classes: Classes | None = None,
    *,
    num_resamples: int = 1000,
) -> Interval:
    """Return how much more mean IoU one contender has than another, with its 95 % interval.

    The seeds both were trained with and the validation images are drawn anew with replacement,
    the same draw for both; the interval is between the 2.5 % and 97.5 % quantiles of the
    differences. It covers other images and, with several seeds, other seeds. Consecutive frames
    are drawn in blocks. A class that a draw misses for one of them does not count in that draw.

    Args:
        ours: Outcomes by seed.
        theirs: Those they are compared with.
        classes: The classes the mean runs over; by default all that the validation set holds.
        num_resamples: Number of draws.
    """
    shared = sorted(ours.keys() & theirs.keys())
    if not shared:
        return Interval(np.nan, np.nan, np.nan)
    kept = ~np.isnan(ours[shared[0]].iou())
    if classes is not None:
        kept &= classes
    weights = _weights(ours[shared[0]], num_resamples)
    by_seed = np.stack([
        np.nanmean((ours[seed].resampled(weights) - theirs[seed].resampled(weights))[:, kept], 1)
        for seed in shared
    ])
    chosen = np.random.default_rng(1).integers(len(shared), size=(len(shared), num_resamples))
    resampled = np.take_along_axis(by_seed[:, 1:], chosen, axis=0).mean(0)
    low, high = np.quantile(resampled, (0.025, 0.975))
    return Interval(float(by_seed[:, 0].mean()), float(low), float(high))


def _weights(outcome: Outcome, num_resamples: int) -> npt.NDArray[np.float64]:
    num_images = outcome.scores["num_images"]
    block = BLOCKS.get(outcome.record.dataset)
    if block is None:
        return image_weights(num_images, num_resamples, seed=0)
    return block_weights(num_images, num_resamples, seed=0, block=block)


def without_each_class(
    ours: Mapping[int, Outcome], theirs: Mapping[int, Outcome]
) -> npt.NDArray[np.float64]:
    """Return the difference of mean IoU with each class left out in turn, over shared seeds."""
    shared = ours.keys() & theirs.keys()
    gap = np.mean([ours[seed].iou() - theirs[seed].iou() for seed in shared], axis=0)
    gap = gap[~np.isnan(gap)]
    left: npt.NDArray[np.float64] = (gap.sum() - gap) / (len(gap) - 1)
    return left


def _contender(record: Record) -> str:
    usual = ADAPTIVE_STATIC.get(record.loss, {})
    params = {k: v for k, v in record.loss_params.items() if usual.get(k) != v}
    if (record.loss, params) == (OURS, STATIC_FORM):
        return STATIC_TWIN
    return loss_with(record.loss, params)
