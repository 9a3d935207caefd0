import math

import pytest
import torch
from torch.nn import functional as F

from lossstudy.losses import make_loss
from tests.losses.libraries import smp


def random_batch(generator, dtype=torch.float64):
    logits = 2 * torch.randn(2, 5, 4, 5, generator=generator, dtype=dtype)
    targets = torch.randint(0, 5, (2, 4, 5), generator=generator)
    targets[:, 0] = 255
    return logits.requires_grad_(), targets


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_is_the_label_smoothing_of_torch(smoothing, dtype, generator):
    logits, targets = random_batch(generator, dtype)
    ours = make_loss("label_smoothing", 5, smoothing=smoothing)(logits, targets)
    theirs = F.cross_entropy(logits, targets, ignore_index=255, label_smoothing=smoothing)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(
        torch.autograd.grad(ours, logits), torch.autograd.grad(theirs, logits)
    )


def test_gradient_is_the_one_stated(generator):
    logits, targets = random_batch(generator)
    make_loss("label_smoothing", 5, smoothing=0.2)(logits, targets).backward()
    valid = (targets != 255)[:, None]
    smoothed = 0.8 * F.one_hot(targets.where(targets != 255, 0), 5).movedim(-1, 1) + 0.2 / 5
    expected = (logits.detach().softmax(1) - smoothed) * valid / valid.sum()
    torch.testing.assert_close(logits.grad, expected)


def test_smoothing_0_is_cross_entropy(generator):
    logits, targets = random_batch(generator)
    ours = make_loss("label_smoothing", 5, smoothing=0.0)(logits, targets)
    torch.testing.assert_close(ours, make_loss("cross_entropy", 5)(logits, targets))


def test_price_of_a_lead_is_linear(generator):
    """Cross entropy plus s (z_y - mean z), the other form in the docstring."""
    logits, targets = random_batch(generator)
    valid = targets != 255
    own = logits.gather(1, targets.where(valid, 0)[:, None])[:, 0]
    lead = (own - logits.mean(1))[valid].mean()
    cross_entropy = F.cross_entropy(logits, targets, ignore_index=255)
    ours = make_loss("label_smoothing", 5, smoothing=0.3)(logits, targets)
    torch.testing.assert_close(ours, cross_entropy + 0.3 * lead)


def test_least_loss_is_the_entropy_of_the_smoothed_target():
    """At p = q, not at certainty: surer than that costs more."""
    loss = make_loss("label_smoothing", 2, smoothing=0.2)
    targets = torch.zeros(1, 1, 1, dtype=torch.long)
    best = torch.tensor([0.9, 0.1], dtype=torch.float64).log()[None, :, None, None]
    best.requires_grad_()
    least = loss(best, targets)
    least.backward()
    assert least.item() == pytest.approx(-0.9 * math.log(0.9) - 0.1 * math.log(0.1))
    assert best.grad.abs().max() < 1e-12
    surer = loss(2 * best.detach(), targets)
    assert surer > least
    assert loss(200 * best.detach(), targets) > 10 * surer


def test_segmentation_models_pytorch_divides_by_ignored_pixels_too(generator):
    logits, targets = random_batch(generator)
    ours = make_loss("label_smoothing", 5, smoothing=0.1)
    theirs = smp.SoftCrossEntropyLoss(smooth_factor=0.1, ignore_index=255)
    share = (targets != 255).double().mean()
    assert share == 0.75
    torch.testing.assert_close(theirs(logits, targets), share * ours(logits, targets))
    whole = targets.where(targets != 255, 0)
    torch.testing.assert_close(theirs(logits, whole), ours(logits, whole))


def test_default_is_a_tenth():
    assert make_loss("label_smoothing", 2).smoothing == 0.1


@pytest.mark.parametrize("smoothing", [-0.1, 1.1])
def test_refuses_a_share_out_of_range(smoothing):
    with pytest.raises(ValueError, match="smoothing must be a finite number between 0 and 1"):
        make_loss("label_smoothing", 5, smoothing=smoothing)
