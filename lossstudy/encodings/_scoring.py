"""The hypotheses, and IoU under each from one count. Formulas in `iou`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lossstudy.labels import IGNORED, label_space
from lossstudy.labels._tables import rows
from lossstudy.results import Record, study_runs

CLASSES = label_space("cityscapes19").classes
"""The classes of the printed column, in the order of their train ids."""

RIGHT = "19 train ids"
"""The encoding the comparison should be made in."""

TREATMENTS = ("left out", "counted")
"""What happens to pixels whose value is none of the 19 and not 255: they are left out, as in the
public code of s4GAN, or whatever was predicted there counts as a false positive."""


def hypotheses() -> dict[str, NDArray[np.int64]]:
    """Return the values that IDD's raw classes have in the ground truth, under each hypothesis.

    Ids of IDD's table, taken as if they were train ids; the same after a loader of Cityscapes has
    turned ids of Cityscapes into train ids, values it does not know unchanged; and the train ids
    and level-4 ids moved by one in 8 bits, as numbering from 1 or dropping the first class does.

    Returns:
        Name to one value a row of IDD's label table, 0 to 255: below 19 a class, 255 ignored, any
        other a value that stands for no class. The first one is right.

    Example:
        >>> road, parking, *_ = hypotheses()["csIds"]
        >>> int(road), int(parking)
        (7, 9)
    """
    columns = {
        RIGHT: "cs_train_id", "level-3 ids": "level3_id", "level-4 ids": "level4_id",
        "raw ids": "id", "csIds": "cs_id",
    }  # fmt: skip
    found = {
        name: np.array([int(row[column]) for row in rows("idd")]) % 256
        for name, column in columns.items()
    }
    loader = np.arange(256)
    for row in rows("cityscapes"):
        if int(row["id"]) >= 0:
            loader[int(row["id"])] = int(row["train_id"])
    for name in ("level-3 ids", "level-4 ids", "raw ids", "csIds"):
        found[f"{name} as Cityscapes ids"] = loader[found[name]]
    for name in (RIGHT, "level-4 ids"):
        found[f"{name} + 1"] = (found[name] + 1) % 256
        found[f"{name} − 1"] = (found[name] - 1) % 256
    return found


def runs_with_counts(records: Sequence[Record]) -> list[Record]:
    """Return the runs that transfer from Cityscapes to IDD under cross entropy and have the count.

    Those of the best profile, which differ in nothing but the seed.

    Raises:
        ValueError: There is none.
    """
    found = [
        record
        for record in records
        if (record.dataset, record.loss) == ("cityscapes", "cross_entropy")
        and "raw" in record.evaluations.get("idd", {})
    ]
    if not found:
        raise ValueError(
            "no finished run holds the count of IDD's raw classes; make one with "
            "lossstudy train --dataset cityscapes --transfer-dataset idd"
        )
    return study_runs(found, "cityscapes")


def counts_of(record: Record) -> NDArray[np.int64]:
    """Return the count of a run: predicted train id (19 rows) by raw class of IDD (40 columns)."""
    return np.array(record.evaluations["idd"]["raw"]["counts"], np.int64)


def perfect(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the count of a predictor that makes no mistake on the same ground truth.

    Args:
        counts: Pixels by predicted class and raw class, `(19, R)`.

    Returns:
        `(20, R)`. Where the ground truth has none of the 19 classes it predicts the last row,
        which is no class.
    """
    train_ids = hypotheses()[RIGHT]
    predicted = np.where(train_ids < len(CLASSES), train_ids, len(CLASSES))
    right = np.zeros((len(CLASSES) + 1, counts.shape[1]), np.int64)
    right[predicted, np.arange(counts.shape[1])] = counts.sum(0)
    return right


def iou(
    counts: NDArray[np.int64],
    values: NDArray[np.int64],
    others: str = "left out",
    num_classes: int = len(CLASSES),
) -> NDArray[np.float64]:
    """Return IoU per class where predictions are compared with values of the ground truth.

    With n the counts and v the value of each raw class,

        I_c = Σ n[c, r] over v(r) = c
        IoU_c = I_c / (Σ n[p, r] over all p and v(r) = c  +  Σ n[c, r] over counted r  −  I_c).

    Args:
        counts: Pixels by predicted class and raw class n, `(P, R)` with P at least `num_classes`.
        values: Value of each raw class v, `(R,)`, see `hypotheses`. Raw classes of value 255 are
            never counted.
        others: One of `TREATMENTS`: whether raw classes of a value from `num_classes` to 254
            are.
        num_classes: Number of classes C.

    Returns:
        `(C,)`. A class that is predicted but not in the ground truth has IoU 0, since the paper
        prints a number in every row; one that is neither has NaN.

    Raises:
        ValueError: `others` is none of `TREATMENTS`.

    Example:
        >>> counts = np.array([[8, 2, 1], [0, 6, 3]])  # two predicted, three raw classes
        >>> iou(counts, np.array([0, 1, 255]), num_classes=2).tolist()
        [0.8, 0.75]
        >>> iou(counts, np.array([1, 0, 255]), num_classes=2).round(2).tolist()  # mixed up
        [0.12, 0.0]
    """
    if others not in TREATMENTS:
        raise ValueError(f"others must be one of {', '.join(TREATMENTS)}; got {others!r}")
    counted = values < num_classes if others == "left out" else values != IGNORED
    classes = np.arange(num_classes)[:, None]
    belongs = (values == classes).astype(np.int64)  # (C, R)
    intersection = (counts[:num_classes] * belongs).sum(1)
    target = belongs @ counts.sum(0)
    union = target + counts[:num_classes, counted].sum(1) - intersection
    return np.where(union > 0, intersection / np.maximum(union, 1), np.nan)


def reproduces(record: Record) -> bool:
    """Return whether the count adds up to the confusion matrix of the run's own evaluation."""
    counts, train_ids = counts_of(record), hypotheses()[RIGHT]
    summed = [counts[:, train_ids == index].sum(1) for index in range(len(CLASSES))]
    recorded = np.array(record.evaluations["idd"]["confusion"])
    return np.array_equal(np.array(summed), recorded[:, : len(CLASSES)])
