"""Overlap of predicted and target mass, shared by the losses built on it."""

from typing import Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor

from lossstudy.losses._base import check_choice
from lossstudy.pixels import PixelStatistics, masked_mean

EPS = 1e-12
"""Numerical guard of a quotient whose class is masked out; not part of any definition."""

Classes = Literal["present", "all"]
"""Which classes a region loss averages over: those with a labelled pixel, or every one."""

Per = Literal["batch", "image"]
"""What an overlap is counted over: the pixels of the batch joined, or each image by itself."""


def check_average(classes: str, per: str) -> None:
    """Check the two choices of `average`.

    Raises:
        ValueError: One is not among its choices.
    """
    check_choice("classes", classes, get_args(Classes))
    check_choice("per", per, get_args(Per))


def masses(stats: PixelStatistics, per: str) -> tuple[Tensor, Tensor, Tensor]:
    """Return I, P and Y, `(1, C)` over the batch or `(N, C)` over each image."""
    if per == "image":
        return stats.intersection, stats.predicted, stats.target
    return (
        stats.intersection.sum(0, keepdim=True),
        stats.predicted.sum(0, keepdim=True),
        stats.target.sum(0, keepdim=True),
    )


def average(
    values: Float[Tensor, "groups num_classes"],
    target: Float[Tensor, "groups num_classes"],
    classes: str,
) -> Float[Tensor, ""]:
    """Average the losses of classes over the classes, then over the groups (batch or images).

    A group without a labelled pixel takes no part.

    Args:
        values: One loss a group and class.
        target: Y, labelled pixels.
        classes: `"present"` averages over the classes with Y > 0, `"all"` over every class.
    """
    present = target > 0
    labelled = present.any(1)
    counted = present if classes == "present" else torch.ones_like(present)
    means = (values * counted).sum(1) / counted.sum(1).clamp(min=1)
    return masked_mean(means, labelled)


def tversky_index(
    intersection: Tensor,
    predicted: Tensor,
    target: Tensor,
    *,
    alpha: float,
    beta: float,
    smooth: float,
) -> Tensor:
    r"""Return \((I + s) / (I + \alpha(P - I) + \beta(Y - I) + s)\), element by element."""
    missed = alpha * (predicted - intersection) + beta * (target - intersection)
    return (intersection + smooth) / (intersection + missed + smooth).clamp(min=EPS)


def dice_loss(stats: PixelStatistics, smooth: float, classes: str, per: str) -> Float[Tensor, ""]:
    """Return one minus Dice, averaged as `average` says."""
    intersection, predicted, target = masses(stats, per)
    dice = (2 * intersection + smooth) / (predicted + target + smooth).clamp(min=EPS)
    return average(1 - dice, target, classes)


def focused(gap: Tensor, power: float) -> Tensor:
    """Return a power of what is missing from an overlap, with a finite slope at 0.

    A power below 1 has an infinite one there; below the square of the type's precision, where
    nothing is left to learn, the result is constant instead.
    """
    return gap.clamp(min=torch.finfo(gap.dtype).eps ** 2).pow(power)
