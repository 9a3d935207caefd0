"""Overlap of predicted and target mass, shared by the losses built on it."""

from jaxtyping import Float
from torch import Tensor

from lossstudy.pixels import masked_mean

EPS = 1e-12
"""Numerical guard of a quotient whose class is masked out; not part of any definition."""


def macro_dice_loss(
    intersection: Float[Tensor, " num_classes"],
    predicted: Float[Tensor, " num_classes"],
    target: Float[Tensor, " num_classes"],
    smooth: float,
) -> Float[Tensor, ""]:
    """Return one minus Dice, averaged over the classes whose `target` is positive; 0 for none."""
    overlap = (2 * intersection + smooth) / (predicted + target + smooth).clamp(min=EPS)
    return masked_mean(1 - overlap, target > 0)
