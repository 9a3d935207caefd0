import pytest
import torch

from lossstudy.losses import make_loss
from tests.losses.libraries import kornia, monai, smp
from tests.losses.overlaps import (
    assert_same,
    batch_sums,
    gradient_of,
    mean_over_classes,
    small_batch,
)


def slow_tversky(p, own, alpha, beta, smooth):
    hit, false, missed = p[own].sum(), p[~own].sum(), (1 - p[own]).sum()
    return 1 - (hit + smooth) / (hit + alpha * false + beta * missed + smooth)


@pytest.mark.parametrize("per", ["batch", "image"])
@pytest.mark.parametrize("classes", ["present", "all"])
@pytest.mark.parametrize(("alpha", "beta"), [(0.3, 0.7), (1.0, 0.2)])
def test_is_the_mean_of_one_minus_the_index(alpha, beta, classes, per, generator):
    logits, targets = small_batch(generator)
    ours = make_loss("tversky", 5, alpha=alpha, beta=beta, classes=classes, per=per)
    slow = mean_over_classes(
        lambda p, own: slow_tversky(p, own, alpha, beta, 1.0), logits, targets, classes, per
    )
    assert_same(ours(logits, targets), slow, logits)


def test_gradient_is_the_closed_form(generator):
    logits, targets = small_batch(generator)
    hit, predicted, target, present = batch_sums(logits, targets)
    alpha, beta, smooth = 0.3, 0.7, 2.0
    size = hit + alpha * (predicted - hit) + beta * (target - hit) + smooth
    index = (hit + smooth) / size
    share = present / present.sum() / size
    elsewhere = share * alpha * index
    own = share * (alpha * index - (1 - (1 - alpha - beta) * index))
    make_loss("tversky", 5, smooth=smooth)(logits, targets).backward()
    torch.testing.assert_close(logits.grad, gradient_of(elsewhere, own, logits, targets))


def test_weights_that_do_not_add_up_to_1_have_their_place_in_the_gradient(generator):
    logits, targets = small_batch(generator)
    hit, predicted, target, present = batch_sums(logits, targets)
    alpha, beta = 0.8, 1.5
    size = hit + alpha * (predicted - hit) + beta * (target - hit)
    index = hit / size.clamp(min=1e-12)
    share = present / present.sum() / size
    elsewhere = share * alpha * index
    own = share * (alpha * index - (1 - (1 - alpha - beta) * index))
    make_loss("tversky", 5, alpha=alpha, beta=beta, smooth=0.0)(logits, targets).backward()
    torch.testing.assert_close(logits.grad, gradient_of(elsewhere, own, logits, targets))


@pytest.mark.parametrize("per", ["batch", "image"])
@pytest.mark.parametrize("classes", ["present", "all"])
def test_one_half_each_is_dice_with_twice_the_smoothing(classes, per, generator):
    logits, targets = small_batch(generator)
    options = {"classes": classes, "per": per}
    tversky = make_loss("tversky", 5, alpha=0.5, beta=0.5, smooth=1.5, **options)
    assert_same(
        tversky(logits, targets),
        make_loss("dice", 5, smooth=3.0, **options)(logits, targets),
        logits,
    )


def test_one_each_is_jaccard(generator):
    logits, targets = small_batch(generator)
    tversky = make_loss("tversky", 5, alpha=1.0, beta=1.0)(logits, targets)
    assert_same(tversky, make_loss("jaccard", 5)(logits, targets), logits)


def test_defaults_are_the_published_ones():
    loss = make_loss("tversky", 5)
    assert (loss.alpha, loss.beta) == (0.3, 0.7)


def test_beta_weighs_what_is_missed():
    """The rare class is missed entirely, or half of the frequent one is given to it."""
    targets = torch.tensor([[[0, 0, 0, 0, 0, 0, 0, 1]]])

    def loss_of(preds, **weights):
        logits = 1e4 * torch.nn.functional.one_hot(torch.tensor([[preds]]), 2).movedim(-1, 1)
        return make_loss("tversky", 2, smooth=0.0, **weights)(logits.float(), targets)

    missed, spread = [0] * 8, [0, 0, 0, 0, 0, 0, 1, 1]
    gain = loss_of(missed) - loss_of(spread)
    gain_of_precision = loss_of(missed, alpha=0.7, beta=0.3) - loss_of(spread, alpha=0.7, beta=0.3)
    assert gain > gain_of_precision > 0


def test_smp_divides_by_all_classes(generator):
    logits, targets = small_batch(generator, absent=(1, 2))
    theirs = smp.TverskyLoss("multiclass", ignore_index=255, alpha=0.3, beta=0.7, eps=1e-12)
    ours = make_loss("tversky", 5, smooth=0.0)(logits, targets)
    assert_same(ours * 3 / 5, theirs(logits, targets), logits)


@pytest.mark.parametrize(("batch", "per"), [(False, "image"), (True, "batch")])
def test_monai_counts_all_classes(batch, per, generator):
    logits, targets = small_batch(generator)
    targets = targets.where(targets != 255, 0)
    theirs = monai.losses.TverskyLoss(
        softmax=True, to_onehot_y=True, alpha=0.3, beta=0.7, smooth_nr=1, smooth_dr=1, batch=batch
    )
    ours = make_loss("tversky", 5, classes="all", per=per)(logits, targets)
    assert_same(ours, theirs(logits, targets[:, None]), logits)


def test_kornia_counts_the_present_classes_of_each_image(generator):
    logits, targets = small_batch(generator)
    theirs = kornia.losses.tversky_loss(
        logits, targets, alpha=0.3, beta=0.7, eps=0.0, ignore_index=255
    )
    ours = make_loss("tversky", 5, smooth=0.0, per="image")(logits, targets)
    assert_same(ours, theirs, logits)


def test_flattened_over_classes_only_the_sum_of_the_weights_would_count(generator):
    logits, targets = small_batch(generator)
    hit, predicted, target, _ = (sums.sum() for sums in batch_sums(logits, targets))
    torch.testing.assert_close(predicted - hit, target - hit)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"alpha": -0.1}, "alpha must be a finite number at least 0, got -0.1"),
        ({"beta": -0.1}, "beta must be a finite number at least 0, got -0.1"),
        ({"smooth": -1.0}, "smooth must be a finite number at least 0, got -1.0"),
    ],
)
def test_refuses_parameters_out_of_range(params, message):
    with pytest.raises(ValueError, match=message):
        make_loss("tversky", 5, **params)
