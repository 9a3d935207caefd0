import pytest
import torch
from torch.nn import functional as F

from lossstudy.losses import make_loss


@pytest.fixture
def batch(generator):
    logits = 2 * torch.randn(2, 5, 6, 7, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, 4, (2, 6, 7), generator=generator)  # class 4 is absent
    targets[:, 0] = 255
    return logits, targets


def mean_target_probability(logits, targets):
    valid = targets != 255
    pt = logits.softmax(1).gather(1, targets.where(valid, 0)[:, None])[:, 0]
    return pt[valid].mean()


def test_its_dice_is_the_mean_absolute_error(batch):
    """Flattened over all classes, Dice knows no classes: it is one minus the mean of p_t."""
    logits, targets = batch
    logits.requires_grad_()
    ours = make_loss("combo_micro", 5, alpha=0.0, smooth=0.0)(logits, targets)
    plain = 1 - mean_target_probability(logits, targets)
    torch.testing.assert_close(ours, plain)
    torch.testing.assert_close(
        torch.autograd.grad(ours, logits), torch.autograd.grad(plain, logits)
    )


def test_is_dice_of_the_flattened_one_hot_map(batch):
    logits, targets = batch
    valid = (targets != 255)[:, None]
    one_hot = F.one_hot(targets.where(targets != 255, 0), 5).movedim(-1, 1) * valid
    probs = logits.softmax(1) * valid
    dice = (2 * (probs * one_hot).sum() + 7.0) / (probs.sum() + one_hot.sum() + 7.0)
    ours = make_loss("combo_micro", 5, alpha=0.0, smooth=7.0)(logits, targets)
    torch.testing.assert_close(ours, 1 - dice)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("smooth", [0.0, 7.0])
def test_gradient_is_the_closed_form(alpha, smooth, batch):
    logits, targets = batch
    make_loss("combo_micro", 5, alpha=alpha, smooth=smooth)(
        logits.requires_grad_(), targets
    ).backward()
    valid = (targets != 255)[:, None]
    probs = logits.detach().softmax(1)
    one_hot = F.one_hot(targets.where(targets != 255, 0), 5).movedim(-1, 1)
    own = (probs * one_hot).sum(1, keepdim=True)
    weight = alpha / valid.sum() + (1 - alpha) * 2 * own / (2 * valid.sum() + smooth)
    torch.testing.assert_close(logits.grad, weight * (probs - one_hot) * valid)


def test_alpha_1_is_cross_entropy(batch):
    ours = make_loss("combo_micro", 5, alpha=1.0)(*batch)
    torch.testing.assert_close(ours, F.cross_entropy(*batch, ignore_index=255))


@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.9])
def test_is_the_weighted_sum_of_its_parts(alpha, batch):
    entropy, dice = (make_loss("combo_micro", 5, alpha=end)(*batch) for end in (1.0, 0.0))
    ours = make_loss("combo_micro", 5, alpha=alpha)(*batch)
    torch.testing.assert_close(ours, alpha * entropy + (1 - alpha) * dice)


def test_does_not_balance_classes_where_combo_does():
    """All but one pixel right: the wrong one is the whole of its class."""
    targets = torch.zeros(1, 10, 10, dtype=torch.long)
    targets[0, 0, 0] = 1
    logits = torch.zeros(1, 2, 10, 10)
    logits[:, 0] = 20.0
    micro = make_loss("combo_micro", 2, alpha=0.0, smooth=0.0)(logits, targets)
    macro = make_loss("combo", 2, alpha=0.0, smooth=0.0)(logits, targets)
    assert micro.item() == pytest.approx(0.01, rel=1e-3)
    assert macro.item() == pytest.approx(0.5, rel=1e-2)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"alpha": 2.0}, "alpha must be a finite number between 0 and 1, got 2.0"),
        ({"smooth": -1.0}, "smooth must be a finite number at least 0, got -1.0"),
    ],
)
def test_refuses_parameters_out_of_range(params, message):
    with pytest.raises(ValueError, match=message):
        make_loss("combo_micro", 5, **params)
