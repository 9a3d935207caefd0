import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lossstudy.counts import ClassCounts
from lossstudy.losses import make_loss
from tests.losses.libraries import kornia, monai, smp, torchvision


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
    assert (loss.gamma, loss.lam, loss.class_weight) == (2.0, 1.0, "uniform")


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


@pytest.mark.parametrize("gamma", [0.5, 2.0])
@pytest.mark.parametrize("lam", [1.0, 2.0])
def test_gradient_is_the_one_stated(gamma, lam, generator):
    logits, targets = random_batch(generator)
    alpha = [2.0, 0.5, 1.0, 0.0, 3.0]
    loss = make_loss("focal", 5, gamma=gamma, lam=lam, class_weight=alpha)
    loss(logits, targets).backward()
    valid = (targets != 255)[:, None]
    index = targets.where(targets != 255, 0)
    one_hot = F.one_hot(index, 5).movedim(-1, 1)
    probs = logits.detach().softmax(1)
    pt = (probs * one_hot).sum(1, keepdim=True)
    gap = lam - pt
    factor = gap**gamma - gamma * pt * gap ** (gamma - 1) * pt.log()
    weight = torch.tensor(alpha, dtype=torch.float64)[index][:, None] * valid / valid.sum()
    torch.testing.assert_close(logits.grad, weight * factor * (probs - one_hot))


def test_class_weight_is_a_factor_of_the_pixel_and_leaves_the_divisor(generator):
    """Twice the weight is twice the loss, where a weighted mean would stay as it is."""
    logits, targets = random_batch(generator)
    plain = make_loss("focal", 5)(logits, targets)
    ones = make_loss("focal", 5, class_weight=[1.0] * 5)(logits, targets)
    twice = make_loss("focal", 5, class_weight="2,2,2,2,2")(logits, targets)
    assert torch.equal(ones, plain)
    torch.testing.assert_close(twice, 2 * plain)


def test_gamma_0_with_class_weight_is_torchs_weighted_sum_over_the_number_of_pixels(generator):
    logits, targets = random_batch(generator)
    counts = ClassCounts.of(np.array([[500, 100, 50, 5, 200]]))
    loss = make_loss("focal", 5, counts=counts, gamma=0.0, class_weight="enet")
    theirs = F.cross_entropy(
        logits, targets, weight=loss.alpha.double(), ignore_index=255, reduction="sum"
    )
    torch.testing.assert_close(loss(logits, targets), theirs / int((targets != 255).sum()))


def whole_batch(generator):
    """Without ignored pixels, which not all libraries know."""
    logits, targets = random_batch(generator)
    return logits.detach(), targets.where(targets != 255, 0)


def test_kornia_divides_by_pixels_times_classes(generator):
    logits, targets = whole_batch(generator)
    ours = make_loss("focal", 5, gamma=2.0)(logits, targets)
    theirs = kornia.losses.focal_loss(logits, targets, alpha=None, gamma=2.0, reduction="mean")
    torch.testing.assert_close(5 * theirs, ours)


def test_alpha_of_kornia_is_one_minus_alpha_for_the_first_class_and_alpha_for_all_others(
    generator,
):
    logits, targets = whole_batch(generator)
    ours = make_loss("focal", 5, class_weight=[0.75, 0.25, 0.25, 0.25, 0.25])(logits, targets)
    theirs = kornia.losses.focal_loss(logits, targets, alpha=0.25, gamma=2.0, reduction="mean")
    torch.testing.assert_close(5 * theirs, ours)


def test_monai_divides_by_pixels_times_classes(generator):
    logits, targets = whole_batch(generator)
    ours = make_loss("focal", 5, gamma=2.0)(logits.float(), targets)
    theirs = monai.losses.FocalLoss(gamma=2.0, use_softmax=True, to_onehot_y=True)(
        logits, targets[:, None]
    )
    torch.testing.assert_close(5 * theirs, ours)


def test_two_classes_are_the_sigmoid_focal_loss_of_torchvision(generator):
    """A softmax over two classes is a sigmoid of their difference."""
    logits = 2 * torch.randn(2, 2, 4, 5, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, 2, (2, 4, 5), generator=generator)
    ours = make_loss("focal", 2, gamma=2.0, class_weight=[0.75, 0.25])(logits, targets)
    theirs = torchvision.ops.sigmoid_focal_loss(
        logits[:, 1] - logits[:, 0], targets.double(), alpha=0.25, gamma=2.0, reduction="mean"
    )
    torch.testing.assert_close(ours, theirs)


def test_segmentation_models_pytorch_depends_on_a_constant_added_to_all_logits(generator):
    """It is one-against-rest sigmoids, where ours is the softmax whose argmax is predicted."""
    logits, targets = whole_batch(generator)
    ours = make_loss("focal", 5, gamma=2.0)
    theirs = smp.FocalLoss(mode="multiclass", gamma=2.0)
    torch.testing.assert_close(ours(logits + 3, targets), ours(logits, targets))
    assert theirs(logits + 3, targets) > 2 * theirs(logits, targets)
