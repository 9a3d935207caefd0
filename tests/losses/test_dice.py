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


def slow_dice(logits, targets, smooth):
    """Mean over the classes of the batch of one minus Dice, a pixel at a time."""
    num_classes = logits.shape[1]
    intersection, predicted, labelled = ([0.0] * num_classes for _ in range(3))
    for image, labels in zip(logits.softmax(1), targets.tolist(), strict=True):
        for row, line in enumerate(labels):
            for column, label in enumerate(line):
                if label == 255:
                    continue
                for c in range(num_classes):
                    predicted[c] += image[c, row, column].item()
                intersection[label] += image[label, row, column].item()
                labelled[label] += 1
    present = [c for c in range(num_classes) if labelled[c]]
    dice = [
        (2 * intersection[c] + smooth) / (predicted[c] + labelled[c] + smooth) for c in present
    ]
    return 1 - sum(dice) / len(dice)


@pytest.mark.parametrize("smooth", [0.0, 1.0, 10.0])
@pytest.mark.parametrize("absent", [(), (2,), (0, 1, 3, 4)])
def test_is_the_mean_over_present_classes(smooth, absent, generator):
    logits = 2 * torch.randn(2, 5, 4, 6, generator=generator, dtype=torch.float64)
    present = torch.tensor([c for c in range(5) if c not in absent])
    targets = present[torch.randint(0, len(present), (2, 4, 6), generator=generator)]
    targets[:, :, 0] = 255
    ours = make_loss("dice", 5, smooth=smooth)(logits, targets)
    assert ours.item() == pytest.approx(slow_dice(logits, targets, smooth), rel=1e-12)


def test_lies_between_0_and_1(generator):
    logits = 5 * torch.randn(2, 5, 4, 6, generator=generator)
    targets = torch.randint(0, 5, (2, 4, 6), generator=generator)
    worst = torch.nn.functional.one_hot((targets + 1) % 5, 5).movedim(-1, 1) * 1e4
    loss = make_loss("dice", 5, smooth=0.0)
    assert 0 < loss(logits, targets) < 1
    assert loss(worst, targets) == 1


def test_rare_class_has_the_same_say_as_a_frequent_one():
    """Missing one pixel of one costs as much as missing all 99 of the other."""
    targets = torch.zeros(1, 10, 10, dtype=torch.long)
    targets[0, 0, 0] = 1
    third = torch.nn.functional.one_hot(torch.full_like(targets, 2), 3).movedim(-1, 1)
    perfect = torch.nn.functional.one_hot(targets, 3).movedim(-1, 1)
    rare = (targets == 1)[:, None]
    loss = make_loss("dice", 3, smooth=0.0)
    without_rare = loss(1e4 * torch.where(rare, third, perfect), targets)
    without_frequent = loss(1e4 * torch.where(rare, perfect, third), targets)
    assert without_rare.item() == without_frequent.item() == pytest.approx(0.5)


def test_classes_are_counted_over_the_batch_not_the_image():
    """Two images with half of the pixels each are the same as one with all of them."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 3, 4, 5, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, 3, (2, 4, 5), generator=generator)
    loss = make_loss("dice", 3)
    joined = loss(torch.cat(list(logits), dim=-1)[None], torch.cat(list(targets), dim=-1)[None])
    torch.testing.assert_close(loss(logits, targets), joined)


def test_false_positives_of_an_absent_class_cost_the_class_they_took_from():
    targets = torch.zeros(1, 1, 4, dtype=torch.long)
    preds = torch.tensor([[[0, 0, 0, 1]]])
    logits = 1e4 * torch.nn.functional.one_hot(preds, 2).movedim(-1, 1).float()
    loss = make_loss("dice", 2, smooth=0.0)(logits, targets)
    assert loss.item() == pytest.approx(1 - 2 * 3 / (3 + 4))


def one_minus_dice(p, own):
    return 1 - (2 * p[own].sum() + 1) / (p.sum() + own.sum() + 1)


@pytest.mark.parametrize("per", ["batch", "image"])
@pytest.mark.parametrize("classes", ["present", "all"])
def test_options_say_which_classes_and_what_is_counted_by_itself(classes, per, generator):
    logits, targets = small_batch(generator)
    targets[0][targets[0] == 1] = 0  # class 1 is in one of the two images
    ours = make_loss("dice", 5, classes=classes, per=per)(logits, targets)
    slow = mean_over_classes(one_minus_dice, logits, targets, classes, per)
    assert_same(ours, slow, logits)


def test_image_without_a_valid_pixel_takes_no_part_in_the_mean_over_images(generator):
    logits, targets = small_batch(generator)
    targets[1] = 255
    for classes in ("present", "all"):
        loss = make_loss("dice", 5, classes=classes, per="image")
        assert_same(loss(logits, targets), loss(logits[:1], targets[:1]), logits)


def test_gradient_is_the_closed_form(generator):
    logits, targets = small_batch(generator)
    hit, predicted, target, present = batch_sums(logits, targets)
    size = predicted + target + 1
    dice = (2 * hit + 1) / size
    share = present / present.sum() / size
    make_loss("dice", 5)(logits, targets).backward()
    expected = gradient_of(share * dice, share * (dice - 2), logits, targets)
    torch.testing.assert_close(logits.grad, expected)


def test_smp_divides_by_all_classes(generator):
    logits, targets = small_batch(generator, absent=(1, 2))
    theirs = smp.DiceLoss("multiclass", ignore_index=255, eps=1e-12)(logits, targets)
    assert_same(make_loss("dice", 5, smooth=0.0)(logits, targets) * 3 / 5, theirs, logits)


@pytest.mark.parametrize(("batch", "per"), [(False, "image"), (True, "batch")])
def test_monai_counts_all_classes(batch, per, generator):
    logits, targets = small_batch(generator)
    targets = targets.where(targets != 255, 0)
    theirs = monai.losses.DiceLoss(
        softmax=True, to_onehot_y=True, smooth_nr=1, smooth_dr=1, batch=batch
    )
    ours = make_loss("dice", 5, classes="all", per=per)(logits, targets)
    assert_same(ours, theirs(logits, targets[:, None]), logits)


def kornia_loss(logits, targets, average):
    return kornia.losses.dice_loss(logits, targets, average, eps=0.0, ignore_index=255)


def test_kornias_macro_counts_the_present_classes_of_each_image(generator):
    logits, targets = small_batch(generator)
    ours = make_loss("dice", 5, smooth=0.0, per="image")(logits, targets)
    assert_same(ours, kornia_loss(logits, targets, "macro"), logits)


def test_kornias_default_is_the_mean_absolute_error(generator):
    """Its images have the same number of valid pixels here; it averages over images."""
    logits, targets = small_batch(generator)
    ours = make_loss("combo_micro", 5, alpha=0.0, smooth=0.0)(logits, targets)
    assert_same(ours, kornia_loss(logits, targets, "micro"), logits)


@pytest.mark.parametrize(("name", "known"), [("classes", "present, all"), ("per", "batch, image")])
@pytest.mark.parametrize("loss", ["dice", "jaccard", "tversky"])
@pytest.mark.usefixtures("without_type_checks")
def test_refuses_unknown_choices(loss, name, known):
    with pytest.raises(ValueError, match=f"{name} must be one of {known}, got 'some'"):
        make_loss(loss, 5, **{name: "some"})


def test_refuses_negative_smooth():
    with pytest.raises(ValueError, match="smooth must be a finite number at least 0, got -1"):
        make_loss("dice", 5, smooth=-1.0)
