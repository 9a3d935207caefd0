import pytest
import torch
from torch.nn import functional as F

from lossstudy.losses import make_loss


@pytest.mark.parametrize("ignored", [0.0, 0.3])
def test_is_the_cross_entropy_of_torch(ignored, generator):
    logits = torch.randn(3, 19, 8, 9, generator=generator, requires_grad=True)
    targets = torch.randint(0, 19, (3, 8, 9), generator=generator)
    targets[torch.rand(targets.shape, generator=generator) < ignored] = 255
    ours = make_loss("cross_entropy", 19)(logits, targets)
    theirs = F.cross_entropy(logits, targets, ignore_index=255)
    torch.testing.assert_close(ours, theirs)
    (our_gradient,) = torch.autograd.grad(ours, logits)
    (their_gradient,) = torch.autograd.grad(theirs, logits)
    torch.testing.assert_close(our_gradient, their_gradient)


def test_gradient_at_a_pixel_is_probability_minus_target(generator):
    logits = torch.randn(1, 4, 1, 3, generator=generator, requires_grad=True)
    targets = torch.tensor([[[3, 255, 0]]])
    make_loss("cross_entropy", 4)(logits, targets).backward()
    expected = logits.detach().softmax(1)
    expected[0, 3, 0, 0] -= 1
    expected[0, 0, 0, 2] -= 1
    expected[0, :, 0, 1] = 0
    torch.testing.assert_close(logits.grad, expected / 2)


def test_mean_is_over_valid_pixels_of_the_whole_batch():
    """Not a mean of means: the image with more valid pixels weighs more."""
    logits = torch.zeros(2, 2, 1, 2)
    logits[1] = torch.tensor([3.0, 0.0])[:, None, None]
    targets = torch.tensor([[[0, 0]], [[0, 255]]])
    easy = -torch.log_softmax(torch.tensor([3.0, 0.0]), 0)[0]
    expected = (2 * torch.log(torch.tensor(2.0)) + easy) / 3
    torch.testing.assert_close(make_loss("cross_entropy", 2)(logits, targets), expected)


def test_other_ignore_index(generator):
    cls = type(make_loss("cross_entropy", 3))
    logits = torch.randn(1, 3, 2, 2, generator=generator)
    targets = torch.tensor([[[0, 1], [2, 1]]])
    ours = cls(3, ignore_index=1)(logits, targets)
    torch.testing.assert_close(ours, F.cross_entropy(logits, targets, ignore_index=1))
