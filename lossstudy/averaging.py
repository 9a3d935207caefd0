"""A moving average of a model's weights, often better than the last weights themselves."""

import copy

import torch

from lossstudy.models import SegmentationModel


def averaged_copy(model: SegmentationModel) -> SegmentationModel:
    """Return a copy of a model to hold the average; nothing trains it."""
    return copy.deepcopy(model).eval().requires_grad_(False)


@torch.no_grad()
def update_average(
    averaged: SegmentationModel, model: SegmentationModel, decay: float, step: int
) -> None:
    r"""Move the average towards the model, running statistics included.

    \[ \bar\theta \leftarrow d \bar\theta + (1 - d) \theta, \quad
        d = \min(\mathrm{decay}, 1 - 1 / (step + 1)) \]

    so that after the first step it is the model, and early steps do not linger.

    Args:
        averaged: Of `averaged_copy`; changed in place.
        model: After a step.
        decay: Share of the average that stays, in [0, 1).
        step: Number of the step, from 0.
    """
    keep = min(decay, 1 - 1 / (step + 1))
    ours, theirs = averaged.state_dict(), model.state_dict()
    for name, value in ours.items():
        if value.is_floating_point():
            value.lerp_(theirs[name], 1 - keep)
        else:  # how many batches normalisation has seen
            value.copy_(theirs[name])
