import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lossstudy.counts import ClassCounts
from lossstudy.losses import make_loss

WEIGHT = [2.0, 0.5, 1.0, 0.0, 3.0]
COUNTS = ClassCounts.of(np.array([[500, 100, 50, 5, 200], [900, 0, 10, 0, 40]]))


def random_batch(generator, dtype=torch.float64):
    logits = 2 * torch.randn(2, 5, 4, 5, generator=generator, dtype=dtype)
    targets = torch.randint(0, 5, (2, 4, 5), generator=generator)
    targets[:, 0] = 255
    return logits.requires_grad_(), targets


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_is_the_weighted_cross_entropy_of_torch(dtype, generator):
    logits, targets = random_batch(generator, dtype)
    ours = make_loss("weighted_cross_entropy", 5, class_weight=WEIGHT)(logits, targets)
    weight = torch.tensor(WEIGHT, dtype=dtype)
    theirs = F.cross_entropy(logits, targets, weight=weight, ignore_index=255)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(
        torch.autograd.grad(ours, logits), torch.autograd.grad(theirs, logits)
    )


@pytest.mark.parametrize("scheme", ["inverse", "median", "enet", "effective"])
def test_schemes_weight_by_the_counts(scheme, generator):
    logits, targets = random_batch(generator)
    loss = make_loss("weighted_cross_entropy", 5, counts=COUNTS, class_weight=scheme)
    theirs = F.cross_entropy(logits, targets, weight=loss.weight.double(), ignore_index=255)
    torch.testing.assert_close(loss(logits, targets), theirs)
    assert loss.weight[3] == loss.weight.max()  # the rarest class
    assert loss.weight[0] == loss.weight.min()  # the most frequent one


def test_gradient_is_the_one_stated(generator):
    logits, targets = random_batch(generator)
    make_loss("weighted_cross_entropy", 5, class_weight=WEIGHT)(logits, targets).backward()
    valid = targets != 255
    index = targets.where(valid, 0)
    weight = (torch.tensor(WEIGHT, dtype=torch.float64)[index] * valid)[:, None]
    one_hot = F.one_hot(index, 5).movedim(-1, 1)
    expected = weight / weight.sum() * (logits.detach().softmax(1) - one_hot)
    torch.testing.assert_close(logits.grad, expected)


@pytest.mark.parametrize("weight", ["uniform", [1.0] * 5, "3,3,3,3,3"])
def test_equal_weights_are_cross_entropy(weight, generator):
    logits, targets = random_batch(generator)
    ours = make_loss("weighted_cross_entropy", 5, class_weight=weight)(logits, targets)
    torch.testing.assert_close(ours, F.cross_entropy(logits, targets, ignore_index=255))


def test_pixels_of_weight_0_alone_give_0_with_zero_gradient(generator):
    logits, targets = random_batch(generator)
    value = make_loss("weighted_cross_entropy", 5, class_weight=WEIGHT)(
        logits, torch.full_like(targets, 3)
    )
    value.backward()
    assert value == 0
    assert (logits.grad == 0).all()


def test_default_is_the_median_frequency_and_needs_counts():
    loss = make_loss("weighted_cross_entropy", 5, counts=COUNTS)
    assert (loss.class_weight, loss.beta) == ("median", 0.999)
    with pytest.raises(ValueError, match="class_weight='median' needs the class counts"):
        make_loss("weighted_cross_entropy", 5)
