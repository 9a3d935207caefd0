"""The batch every contender gets."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from lossstudy.counts import ClassCounts
from lossstudy.losses import make_loss
from lossstudy.pixels import IGNORE_INDEX

SEED = 0
IGNORED = 0.1
"""Share of the pixels that are ignored."""

Loss = Callable[[Tensor, Tensor], Tensor]


class Batch:
    """Normal random logits and labels drawn evenly, pixel by pixel: no easy case for anybody.

    Args:
        shape: Batch, classes, height and width of the logits.
        device: Where they are.
        dtype: Of the logits.
    """

    def __init__(
        self, shape: tuple[int, int, int, int], device: torch.device, dtype: torch.dtype
    ) -> None:
        batch, self.num_classes, height, width = shape
        size = (batch, height, width)
        generator = torch.Generator().manual_seed(SEED)
        logits = torch.randn(shape, generator=generator)
        classes = torch.randint(self.num_classes, size, generator=generator)
        ignored = torch.rand(size, generator=generator) < IGNORED
        targets = classes.masked_fill(ignored, IGNORE_INDEX)
        pixels = [
            np.bincount(image[image != IGNORE_INDEX], minlength=self.num_classes)
            for image in targets.numpy()
        ]
        self.device = device
        self.logits = logits.to(device, dtype).requires_grad_()
        self.classes = classes.to(device)
        self.targets = targets.to(device)
        self.counts = ClassCounts.of(np.stack(pixels))

    @property
    def dtype(self) -> str:
        """Name of the type of the logits."""
        return str(self.logits.dtype).removeprefix("torch.")

    def ours(self, name: str) -> nn.Module:
        """Return a loss of the study with its default parameters."""
        return make_loss(name, self.num_classes, counts=self.counts).to(self.device)

    def step(self, loss: Loss, *, ignores: bool = True) -> Callable[[], None]:
        """Return a forward and backward that leaves no gradient behind.

        Args:
            loss: Of logits and labels.
            ignores: Whether some of the pixels are ignored.
        """
        targets = self.targets if ignores else self.classes

        def step() -> None:
            loss(self.logits, targets).backward()  # type: ignore[no-untyped-call]
            self.logits.grad = None

        return step

    def read_and_write(self) -> Callable[[], object]:
        """Return one copy of the logits to a place made before."""
        source = self.logits.detach()
        place = torch.empty_like(source)
        return lambda: place.copy_(source)
