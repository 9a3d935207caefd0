import pytest
import torch

from lossstudy.losses import make_loss
from tests.losses.overlaps import batch_sums, gradient_of, small_batch


@pytest.fixture
def batch(generator):
    logits = 2 * torch.randn(2, 5, 6, 7, generator=generator)
    targets = torch.randint(0, 4, (2, 6, 7), generator=generator)  # class 4 is absent
    targets[:, 0] = 255
    return logits, targets


def value_and_gradient(loss, batch):
    logits = batch[0].clone().requires_grad_()
    value = loss(logits, batch[1])
    value.backward()
    return value.detach(), logits.grad


@pytest.mark.parametrize(("alpha", "other"), [(1.0, "cross_entropy"), (0.0, "dice")])
def test_extremes_are_its_two_parts(alpha, other, batch):
    combo = value_and_gradient(make_loss("combo", 5, alpha=alpha), batch)
    part = value_and_gradient(make_loss(other, 5), batch)
    torch.testing.assert_close(combo, part)


@pytest.mark.parametrize("smooth", [0.0, 1.0, 50.0])
@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.9])
def test_is_the_weighted_sum_of_its_parts(alpha, smooth, batch):
    value, gradient = value_and_gradient(make_loss("combo", 5, alpha=alpha, smooth=smooth), batch)
    entropy = value_and_gradient(make_loss("cross_entropy", 5), batch)
    dice = value_and_gradient(make_loss("dice", 5, smooth=smooth), batch)
    torch.testing.assert_close(value, alpha * entropy[0] + (1 - alpha) * dice[0])
    torch.testing.assert_close(gradient, alpha * entropy[1] + (1 - alpha) * dice[1])


def test_gradient_is_the_closed_form(generator):
    logits, targets = small_batch(generator)
    alpha, smooth = 0.3, 2.0
    hit, predicted, target, present = batch_sums(logits, targets)
    size = predicted + target + smooth
    dice = (2 * hit + smooth) / size
    share = present / present.sum() / size
    valid = (targets != 255)[:, None]
    one_hot = torch.nn.functional.one_hot(targets.where(targets != 255, 0), 5).movedim(-1, 1)
    entropy = (logits.detach().softmax(1) - one_hot) * valid / valid.sum()
    regions = gradient_of(share * dice, share * (dice - 2), logits, targets)
    make_loss("combo", 5, alpha=alpha, smooth=smooth)(logits, targets).backward()
    torch.testing.assert_close(logits.grad, alpha * entropy + (1 - alpha) * regions)


def test_false_positives_raise_it(generator):
    """A well-known public version has a sign error that rewards them."""
    targets = torch.zeros(1, 4, 4, dtype=torch.long)
    targets[0, 2:] = 1
    logits = torch.zeros(1, 3, 4, 4)
    more_third_class = logits.clone()
    more_third_class[:, 2] = 2.0
    loss = make_loss("combo", 3)
    assert loss(more_third_class, targets) > loss(logits, targets)


def test_default_weights_are_equal():
    assert make_loss("combo", 5).alpha == 0.5


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"alpha": -0.1}, "alpha must be a finite number between 0 and 1, got -0.1"),
        ({"alpha": 1.1}, "alpha must be a finite number between 0 and 1, got 1.1"),
        ({"smooth": -1.0}, "smooth must be a finite number at least 0, got -1.0"),
    ],
)
def test_refuses_parameters_out_of_range(params, message):
    with pytest.raises(ValueError, match=message):
        make_loss("combo", 5, **params)
