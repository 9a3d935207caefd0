import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lossstudy.counts import ClassCounts
from lossstudy.losses import make_loss

PIXELS = np.array([[600, 0, 30], [200, 120, 50]])
COUNTS = ClassCounts.of(PIXELS)
PRIOR = torch.tensor([0.8, 0.12, 0.08], dtype=torch.float64)


def random_batch(generator):
    logits = 2 * torch.randn(2, 3, 4, 5, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, 3, (2, 4, 5), generator=generator)
    targets[:, 0] = 255
    return logits.requires_grad_(), targets


@pytest.mark.parametrize("tau", [0.5, 1.0, 2.0])
def test_value_is_that_of_a_softmax_weighted_with_the_prior(tau, generator):
    logits, targets = random_batch(generator)
    ours = make_loss("logit_adjustment", 3, counts=COUNTS, tau=tau)(logits, targets)
    weighted = logits.exp() * (PRIOR**tau)[:, None, None]
    probs = weighted / weighted.sum(1, keepdim=True)
    expected = F.nll_loss(probs.log(), targets, ignore_index=255)
    torch.testing.assert_close(ours, expected, rtol=1e-6, atol=0)


def test_gradient_is_the_one_stated(generator):
    logits, targets = random_batch(generator)
    make_loss("logit_adjustment", 3, counts=COUNTS)(logits, targets).backward()
    valid = (targets != 255)[:, None]
    one_hot = F.one_hot(targets.where(targets != 255, 0), 3).movedim(-1, 1)
    probs = (logits.detach() + PRIOR.log()[:, None, None]).softmax(1)
    expected = (probs - one_hot) * valid / valid.sum()
    torch.testing.assert_close(logits.grad, expected, rtol=1e-5, atol=1e-8)


def test_tau_0_is_cross_entropy(generator):
    logits, targets = random_batch(generator)
    ours = make_loss("logit_adjustment", 3, counts=COUNTS, tau=0.0)(logits, targets)
    torch.testing.assert_close(ours, F.cross_entropy(logits, targets, ignore_index=255))


def test_classes_of_one_frequency_are_cross_entropy(generator):
    logits, targets = random_batch(generator)
    counts = ClassCounts.of(np.array([[70, 70, 70]]))
    ours = make_loss("logit_adjustment", 3, counts=counts)(logits, targets)
    expected = F.cross_entropy(logits, targets, ignore_index=255)
    torch.testing.assert_close(ours, expected, rtol=1e-6, atol=0)


def test_logits_that_ignore_the_input_are_best_when_equal():
    """Labels as frequent as in training: the shift knows their frequency, nothing is left."""
    targets = torch.tensor([0] * 80 + [1] * 12 + [2] * 8)[None, None]
    logits = torch.zeros(1, 3, 1, 1, dtype=torch.float64, requires_grad=True)
    make_loss("logit_adjustment", 3, counts=COUNTS)(
        logits.expand(-1, -1, 1, 100), targets
    ).backward()
    assert logits.grad.abs().max() < 1e-7


def test_class_without_a_pixel_counts_as_one_pixel(generator):
    logits, targets = random_batch(generator)
    none = make_loss("logit_adjustment", 3, counts=ClassCounts.of(np.array([[70, 0, 30]])))
    one = make_loss("logit_adjustment", 3, counts=ClassCounts.of(np.array([[70, 1, 30]])))
    assert none(logits, targets).isfinite()
    assert torch.equal(none(logits, targets), one(logits, targets))


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (None, "logit_adjustment needs the class counts"),
        (ClassCounts.of(np.array([[1, 2]])), "counts must be of 3 classes, got counts of 2"),
    ],
)
def test_refuses_missing_or_other_counts(counts, message):
    with pytest.raises(ValueError, match=message):
        make_loss("logit_adjustment", 3, counts=counts)


def test_refuses_tau_below_0():
    with pytest.raises(ValueError, match="tau must be a finite number at least 0"):
        make_loss("logit_adjustment", 3, counts=COUNTS, tau=-1.0)
