"""Runs of a few steps on tiny images, and what to compare of them."""

import torch
from torch import nn

from lossstudy.config import ExperimentConfig
from lossstudy.losses import make_loss

CPU = torch.device("cpu")
SETTINGS = {
    "s4gan": {"discriminator_width": 4, "st_threshold": 0.0},  # every image is self-trained on
    "deeplab": {"model": "deeplab", "optimizer": "sgd", "lr": 0.05},
}


class RunningCriterion(nn.Module):
    """Cross entropy over a running mean of itself, with a weight that is learnt, too."""

    def __init__(self):
        super().__init__()
        self.loss = make_loss("cross_entropy", 19)
        self.register_buffer("mean", torch.ones(()))
        self.log_weight = nn.Parameter(torch.zeros(()))

    def forward(self, logits, targets):
        value = self.loss(logits, targets)
        if self.training:
            self.mean.lerp_(value.detach(), 0.5)
        return value / self.mean * self.log_weight.exp() - self.log_weight


def make_config(**overrides):
    values = {"steps": 6, "checkpoint_every": 2, "height": 16, "width": 32, "seed": 3}
    return ExperimentConfig.from_profile("smoke", **values | overrides)


def take(steps, count):
    """Run the first steps, then stop as an interruption would."""
    measurements = [next(steps) for _ in range(count)]
    steps.close()
    return measurements


def flat(state, prefix=""):
    """Map the path of every leaf of a nested state to the leaf."""
    if isinstance(state, dict | list | tuple):
        items = state.items() if isinstance(state, dict) else enumerate(state)
        return {k: v for key, value in items for k, v in flat(value, f"{prefix}/{key}").items()}
    return {prefix: state}


def final_state(checkpoint):
    return flat(torch.load(checkpoint, weights_only=True))


def differing(state, other):
    assert state.keys() == other.keys()
    return [
        key
        for key, value in state.items()
        if not (torch.equal(value, other[key]) if torch.is_tensor(value) else value == other[key])
    ]


def numbers(measurements):
    return [(m.step, m.lr, m.terms, m.log) for m in measurements]
