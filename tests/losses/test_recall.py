import pytest
import torch
from torch.nn import functional as F

from lossstudy.losses import make_loss


def random_batch(generator):
    logits = 2 * torch.randn(2, 5, 4, 5, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, 5, (2, 4, 5), generator=generator)
    targets[:, 0] = 255
    return logits.requires_grad_(), targets


def slow_weights(logits, targets, num_classes=5):
    """One minus the recall of each class, of no less than one error."""
    preds = logits.argmax(1)
    weights = torch.ones(num_classes, dtype=torch.float64)
    for label in range(num_classes):
        own = targets == label
        if own.any():
            misses = int((preds[own] != label).sum())
            weights[label] = max(misses, 1) / int(own.sum())
    return weights


def test_value_and_gradient_are_those_of_weighted_pixels(generator):
    logits, targets = random_batch(generator)
    valid = targets != 255
    weights = slow_weights(logits, targets)
    assert len(set(weights.tolist())) > 2
    slow = F.cross_entropy(
        logits, targets, weight=weights, ignore_index=255, reduction="sum"
    ) / int(valid.sum())
    ours = make_loss("recall", 5)(logits, targets)
    torch.testing.assert_close(ours, slow)
    torch.testing.assert_close(
        torch.autograd.grad(ours, logits), torch.autograd.grad(slow, logits)
    )


def test_gradient_is_the_one_stated(generator):
    logits, targets = random_batch(generator)
    make_loss("recall", 5)(logits, targets).backward()
    valid = (targets != 255)[:, None]
    index = targets.where(targets != 255, 0)
    one_hot = F.one_hot(index, 5).movedim(-1, 1)
    weight = slow_weights(logits, targets)[index][:, None]
    expected = weight * (logits.detach().softmax(1) - one_hot) * valid / valid.sum()
    torch.testing.assert_close(logits.grad, expected)


def test_all_pixels_missed_is_cross_entropy(generator):
    logits, targets = random_batch(generator)
    index = targets.where(targets != 255, 0)[:, None]
    missed = logits.detach().scatter(1, index, -9.0)
    torch.testing.assert_close(
        make_loss("recall", 5)(missed, targets),
        F.cross_entropy(missed, targets, ignore_index=255),
    )


def test_equal_logits_are_missed_whatever_the_class():
    """A network that has not decided is cross entropy, not right about the first class."""
    loss = make_loss("recall", 3)
    for label in range(3):
        targets = torch.full((1, 2, 2), label)
        value = loss(torch.zeros(1, 3, 2, 2), targets)
        torch.testing.assert_close(value, torch.tensor(3.0).log())


def test_class_found_whole_keeps_the_weight_of_one_error():
    logits = torch.tensor([3.0, 0.0], dtype=torch.float64)[None, :, None, None].expand(1, 2, 2, 5)
    targets = torch.zeros(1, 2, 5, dtype=torch.long)
    expected = F.cross_entropy(logits, targets) / 10
    torch.testing.assert_close(make_loss("recall", 2)(logits, targets), expected)


def test_ignored_pixels_are_no_errors_of_any_class():
    """Unlike in the published code, which counts them to class 1."""
    logits = torch.tensor([3.0, 0.0])[None, :, None, None].expand(1, 2, 1, 4)
    with_ignored = make_loss("recall", 2)(logits, torch.tensor([[[0, 1, 255, 255]]]))
    without = make_loss("recall", 2)(logits[..., :2], torch.tensor([[[0, 1]]]))
    torch.testing.assert_close(with_ignored, without)


@pytest.mark.parametrize("errors", [1, 2, 5])
def test_more_errors_weigh_more(errors):
    logits = torch.zeros(1, 2, 1, 10)
    logits[0, 0] = 1.0
    logits[0, 0, 0, :errors] = -1.0
    loss = make_loss("recall", 2)
    targets = torch.zeros(1, 1, 10, dtype=torch.long)
    expected = errors / 10 * F.cross_entropy(logits, targets)
    torch.testing.assert_close(loss(logits, targets), expected)
