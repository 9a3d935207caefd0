import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lossstudy.models import Batch

NUM_CLASSES = 5


class CountingCrossEntropy(nn.Module):
    """Cross entropy that remembers how many batches it adapted to, as an adaptive loss would."""

    def __init__(self):
        super().__init__()
        self.register_buffer("updates", torch.tensor(0))

    def forward(self, logits, targets):
        if self.training:
            self.updates += 1
        return F.cross_entropy(logits.float(), targets, ignore_index=255)


@pytest.fixture
def criterion():
    return CountingCrossEntropy()


@pytest.fixture
def num_classes():
    return NUM_CLASSES


@pytest.fixture
def batch():
    """Four labelled, three unlabelled and two real images of 32x48, some pixels ignored."""
    generator = torch.Generator().manual_seed(0)

    def images(count):
        return torch.rand(count, 3, 32, 48, generator=generator)

    def targets(count):
        labels = torch.randint(0, NUM_CLASSES, (count, 32, 48), generator=generator)
        return labels.where(torch.rand(labels.shape, generator=generator) > 0.1, 255)

    return Batch(images(4), targets(4), images(3), images(2), targets(2))
