"""Intersection over union from confusion matrices, one an image."""

import numpy as np
import torch
from jaxtyping import Int, UInt8
from numpy.typing import NDArray
from torch import Tensor

from lossstudy.pixels import IGNORE_INDEX


def confusion_matrices(
    preds: Int[Tensor, "batch height width"] | UInt8[Tensor, "batch height width"],
    targets: Int[Tensor, "batch height width"] | UInt8[Tensor, "batch height width"],
    num_classes: int,
    ignore_index: int = IGNORE_INDEX,
) -> Int[Tensor, "batch num_classes predicted"]:
    """Count target class (row) against predicted class (column) in each image.

    Args:
        preds: Predicted class of each pixel; `num_classes` stands for "none of the classes", the
            mark of a prediction in another label space that has no counterpart in this one. Such
            a pixel is a miss of its target class.
        targets: Target class of each pixel, or `ignore_index`.
        num_classes: Number of classes C of the target's label space.
        ignore_index: Pixels with this target are not counted.

    Returns:
        `(N, C, C + 1)` pixel counts.

    Example:
        >>> confusion_matrices(torch.tensor([[[0, 2]]]), torch.tensor([[[0, 1]]]), 2).tolist()
        [[[1, 0, 0], [0, 0, 1]]]
    """
    num_images, columns = len(preds), num_classes + 1
    cells = num_classes * columns
    image = torch.arange(num_images, device=preds.device)[:, None, None]
    valid = targets != ignore_index
    index = image * cells + targets.long() * columns + preds.long()
    counts = torch.bincount(index[valid], minlength=num_images * cells)
    return counts.view(num_images, num_classes, columns)


def intersection_and_union(
    confusion: NDArray[np.integer],
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Return intersection and union per class, in pixels, of `(..., C, C + 1)` confusion matrices.

    Returns:
        Two arrays `(..., C)`. Over a whole validation set, sum the matrices first: the IoU of a
        dataset is the ratio of sums, not the mean of ratios.
    """
    intersection = np.diagonal(confusion, axis1=-2, axis2=-1)
    target = confusion.sum(-1)
    predicted = confusion[..., :-1].sum(-2)
    return intersection, target + predicted - intersection


def iou_per_class(confusion: NDArray[np.integer]) -> NDArray[np.floating]:
    """Return IoU per class of one `(C, C + 1)` confusion matrix; NaN without a target pixel.

    A class the validation set does not hold has no IoU; false positives of it cost the classes
    whose pixels they took.

    Example:
        >>> iou_per_class(np.array([[3, 1, 0], [0, 0, 0]])).round(2).tolist()
        [0.75, nan]
    """
    intersection, union = intersection_and_union(confusion)
    present = confusion.sum(-1) > 0
    return np.where(present, intersection / np.maximum(union, 1), np.nan)


def pixel_accuracy(confusion: NDArray[np.integer]) -> float:
    """Return the share of labelled pixels that are predicted right; NaN without any."""
    total = confusion.sum()
    return float(np.trace(confusion) / total) if total else float("nan")
