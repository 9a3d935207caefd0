"""The four losses the explorers compare, on one image of two classes; see `_two_class.js`."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from lossstudy.losses import SegmentationLoss, make_loss
from lossstudy.widgets._controls import Slider, steps

LOSSES = {
    "cross_entropy": "cross entropy",
    "focal": "focal",
    "dice": "Dice",
    "combo": "combo",
}
"""Names of the losses, and how they are written."""

PARAMETERS = (
    Slider("gamma", "focal: γ", steps(0, 5, 20), 2.0),
    Slider("lam", "focal: λ", steps(1, 2, 10), 1.0),
    Slider("alpha", "combo: α", steps(0, 1, 20), 0.5),
)
"""The parameters of the losses as controls. Dice has its default smoothing of one pixel."""


class Effect(NamedTuple):
    """What a loss says about images of N pixels, in units of one pixel of cross entropy."""

    cost: Float64[Tensor, " images"]
    """N times the loss of each image by itself."""
    push: Float64[Tensor, "images height width"]
    """By how much a step against N times the gradient raises each pixel's own logit."""


def losses_for(values: Mapping[str, Any]) -> dict[str, SegmentationLoss]:
    """Build the four losses with the `gamma`, `lam` and `alpha` that `PARAMETERS` are set to."""
    own = {
        "focal": {"gamma": values["gamma"], "lam": values["lam"]},
        "combo": {"alpha": values["alpha"]},
    }
    return {name: make_loss(name, num_classes=2, **own.get(name, {})) for name in LOSSES}


def effect(
    loss: SegmentationLoss,
    targets: Int64[Tensor, "height width"],
    margins: Float64[Tensor, "images height width"],
) -> Effect:
    """Evaluate a loss of two classes and its gradient on predictions of one image.

    Args:
        loss: The loss.
        targets: Class of each pixel, 0 or 1.
        margins: Logit of the own class minus that of the other, for each prediction.
    """
    own = targets[None] == torch.arange(2)[:, None, None]
    logits = (own * margins[:, None]).requires_grad_()
    values = torch.stack([loss(image[None], targets[None]) for image in logits])
    (gradient,) = torch.autograd.grad(values.sum(), logits)
    push = -gradient.where(own, 0).sum(1)
    return Effect(targets.numel() * values.detach(), targets.numel() * push)
