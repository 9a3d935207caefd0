"""Every loss of the folder in every of its readings, and the batches they are tried on."""

import copy
import itertools
import sys
import typing

import numpy as np
import pytest
import torch

from lossstudy import registry
from lossstudy.counts import ClassCounts
from lossstudy.losses import SegmentationLoss, loss_names, loss_parameters, make_loss

NUM_CLASSES = 5
CHOICES = {"class_weight": ("uniform", "inverse", "median", "enet", "effective")}
"""What the texts may be that are not a `Literal`."""


def _variants():
    """Name each loss, and each other value of its parameters that are a choice."""
    for name in loss_names():
        yield name, {}
        cls = registry.get("lossstudy.losses", SegmentationLoss, name)
        for key, parameter in registry.parameters(cls).items():
            choices = CHOICES.get(key, typing.get_args(parameter.annotation))
            if isinstance(parameter.default, str):
                yield from ((name, {key: choice}) for choice in choices)


VARIANTS = {
    "-".join([name, *params.values()]): (name, params)
    for name, params in _variants()
    if params != {key: loss_parameters(name)[key] for key in params} or not params
}
every_loss = pytest.mark.parametrize("variant", VARIANTS)


def counts_of(num_classes, order=None):
    """Class counts of a made-up training set, uneven, in a given order of the classes."""
    pixels = np.array([9000, 2500, 400, 60, 7, 3000, 1][:num_classes])
    counts = ClassCounts(pixels, np.minimum(pixels, 40), 100 + 2 * pixels)
    return counts if order is None else counts.reordered(order)


def make(variant, num_classes=NUM_CLASSES, order=None):
    name, params = VARIANTS[variant]
    return make_loss(name, num_classes, counts_of(num_classes, order), **params)


def random_batch(generator, dtype=torch.float32, size=(2, 6, 7), num_classes=NUM_CLASSES):
    """Logits and targets with every class and some ignored pixels."""
    batch, height, width = size
    logits = 2 * torch.randn(batch, num_classes, height, width, generator=generator, dtype=dtype)
    targets = torch.randint(0, num_classes, size, generator=generator)
    return logits, targets.masked_fill(torch.rand(size, generator=generator) < 0.2, 255)


def value_and_gradient(loss, logits, targets):
    """Evaluate a copy, so that a loss that adapts to what it sees starts afresh each time."""
    leaf = logits.detach().clone(memory_format=torch.preserve_format).requires_grad_()
    value = copy.deepcopy(loss)(leaf, targets)
    value.backward()
    return value.detach(), leaf.grad


def sure_of(targets, num_classes, margin=1e4):
    """Logits that put all probability on `targets`."""
    one_hot = torch.nn.functional.one_hot(targets.where(targets != 255, 0), num_classes)
    return margin * one_hot.movedim(-1, 1).float()


class Held:
    """Stand-in for `pixels.constant`: keeps what it was first given, and gives that back.

    With it a loss becomes the function whose gradient it claims to have: its weights are those
    of the first call, whatever the logits are now.
    """

    def __init__(self):
        self.values = []
        self.calls = itertools.count()

    def __call__(self, values):
        call = next(self.calls)
        if call == len(self.values):
            self.values.append(values.detach().clone())
        return self.values[call]

    def rewind(self):
        self.calls = itertools.count()


def modules_with_constant():
    """Modules of the losses that hold something fixed: where `constant` is to be replaced."""
    return [
        module
        for name, module in sorted(sys.modules.items())
        if name.startswith("lossstudy.losses.") and hasattr(module, "constant")
    ]
