import math

import pytest
import torch

from lossstudy.losses import make_loss


def random_batch(generator, num_classes=5):
    logits = 2 * torch.randn(2, num_classes, 4, 5, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, num_classes, (2, 4, 5), generator=generator)
    targets[:, 0] = 255
    return logits.requires_grad_(), targets


def slow_focal(logits, targets, gamma, lam):
    """Equation (1) of the paper, a pixel at a time."""
    total, count = logits.new_zeros(()), 0
    for image, labels in zip(logits.softmax(1), targets, strict=True):
        for row, column in (labels != 255).nonzero().tolist():
            pt = image[labels[row, column], row, column]
            total = total - (lam - pt) ** gamma * torch.log(pt)
            count += 1
    return total / count


def two_class_logits(pts):
    """Logits of single-pixel images whose target class 0 has probability `pts`."""
    logit = torch.tensor([math.log(pt / (1 - pt)) for pt in pts], dtype=torch.float64)
    return torch.stack([logit, torch.zeros_like(logit)], 1)[:, :, None, None]


def loss_at(pt, **params):
    targets = torch.zeros(1, 1, 1, dtype=torch.long)
    return make_loss("focal", 2, **params)(two_class_logits([pt]), targets).item()


@pytest.mark.parametrize("lam", [1.0, 2.0])
@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0, 5.0])
def test_value_and_gradient_are_those_of_the_equation(gamma, lam, generator):
    logits, targets = random_batch(generator)
    ours = make_loss("focal", 5, gamma=gamma, lam=lam)(logits, targets)
    slow = slow_focal(logits, targets, gamma, lam)
    torch.testing.assert_close(ours, slow)
    torch.testing.assert_close(
        torch.autograd.grad(ours, logits), torch.autograd.grad(slow, logits)
    )


@pytest.mark.parametrize("lam", [1.0, 2.0])
def test_gamma_0_is_cross_entropy(lam, generator):
    logits, targets = random_batch(generator)
    logits = logits.detach().float().requires_grad_()
    focal = make_loss("focal", 5, gamma=0.0, lam=lam)(logits, targets)
    cross_entropy = make_loss("cross_entropy", 5)(logits, targets)
    torch.testing.assert_close(focal, cross_entropy, rtol=1e-7, atol=0)
    torch.testing.assert_close(
        torch.autograd.grad(focal, logits),
        torch.autograd.grad(cross_entropy, logits),
        rtol=1e-6,
        atol=1e-9,
    )


def test_defaults_are_those_of_the_papers_runs():
    loss = make_loss("focal", 2)
    assert (loss.gamma, loss.lam) == (2.0, 1.0)


@pytest.mark.parametrize("gamma", [0.5, 2.0, 5.0])
@pytest.mark.parametrize("pt", [0.01, 0.3, 0.7, 0.99])
def test_lambda_1_lowers_and_lambda_2_raises_cross_entropy(pt, gamma):
    cross_entropy = -math.log(pt)
    assert loss_at(pt, gamma=gamma, lam=1.0) < cross_entropy
    raised = loss_at(pt, gamma=gamma, lam=2.0)
    assert cross_entropy < raised < 2**gamma * cross_entropy


@pytest.mark.parametrize("lam", [1.0, 2.0])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 5.0])
def test_falls_with_the_probability_of_the_target(gamma, lam):
    values = [loss_at(pt / 50, gamma=gamma, lam=lam) for pt in range(1, 50)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values)


def test_larger_gamma_shifts_weight_to_the_hard_pixel():
    ratios = [loss_at(0.2, gamma=g) / loss_at(0.8, gamma=g) for g in (0.0, 1.0, 2.0, 5.0)]
    assert ratios == sorted(ratios)
    assert ratios[2] / ratios[0] == pytest.approx((0.8 / 0.2) ** 2)


@pytest.mark.parametrize("gamma", [0.1, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("margin", [10.0, 20.0, 40.0, 200.0])
def test_slope_is_finite_where_the_prediction_is_sure(gamma, margin):
    """(1 - p)^gamma has an infinite slope at p = 1 for gamma below 1."""
    logits = torch.tensor([margin, 0.0])[None, :, None, None].requires_grad_()
    make_loss("focal", 2, gamma=gamma)(logits, torch.zeros(1, 1, 1, dtype=torch.long)).backward()
    assert logits.grad.isfinite().all()
    assert logits.grad.abs().max() < 1e-2


@pytest.mark.parametrize("margin", [12.0, 16.0, 20.0])
def test_keeps_its_digits_in_float32_for_sure_predictions(margin):
    """At margin 20, 1 - p is 2e-9, which subtraction in float32 would round to 0."""
    logits = torch.tensor([margin, 0.0], dtype=torch.float64)[None, :, None, None]
    targets = torch.zeros(1, 1, 1, dtype=torch.long)
    loss = make_loss("focal", 2, gamma=1.0)
    assert loss(logits.float(), targets).item() == pytest.approx(
        loss(logits, targets).item(), rel=1e-5
    )


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"gamma": -1.0}, "gamma must be a finite number at least 0, got -1.0"),
        ({"lam": 0.5}, "lam must be a finite number at least 1, got 0.5"),
    ],
)
def test_refuses_parameters_out_of_range(params, message):
    with pytest.raises(ValueError, match=message):
        make_loss("focal", 5, **params)
