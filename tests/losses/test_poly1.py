import pytest
import torch
from torch.nn import functional as F

from lossstudy.losses import make_loss


def random_batch(generator):
    logits = 2 * torch.randn(2, 5, 4, 5, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, 5, (2, 4, 5), generator=generator)
    targets[:, 0] = 255
    return logits.requires_grad_(), targets


def slow_poly1(logits, targets, epsilon):
    """The series of Leng et al. with 1 + epsilon as its first coefficient, a pixel at a time."""
    losses = []
    for image, labels in zip(logits.softmax(1), targets, strict=True):
        for row, column in (labels != 255).nonzero().tolist():
            missing = 1 - image[labels[row, column], row, column]
            series = sum(missing**j / j for j in range(2, 4000))
            losses.append((1 + epsilon) * missing + series)
    return torch.stack(losses).mean()


@pytest.mark.parametrize("epsilon", [-1.0, 1.0, 3.0])
def test_value_is_that_of_the_series(epsilon):
    logits = torch.tensor([[1.0, 0.0, -1.0], [0.5, 2.0, 0.0]], dtype=torch.float64)
    logits = logits.T[None, :, None]
    targets = torch.tensor([[[0, 2]]])
    ours = make_loss("poly1", 3, epsilon=epsilon)(logits, targets)
    torch.testing.assert_close(ours, slow_poly1(logits, targets, epsilon))


@pytest.mark.parametrize("epsilon", [-1.0, 0.5, 2.0])
def test_gradient_is_the_one_stated(epsilon, generator):
    logits, targets = random_batch(generator)
    make_loss("poly1", 5, epsilon=epsilon)(logits, targets).backward()
    valid = (targets != 255)[:, None]
    one_hot = F.one_hot(targets.where(targets != 255, 0), 5).movedim(-1, 1)
    probs = logits.detach().softmax(1)
    pt = (probs * one_hot).sum(1, keepdim=True)
    expected = (1 + epsilon * pt) * (probs - one_hot) * valid / valid.sum()
    torch.testing.assert_close(logits.grad, expected)


def test_epsilon_0_is_cross_entropy(generator):
    logits, targets = random_batch(generator)
    ours = make_loss("poly1", 5, epsilon=0.0)(logits, targets)
    torch.testing.assert_close(ours, F.cross_entropy(logits, targets, ignore_index=255))


def test_epsilon_1_is_twice_combo_micro_without_its_smoothing(generator):
    logits, targets = random_batch(generator)
    ours = make_loss("poly1", 5, epsilon=1.0)(logits, targets)
    combo = make_loss("combo_micro", 5, alpha=0.5, smooth=0.0)(logits, targets)
    torch.testing.assert_close(ours, 2 * combo)


def test_default_is_1():
    assert make_loss("poly1", 2).epsilon == 1.0


def test_refuses_epsilon_below_minus_1():
    with pytest.raises(
        ValueError, match=r"epsilon must be a finite number at least -1, got -1\.5"
    ):
        make_loss("poly1", 5, epsilon=-1.5)
