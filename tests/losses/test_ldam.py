import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lossstudy.counts import ClassCounts
from lossstudy.losses import make_loss

COUNTS = ClassCounts.of(np.array([[1600, 8100, 100]]))
MARGINS = [0.25, 1 / 6, 0.5]


def random_batch(generator):
    logits = 2 * torch.randn(2, 3, 4, 5, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, 3, (2, 4, 5), generator=generator)
    targets[:, 0] = 255
    return logits.requires_grad_(), targets


def with_margins(logits, targets, scale):
    """Logits whose own entry is lowered, as the equation has it."""
    index = targets.where(targets != 255, 0)
    margin = torch.tensor(MARGINS, dtype=torch.float64)[index][:, None]
    one_hot = F.one_hot(index, 3).movedim(-1, 1)
    return scale * (logits - margin * one_hot)


@pytest.mark.parametrize("scale", [0.5, 1.0, 30.0])
def test_value_and_gradient_are_those_of_the_equation(scale, generator):
    logits, targets = random_batch(generator)
    ours = make_loss("ldam", 3, counts=COUNTS, scale=scale)(logits, targets)
    slow = F.cross_entropy(with_margins(logits, targets, scale), targets, ignore_index=255)
    torch.testing.assert_close(ours, slow, rtol=1e-6, atol=1e-7)
    torch.testing.assert_close(
        torch.autograd.grad(ours, logits),
        torch.autograd.grad(slow, logits),
        rtol=1e-5,
        atol=1e-7,
    )


def test_gradient_is_the_one_stated(generator):
    logits, targets = random_batch(generator)
    make_loss("ldam", 3, counts=COUNTS, scale=2.0)(logits, targets).backward()
    valid = (targets != 255)[:, None]
    one_hot = F.one_hot(targets.where(targets != 255, 0), 3).movedim(-1, 1)
    probs = with_margins(logits.detach(), targets, 2.0).softmax(1)
    expected = 2.0 * (probs - one_hot) * valid / valid.sum()
    torch.testing.assert_close(logits.grad, expected, rtol=1e-5, atol=1e-8)


def test_margins_fall_with_the_fourth_root_of_the_count():
    margin = make_loss("ldam", 3, counts=COUNTS).margin
    torch.testing.assert_close(margin, torch.tensor(MARGINS))


def test_no_margin_and_scale_1_is_cross_entropy(generator):
    logits, targets = random_batch(generator)
    ours = make_loss("ldam", 3, counts=COUNTS, max_margin=0.0)(logits, targets)
    torch.testing.assert_close(ours, F.cross_entropy(logits, targets, ignore_index=255))


def test_class_without_a_pixel_has_the_largest_margin_and_no_say_in_the_others():
    counts = ClassCounts.of(np.array([[1600, 8100, 100, 0]]))
    margin = make_loss("ldam", 4, counts=counts).margin
    torch.testing.assert_close(margin, torch.tensor([*MARGINS, 0.5]))
    nothing = ClassCounts.of(np.zeros((1, 4), dtype=np.int64))
    assert make_loss("ldam", 4, counts=nothing).margin.tolist() == [0.5] * 4


@pytest.mark.parametrize("size", [1e2, 1e4])
def test_sure_pixels_have_finite_gradients(size):
    logits = torch.tensor([size, 0.0, 0.0])[None, :, None, None].expand(1, 3, 1, 2)
    logits = logits.clone().requires_grad_()
    value = make_loss("ldam", 3, counts=COUNTS)(logits, torch.tensor([[[0, 1]]]))
    value.backward()
    assert value.item() == pytest.approx((size + MARGINS[1]) / 2, rel=1e-6)
    expected = torch.tensor([[0.0, 0.5], [0.0, -0.5], [0.0, 0.0]])
    torch.testing.assert_close(logits.grad[0, :, 0], expected)


def test_refuses_missing_counts_and_parameters_out_of_range():
    with pytest.raises(ValueError, match="ldam needs the class counts"):
        make_loss("ldam", 3)
    with pytest.raises(ValueError, match="max_margin must be a finite number at least 0"):
        make_loss("ldam", 3, counts=COUNTS, max_margin=-0.5)
    with pytest.raises(ValueError, match="scale must be a finite number at least 0"):
        make_loss("ldam", 3, counts=COUNTS, scale=-1.0)
