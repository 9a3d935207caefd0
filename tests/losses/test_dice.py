import pytest
import torch

from lossstudy.losses import make_loss


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


def test_refuses_negative_smooth():
    with pytest.raises(ValueError, match="smooth must be a finite number at least 0, got -1"):
        make_loss("dice", 5, smooth=-1.0)
