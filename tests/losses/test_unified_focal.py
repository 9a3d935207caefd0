import pytest
import torch

from lossstudy.losses import make_loss
from tests.losses.overlaps import (
    assert_same,
    batch_sums,
    gradient_of,
    mean_over_classes,
    small_batch,
)


def slow_unified(logits, targets, lam, delta, gamma):
    valid = targets != 255
    probs = logits.softmax(1).movedim(1, -1)[valid]
    pt = probs.gather(1, targets[valid][:, None])
    focal = delta * (-((1 - pt) ** gamma) * pt.log()).mean()

    def region(p, own):
        hit, false, missed = p[own].sum(), p[~own].sum(), (1 - p[own]).sum()
        return (1 - hit / (hit + delta * missed + (1 - delta) * false)) ** (1 - gamma)

    return lam * focal + (1 - lam) * mean_over_classes(region, logits, targets)


@pytest.mark.parametrize("gamma", [0.0, 0.2, 0.5, 0.9])
@pytest.mark.parametrize(("lam", "delta"), [(0.5, 0.6), (0.2, 0.3), (0.9, 1.0)])
def test_is_the_sum_of_the_equation(lam, delta, gamma, generator):
    logits, targets = small_batch(generator)
    ours = make_loss("unified_focal", 5, lam=lam, delta=delta, gamma=gamma)(logits, targets)
    assert_same(ours, slow_unified(logits, targets, lam, delta, gamma), logits)


def test_gradient_is_the_closed_form(generator):
    logits, targets = small_batch(generator)
    lam, delta, gamma = 0.4, 0.6, 0.3
    hit, predicted, target, present = batch_sums(logits, targets)
    size = delta * target + (1 - delta) * predicted
    index = hit / size
    share = present / present.sum() * (1 - lam) * (1 - gamma) / (1 - index) ** gamma / size
    elsewhere, own = share * (1 - delta) * index, share * ((1 - delta) * index - 1)

    valid = targets != 255
    probs = logits.detach().softmax(1)
    index_of = targets.where(valid, 0)[:, None]
    p = probs.gather(1, index_of)
    slope = lam * delta / valid.sum() * (1 - p) ** (gamma - 1) * (1 - p - gamma * p * p.log())
    one_hot = torch.zeros_like(probs).scatter_(1, index_of, 1.0)
    pixels = slope * (probs - one_hot) * valid[:, None]

    make_loss("unified_focal", 5, lam=lam, delta=delta, gamma=gamma)(logits, targets).backward()
    regions = gradient_of(elsewhere, own, logits, targets)
    torch.testing.assert_close(logits.grad, pixels + regions)


def test_its_ends_are_cross_entropy_and_tversky(generator):
    logits, targets = small_batch(generator)
    pixels = make_loss("unified_focal", 5, lam=1.0, gamma=0.0, delta=0.6)(logits, targets)
    assert_same(pixels, 0.6 * make_loss("cross_entropy", 5)(logits, targets), logits)
    regions = make_loss("unified_focal", 5, lam=0.0, gamma=0.0, delta=0.7)(logits, targets)
    tversky = make_loss("tversky", 5, alpha=0.3, beta=0.7, smooth=0.0)(logits, targets)
    assert_same(regions, tversky, logits)


@pytest.mark.parametrize("gamma", [0.2, 0.5])
def test_its_parts_are_focal_and_focal_tversky(gamma, generator):
    logits, targets = small_batch(generator)
    pixels = make_loss("unified_focal", 5, lam=1.0, gamma=gamma)(logits, targets)
    assert_same(pixels, 0.6 * make_loss("focal", 5, gamma=gamma)(logits, targets), logits)
    regions = make_loss("unified_focal", 5, lam=0.0, gamma=gamma)(logits, targets)
    focal_tversky = make_loss(
        "focal_tversky", 5, alpha=0.4, beta=0.6, gamma=1 / (1 - gamma), smooth=0.0
    )
    assert_same(regions, focal_tversky(logits, targets), logits)


def test_gamma_1_holds_the_region_term_fixed(generator):
    logits, targets = small_batch(generator)
    value = make_loss("unified_focal", 5, lam=0.0, gamma=1.0)(logits, targets)
    value.backward()
    assert value == 1
    assert (logits.grad == 0).all()


def test_defaults_are_the_published_ones():
    loss = make_loss("unified_focal", 5)
    assert (loss.lam, loss.delta, loss.gamma) == (0.5, 0.6, 0.5)


@pytest.mark.parametrize("margin", [5.0, 10.0, 20.0, 100.0])
def test_slope_is_finite_where_the_prediction_is_sure(margin, generator):
    targets = torch.randint(0, 3, (1, 4, 5), generator=generator)
    one_hot = torch.nn.functional.one_hot(targets, 3).movedim(-1, 1)
    logits = (margin * one_hot).float().requires_grad_()
    make_loss("unified_focal", 3)(logits, targets).backward()
    assert logits.grad.isfinite().all()
    assert logits.grad.abs().max() < 0.1


@pytest.mark.parametrize("name", ["lam", "delta", "gamma"])
@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_refuses_parameters_out_of_range(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a finite number between 0 and 1"):
        make_loss("unified_focal", 5, **{name: value})
