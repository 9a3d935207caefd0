"""Comparisons: two losses over shared seeds, and one result over other validation images."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from lossstudy.results._interval import Interval, interval
from lossstudy.results._records import Record
from lossstudy.results._tidy import EXPERIMENT, tidy


def paired_difference(records: Sequence[Record], loss_a: str, loss_b: str) -> pd.DataFrame:
    """Compare two losses over the seeds that both were trained with.

    Runs of one seed share their initial weights and the order of their images, so the interval
    of the differences is that of the losses' effect, without what the seeds have in common.

    Args:
        records: Finished runs; those of other losses are left out.
        loss_a: Name of one loss.
        loss_b: Name of the loss it is compared with.

    Returns:
        Columns `profile`, `dataset`, `label_space`, `model`, `validated_on`, `scored_in`,
        `generated`, `class_name`, then `mean`, `low` and `high` of IoU(loss_a) - IoU(loss_b),
        `n`, and `seeds`.

    Raises:
        ValueError: A loss was run with the same seed in several settings, so that a seed does not
            name one pair.
    """
    table = tidy([record for record in records if record.loss in {loss_a, loss_b}])
    table = table.drop_duplicates([*EXPERIMENT, "class_name", "seed"])
    shared = [name for name in EXPERIMENT if name not in {"loss", "settings"}]
    rows = []
    for key, group in table.groupby([*shared, "class_name"], sort=False):
        repeated = group[group.duplicated(["loss", "seed"])]
        if len(repeated):
            run = repeated.iloc[0]
            raise ValueError(
                f"{run.loss} was run with seed {run.seed} in several settings "
                f"({', '.join(sorted(set(group.settings[group.loss == run.loss])))}); "
                "pass the records of one of them"
            )
        by_loss = group.pivot(index="seed", columns="loss", values="iou")
        pairs = by_loss.reindex(columns=[loss_a, loss_b]).dropna()
        mean, low, high = interval((pairs[loss_a] - pairs[loss_b]).tolist())
        rows.append({
            **dict(zip([*shared, "class_name"], key, strict=True)),
            "mean": mean,
            "low": low,
            "high": high,
            "n": len(pairs),
            "seeds": tuple(pairs.index),
        })
    return pd.DataFrame(rows, columns=[*shared, "class_name", "mean", "low", "high", "n", "seeds"])


def bootstrap_mean_iou(
    records: Sequence[Record], evaluation: str, *, num_resamples: int = 1000, seed: int = 0
) -> Interval:
    """Return the mean IoU with its 95 % percentile interval over validation images.

    The images of the validation set are drawn anew with replacement, the same draw for every
    record; the IoU of a class is its summed intersection over its summed union, and the mean runs
    over the classes and then over the records. The interval describes what other images might
    have given, with the networks as they are; the spread between seeds is not part of it.

    A class absent from the ground truth of the whole validation set does not count, as in the
    records. A class the draw misses, with no pixel true or predicted, does not count in that draw.

    Args:
        records: Runs validated on the same images, usually the seeds of one experiment.
        evaluation: Name of the validation dataset in their records.
        num_resamples: Number of draws.
        seed: Seed of the draws.

    Returns:
        Mean IoU on the images as they are, and the 2.5 % and 97.5 % quantiles over the draws.

    Raises:
        ValueError: No records, or records that were validated on different images.
    """
    if not records:
        raise ValueError("bootstrap_mean_iou needs at least one record, got none")
    images = {validation_images(record, evaluation) for record in records}
    if len(images) > 1:
        raise ValueError(
            f"records must be validated on the same images of {evaluation}; "
            f"got {len(images)} different validation sets"
        )
    ((_, num_images),) = images
    weights = image_weights(num_images, num_resamples, seed)
    means = np.mean(
        [np.nanmean(resampled_iou(record, evaluation, weights), axis=1) for record in records],
        axis=0,
    )
    low, high = np.quantile(means[1:], (0.025, 0.975))
    return Interval(float(means[0]), float(low), float(high))


def validation_images(record: Record, evaluation: str) -> tuple[str, int]:
    """Return the fingerprint and the number of the images a run was validated on."""
    result = record.evaluations[evaluation]
    return result["fingerprint"], result["num_images"]


def image_weights(num_images: int, num_resamples: int, seed: int) -> npt.NDArray[np.float64]:
    """Return how often each image counts, a row a draw; row 0 is the images as they are."""
    generator = np.random.default_rng(seed)
    draws = generator.multinomial(num_images, np.full(num_images, 1 / num_images), num_resamples)
    return np.concatenate([np.ones((1, num_images)), draws])


def block_weights(
    num_images: int, num_resamples: int, seed: int, block: int
) -> npt.NDArray[np.float64]:
    """Return `image_weights` for images that follow each other, as the frames of a video do.

    Drawn are blocks of consecutive images, whose first image may be any and whose last is followed
    by the first (circular block bootstrap, Politis and Romano 1992).

    Args:
        num_images: Number of images.
        num_resamples: Number of draws, each of as many images.
        seed: Seed of the draws.
        block: Length of a block, in images.
    """
    generator = np.random.default_rng(seed)
    starts = generator.integers(num_images, size=(num_resamples, -(-num_images // block), 1))
    drawn = ((starts + np.arange(block)) % num_images).reshape(num_resamples, -1)[:, :num_images]
    counts = [np.bincount(row, minlength=num_images) for row in drawn]
    return np.concatenate([np.ones((1, num_images)), np.array(counts, float)])


def resampled_iou(
    record: Record,
    evaluation: str,
    weights: npt.NDArray[np.float64],
    part: str | None = None,
) -> npt.NDArray[np.float64]:
    """Return the IoU of each class for each row of per-image weights.

    Args:
        record: A run with its `images.npz`.
        evaluation: Name of the validation dataset in its record.
        weights: Result of `image_weights`.
        part: Which of the counts in `images.npz`, such as those of the decision rule; by default
            those of the validation.

    Returns:
        `(rows, classes)`. NaN for a class absent from the ground truth of the whole set, and
        where the draw holds no pixel of the class, true or predicted.

    Raises:
        FileNotFoundError: The run has no `images.npz`.
    """
    file = record.folder / "images.npz"
    if not file.is_file():
        raise FileNotFoundError(f"{file}: the bootstrap needs the run's per-image counts")
    absent = np.array([iou is None for iou in record.evaluations[evaluation]["iou"]])
    with np.load(file) as arrays:
        intersection = weights @ arrays[f"{part or evaluation}_intersection"].astype(float)
        union = weights @ arrays[f"{part or evaluation}_union"].astype(float)
    iou: npt.NDArray[np.float64]
    iou = np.divide(intersection, union, out=np.full_like(union, np.nan), where=union > 0)
    iou[:, absent] = np.nan
    return iou
