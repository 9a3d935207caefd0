import pytest
import torch

from lossstudy.losses import make_loss
from tests.losses.libraries import monai, smp
from tests.losses.overlaps import (
    assert_same,
    batch_sums,
    gradient_of,
    mean_over_classes,
    small_batch,
)


def slow_jaccard(p, own, smooth):
    hit = p[own].sum()
    return 1 - (hit + smooth) / (own.sum() + p[~own].sum() + smooth)


@pytest.mark.parametrize("smooth", [0.0, 5.0])
@pytest.mark.parametrize("per", ["batch", "image"])
@pytest.mark.parametrize("classes", ["present", "all"])
def test_is_the_mean_of_one_minus_intersection_over_union(classes, per, smooth, generator):
    logits, targets = small_batch(generator)
    ours = make_loss("jaccard", 5, smooth=smooth, classes=classes, per=per)(logits, targets)
    slow = mean_over_classes(
        lambda p, own: slow_jaccard(p, own, smooth), logits, targets, classes, per
    )
    assert_same(ours, slow, logits)


def test_gradient_is_the_closed_form(generator):
    logits, targets = small_batch(generator)
    hit, predicted, target, present = batch_sums(logits, targets)
    union = predicted + target - hit + 1
    index = (hit + 1) / union
    share = present / present.sum() / union
    make_loss("jaccard", 5)(logits, targets).backward()
    expected = gradient_of(share * index, share * (index - (1 + index)), logits, targets)
    torch.testing.assert_close(logits.grad, expected)


def test_of_sure_predictions_is_one_minus_the_measure():
    targets = torch.tensor([[[0, 0, 0, 1, 1, 2]]])
    preds = torch.tensor([[[0, 0, 1, 1, 1, 0]]])
    logits = 1e4 * torch.nn.functional.one_hot(preds, 3).movedim(-1, 1).float()
    loss = make_loss("jaccard", 3, smooth=0.0)(logits, targets)
    assert loss.item() == pytest.approx(1 - (2 / 4 + 2 / 3 + 0) / 3)


def test_of_one_class_is_the_known_function_of_dice(generator):
    """Sure predictions, one class in the targets: J = D / (2 - D)."""
    preds = torch.randint(0, 2, (1, 5, 8), generator=generator)
    logits = 1e4 * torch.nn.functional.one_hot(preds, 2).movedim(-1, 1).float()
    targets = torch.zeros(1, 5, 8, dtype=torch.long)
    dice, jaccard = (1 - make_loss(n, 2, smooth=0.0)(logits, targets) for n in ("dice", "jaccard"))
    torch.testing.assert_close(jaccard, dice / (2 - dice))


def test_smp_divides_by_all_classes(generator):
    logits, targets = small_batch(generator, absent=(1, 2))
    theirs = smp.JaccardLoss("multiclass", ignore_index=255, eps=1e-12)(logits, targets)
    ours = make_loss("jaccard", 5, smooth=0.0)(logits, targets)
    assert_same(ours * 3 / 5, theirs, logits)


@pytest.mark.parametrize(("batch", "per"), [(False, "image"), (True, "batch")])
def test_monai_counts_all_classes(batch, per, generator):
    logits, targets = small_batch(generator)
    targets = targets.where(targets != 255, 0)
    theirs = monai.losses.DiceLoss(
        softmax=True, to_onehot_y=True, jaccard=True, smooth_nr=0, smooth_dr=0, batch=batch
    )
    ours = make_loss("jaccard", 5, smooth=0.0, classes="all", per=per)(logits, targets)
    assert_same(ours, theirs(logits, targets[:, None]), logits)


def test_refuses_negative_smooth():
    with pytest.raises(ValueError, match="smooth must be a finite number at least 0, got -1"):
        make_loss("jaccard", 5, smooth=-1.0)
