"""What every loss of the study has in common."""

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

import torch
from jaxtyping import Float, Integer
from torch import Tensor, nn

from lossstudy.pixels import IGNORE_INDEX

Family = Literal["pixels", "regions", "margins", "sums"]
"""Losses that are a mean over pixels, an overlap of regions, a shift of logits, or a sum."""


class SegmentationLoss(nn.Module):
    """A loss on `(N, C, H, W)` logits and `(N, H, W)` targets that returns one number.

    Every loss keeps this contract, and the tests hold each member of the folder to it: ignored
    pixels change neither value nor gradient, an input without a valid pixel gives 0 with zero
    gradient, a class absent from the batch does no harm, and half-precision logits are promoted
    to float32.

    What a user sets is a keyword-only parameter of the constructor with a number or a text as its
    default. A loss that depends on how frequent the classes are takes `counts`, a
    `lossstudy.counts.ClassCounts`, as its third argument.
    """

    family: ClassVar[Family]
    """The page of the book that describes the loss."""

    def __init__(self, num_classes: int, ignore_index: int = IGNORE_INDEX) -> None:
        """Set the number of classes and the target value of ignored pixels.

        Args:
            num_classes: Channels of the logits, at least 1.
            ignore_index: Target value of the pixels that take no part.

        Raises:
            ValueError: `num_classes` is below 1.
        """
        super().__init__()
        if num_classes < 1:
            raise ValueError(f"num_classes must be at least 1, got {num_classes}")
        self.num_classes = num_classes
        self.ignore_index = ignore_index

    def forward(
        self,
        logits: Float[Tensor, "batch num_classes height width"],
        targets: Integer[Tensor, "batch height width"],
    ) -> Float[Tensor, ""]:
        """Return the loss of a batch as a scalar.

        Args:
            logits: Unnormalised class scores.
            targets: Class of each pixel, `0..num_classes-1` or `ignore_index`.

        Returns:
            The loss; finite, differentiable with respect to `logits`.

        Raises:
            ValueError: Shapes, dtypes or devices do not fit each other.
        """
        self.check(logits, targets)
        return self.compute(logits, targets)

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of a checked batch; the formula a subclass writes."""
        raise NotImplementedError

    def reading(self) -> dict[str, list[float]]:
        """Return what the state of a loss says, one number a class under each name."""
        return {}

    def check(self, logits: Tensor, targets: Tensor) -> None:
        """Refuse what cannot be a batch of this loss.

        Reads shapes only, so that no device waits, and on the CPU a few pixels. Label values are
        checked where they are read from disk, in `lossstudy.datasets`.

        Raises:
            ValueError: Naming the argument, what was expected and what came.
        """
        if logits.ndim != 4 or not logits.is_floating_point():
            raise ValueError(
                "logits must be a floating-point tensor of shape (N, C, H, W), got "
                f"{tuple(logits.shape)} of {logits.dtype}"
            )
        if logits.shape[1] != self.num_classes:
            raise ValueError(
                f"logits must have {self.num_classes} channels, one a class, got {logits.shape[1]}"
            )
        expected = (logits.shape[0], *logits.shape[2:])
        is_integer = not (targets.is_floating_point() or targets.is_complex())
        if targets.shape != expected or not is_integer or targets.dtype == torch.bool:
            raise ValueError(
                f"targets must be an integer tensor of shape {expected}, got "
                f"{tuple(targets.shape)} of {targets.dtype}"
            )
        if targets.device != logits.device:
            raise ValueError(
                f"targets must be on the device of logits, {logits.device}, got {targets.device}"
            )
        if logits.device.type == "cpu" and not torch.compiler.is_compiling():
            _refuse_probabilities(logits)


def _refuse_probabilities(logits: Tensor) -> None:
    """Refuse what has been through a softmax, as far as a corner of the first image tells.

    Raises:
        ValueError: Its values are not negative and add up to 1 at every pixel.
    """
    corner = logits.detach()[:1, :, :8, :8].float()
    if corner.shape[1] > 1 and corner.numel() and corner.min() >= 0:
        total = corner.sum(1)
        # half precision rounds each of the terms
        if torch.allclose(total, torch.ones_like(total), rtol=0, atol=1e-2):
            raise ValueError(
                "logits must be scores before the softmax, got what looks like probabilities: "
                "nowhere negative, and adding up to 1 over the classes at each pixel"
            )


def check_range(name: str, value: float, low: float, high: float = math.inf) -> float:
    """Return `value` if it is finite and in `[low, high]`.

    Raises:
        ValueError: It is not; the message names the parameter and its range.
    """
    if not math.isfinite(value) or not low <= value <= high:
        limit = f"at least {low:g}" if math.isinf(high) else f"between {low:g} and {high:g}"
        raise ValueError(f"{name} must be a finite number {limit}, got {value!r}")
    return value


def check_choice(name: str, value: str, choices: Sequence[str]) -> str:
    """Return `value` if it is one of `choices`.

    Raises:
        ValueError: It is not; the message names the parameter and what there is.
    """
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
    return value
