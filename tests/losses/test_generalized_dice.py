import pytest
import torch

from lossstudy.losses import make_loss
from tests.losses.libraries import monai
from tests.losses.overlaps import assert_same, batch_sums, gradient_of, small_batch


def slow_generalized_dice(logits, targets):
    """Sum over the classes of the batch, each weighted by hand."""
    valid = targets != 255
    probs, labels = logits.softmax(1).movedim(1, -1)[valid], targets[valid]
    above = below = 0.0
    for c in labels.unique().tolist():
        own = labels == c
        weight = 1 / own.sum().item() ** 2
        above = above + weight * probs[own, c].sum()
        below = below + weight * (probs[:, c].sum() + own.sum())
    return 1 - 2 * above / below


@pytest.mark.parametrize("absent", [(), (2,), (0, 1, 3, 4)])
def test_is_one_overlap_of_weighted_classes(absent, generator):
    logits, targets = small_batch(generator, absent)
    ours = make_loss("generalized_dice", 5)(logits, targets)
    assert_same(ours, slow_generalized_dice(logits, targets), logits)


def test_gradient_is_the_closed_form(generator):
    logits, targets = small_batch(generator)
    hit, predicted, target, present = batch_sums(logits, targets)
    weight = torch.where(present, target, 1e30) ** -2.0
    size = (weight * (predicted + target)).sum()
    index = 2 * (weight * hit).sum() / size
    make_loss("generalized_dice", 5)(logits, targets).backward()
    expected = gradient_of(weight / size * index, weight / size * (index - 2), logits, targets)
    torch.testing.assert_close(logits.grad, expected)


def test_weights_by_hand():
    """Classes of 1, 2 and 4 pixels weigh 1, 1/4 and 1/16; each loses one pixel to the next."""
    targets = torch.tensor([[[0, 1, 1, 2, 2, 2, 2]]])
    preds = torch.tensor([[[1, 1, 2, 2, 2, 2, 0]]])
    logits = 1e4 * torch.nn.functional.one_hot(preds, 3).movedim(-1, 1).float()
    above = 0 + 1 / 4 + 3 / 16
    below = (1 + 1) + (2 + 2) / 4 + (4 + 4) / 16
    loss = make_loss("generalized_dice", 3)(logits, targets)
    assert loss.item() == pytest.approx(1 - 2 * above / below)


def test_rarest_class_decides():
    """Half of three pixels missed costs more than half of three hundred."""
    targets = torch.zeros(1, 1, 303, dtype=torch.long)
    targets[..., 300:] = 1

    def loss_of(name, wrong):
        preds = targets.clone()
        preds[..., wrong] = 2
        logits = 1e4 * torch.nn.functional.one_hot(preds, 3).movedim(-1, 1).float()
        return make_loss(name, 3)(logits, targets)

    frequent, rare = slice(0, 200), slice(301, 303)
    assert loss_of("generalized_dice", rare) > 40 * loss_of("generalized_dice", frequent)
    assert loss_of("dice", rare) < 2 * loss_of("dice", frequent)


def monai_loss(**options):
    return monai.losses.GeneralizedDiceLoss(
        softmax=True, to_onehot_y=True, smooth_nr=0, smooth_dr=0, **options
    )


def test_monai_over_the_batch_is_the_same_where_every_class_is_present(generator):
    logits, targets = small_batch(generator, absent=())
    targets = targets.where(targets != 255, 0)
    ours = make_loss("generalized_dice", 5)(logits, targets)
    theirs = monai_loss(batch=True)(logits, targets[:, None])
    assert_same(ours, theirs, logits)


def test_monai_gives_an_absent_class_the_largest_weight(generator):
    logits, targets = small_batch(generator)
    targets = targets.where(targets != 255, 0)
    hit, predicted, target, present = batch_sums(logits, targets)
    weight = torch.where(present, target, target[present].min()) ** -2.0
    expected = 1 - 2 * (weight * hit).sum() / (weight * (predicted + target)).sum()
    theirs = monai_loss(batch=True)(logits, targets[:, None])
    torch.testing.assert_close(theirs, expected)
    assert theirs > make_loss("generalized_dice", 5)(logits, targets) + 0.01
