import pytest
import torch

from lossstudy.losses import make_loss
from tests.losses.libraries import smp
from tests.losses.overlaps import (
    assert_same,
    batch_sums,
    gradient_of,
    mean_over_classes,
    small_batch,
)


def tversky(p, own, alpha=0.3, beta=0.7, smooth=1.0):
    hit, false, missed = p[own].sum(), p[~own].sum(), (1 - p[own]).sum()
    return 1 - (hit + smooth) / (hit + alpha * false + beta * missed + smooth)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 4 / 3, 3.0])
def test_is_the_mean_of_the_roots(gamma, generator):
    logits, targets = small_batch(generator)
    ours = make_loss("focal_tversky", 5, gamma=gamma)(logits, targets)
    slow = mean_over_classes(lambda p, own: tversky(p, own) ** (1 / gamma), logits, targets)
    assert_same(ours, slow, logits)


def test_gradient_is_the_closed_form(generator):
    logits, targets = small_batch(generator)
    hit, predicted, target, present = batch_sums(logits, targets)
    alpha, beta, gamma = 0.4, 0.9, 2.0
    size = hit + alpha * (predicted - hit) + beta * (target - hit) + 1
    index = (hit + 1) / size
    share = present / present.sum() * (1 - index) ** (1 / gamma - 1) / gamma / size
    elsewhere = share * alpha * index
    own = share * (alpha * index - (1 - (1 - alpha - beta) * index))
    loss = make_loss("focal_tversky", 5, alpha=alpha, beta=beta, gamma=gamma)
    loss(logits, targets).backward()
    torch.testing.assert_close(logits.grad, gradient_of(elsewhere, own, logits, targets))


def test_gamma_1_is_tversky(generator):
    logits, targets = small_batch(generator)
    ours = make_loss("focal_tversky", 5, gamma=1.0)(logits, targets)
    assert_same(ours, make_loss("tversky", 5)(logits, targets), logits)


def test_defaults_are_the_published_ones():
    loss = make_loss("focal_tversky", 5)
    assert (loss.alpha, loss.beta, loss.gamma) == (0.3, 0.7, 4 / 3)


@pytest.mark.parametrize(("gamma", "lowers_hard"), [(2.0, True), (0.5, False)])
def test_gamma_above_1_attends_to_what_is_nearly_right(gamma, lowers_hard):
    """The weight of a class that is missed, against one that is nearly right."""
    targets = torch.tensor([[[0] * 20, [1] * 20]])
    logits = torch.zeros(1, 2, 2, 20, requires_grad=True, dtype=torch.float64)
    with torch.no_grad():
        logits[0, 0, 0] = 2.5  # class 0 is nearly right, class 1 is missed
        logits[0, 0, 1] = 1.0

    def ratio(name, **params):
        loss = make_loss(name, 2, **params)
        (grad,) = torch.autograd.grad(loss(logits, targets), logits)
        return (grad[0, 1, 1].abs().sum() / grad[0, 0, 0].abs().sum()).item()

    assert (ratio("focal_tversky", gamma=gamma) < ratio("tversky")) == lowers_hard


@pytest.mark.parametrize("margin", [5.0, 10.0, 20.0, 100.0])
@pytest.mark.parametrize("gamma", [4 / 3, 3.0])
def test_slope_is_finite_where_the_prediction_is_sure(gamma, margin, generator):
    targets = torch.randint(0, 3, (1, 4, 5), generator=generator)
    one_hot = torch.nn.functional.one_hot(targets, 3).movedim(-1, 1)
    logits = (margin * one_hot).float().requires_grad_()
    make_loss("focal_tversky", 3, gamma=gamma)(logits, targets).backward()
    assert logits.grad.isfinite().all()
    assert logits.grad.abs().max() < 0.1


def test_smp_takes_the_power_after_the_mean(generator):
    logits, targets = small_batch(generator, absent=())
    with torch.no_grad():
        logits[:, 0][targets == 0] += 8  # one class is nearly right
        logits[:, 0][targets != 0] -= 8
    theirs = smp.TverskyLoss(
        "multiclass", ignore_index=255, alpha=0.3, beta=0.7, gamma=0.75, eps=1e-12
    )(logits, targets)
    plain = make_loss("tversky", 5, smooth=0.0)(logits, targets)
    torch.testing.assert_close(theirs, plain**0.75)
    ours = make_loss("focal_tversky", 5, smooth=0.0)(logits, targets)
    assert ours < 0.98 * theirs


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"alpha": -0.1}, "alpha must be a finite number at least 0, got -0.1"),
        ({"beta": -0.1}, "beta must be a finite number at least 0, got -0.1"),
        ({"gamma": 0.0}, "gamma must be a finite number between 0.1 and 10, got 0.0"),
        ({"smooth": -1.0}, "smooth must be a finite number at least 0, got -1.0"),
    ],
)
def test_refuses_parameters_out_of_range(params, message):
    with pytest.raises(ValueError, match=message):
        make_loss("focal_tversky", 5, **params)
