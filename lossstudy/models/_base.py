"""What a model offers the trainer: logits, and the phases of one optimisation step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

Terms = dict[str, Tensor]
"""Named loss terms of one phase, already weighted: the phase minimises their sum."""

Carry = dict[str, Any]
"""What the phases of a step pass on: tensors for a later phase; under `"log"`, numbers."""

ParameterGroup = dict[str, Any]
"""`{"params": [...], "lr_scale": float}`: parameters and the factor on the learning rate."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Batch:
    """The tensors of one step; images are RGB in [0, 1], targets are train ids or 255 (ignored).

    A supervised model reads `images` and `targets` alone. The batches may differ in size.
    """

    images: Float[Tensor, "labelled 3 height width"]
    targets: Int[Tensor, "labelled height width"]
    unlabelled: Float[Tensor, "unlabelled 3 height width"] | None = None
    """Images whose labels the model never sees."""
    real_images: Float[Tensor, "real 3 height width"] | None = None
    """A second draw of labelled images, shown to the discriminator with their true maps."""
    real_targets: Int[Tensor, "real height width"] | None = None


@dataclass(frozen=True)
class Phase:
    """One optimizer's share of a step.

    A step runs every phase of the model in order: zero the gradients of the phase's parameters,
    `loss(batch, criterion, carry, step)`, backward on the sum of the terms, optimizer step. One
    `carry` goes through all phases of a step and begins as `{"log": {}}`.
    """

    name: str
    parameter_groups: list[ParameterGroup]
    optimizer: Literal["segmentation", "discriminator"]
    """Which of the run's optimizer settings apply."""
    loss: Callable[[Batch, nn.Module, Carry, int], Terms]
    """`(batch, criterion, carry, step) -> terms`; `step` counts from 0."""


class SegmentationNetwork(nn.Module):
    """Base of the networks: normalised images `(N, 3, H, W)` to logits `(N, C, H, W)`."""

    def parameter_groups(self) -> list[ParameterGroup]:
        """Return the trainable parameters, those that share a learning rate together."""
        raise NotImplementedError


class SegmentationModel(nn.Module):
    """Base of the models: a network for the logits, and the phases that train it.

    Images enter in [0, 1]; the model itself subtracts ImageNet's mean and divides by its standard
    deviation, so that no caller can forget to.
    """

    semi_supervised: ClassVar[bool] = False
    """True if the phases need `unlabelled`, `real_images` and `real_targets` in the batch."""

    judges_presence: ClassVar[bool] = False
    """True if the model has a say on which classes an image holds, `presence`."""

    mean: Tensor
    std: Tensor

    def __init__(self, num_classes: int, network: nn.Module) -> None:
        """Keep the network.

        Args:
            num_classes: Channels of the logits.
            network: Maps normalised images `(N, 3, H, W)` to logits `(N, C, H, W)`.
        """
        super().__init__()
        self.num_classes = num_classes
        self.network = network
        # Constants, not state: a checkpoint has no business changing them.
        for name, values in (("mean", IMAGENET_MEAN), ("std", IMAGENET_STD)):
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1), persistent=False)

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch num_classes height width"]:
        """Return the logits of images in [0, 1], at the images' size."""
        logits: Tensor = self.network(self.normalised(images))
        return logits

    def presence(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch num_classes"]:
        """Return a score in [0, 1] for each class being in an image; see `judges_presence`."""
        raise NotImplementedError

    def normalised(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch 3 height width"]:
        """Return images in [0, 1] as ImageNet's statistics scale them."""
        return (images - self.mean) / self.std

    def phases(self) -> list[Phase]:
        """Return the phases of one step, in the order they run."""
        raise NotImplementedError
