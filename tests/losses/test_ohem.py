import math

import pytest
import torch
from torch.nn import functional as F

from lossstudy.losses import make_loss


def random_batch(generator):
    logits = 2 * torch.randn(2, 5, 4, 5, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, 5, (2, 4, 5), generator=generator)
    targets[:, 0] = 255
    return logits.requires_grad_(), targets


def logits_of(pts):
    """Logits of two classes with these probabilities for class 0, pixels in a row."""
    logit = torch.tensor([math.log(pt / (1 - pt)) for pt in pts], dtype=torch.float64)
    return torch.stack([logit, torch.zeros_like(logit)])[None, :, None]


def mean_cross_entropy(pts):
    return sum(-math.log(pt) for pt in pts) / len(pts)


def loss_of(pts, **params):
    targets = torch.zeros(1, 1, len(pts), dtype=torch.long)
    return make_loss("ohem", 2, **params)(logits_of(pts), targets).item()


def slow_ohem(logits, targets, thresh, min_share):
    """Sort the valid pixels, keep those below the threshold, or the hardest if too few."""
    pts = []
    for image, labels in zip(logits.softmax(1), targets, strict=True):
        for row, column in (labels != 255).nonzero().tolist():
            pts.append(image[labels[row, column], row, column])
    pts.sort(key=lambda pt: pt.item())
    at_least = max(1, math.ceil(min_share * len(pts)))
    kept = [pt for rank, pt in enumerate(pts) if pt <= thresh or rank < at_least]
    return -torch.stack(kept).log().mean()


@pytest.mark.parametrize("min_share", [0.0, 0.0625, 0.5, 1.0])
@pytest.mark.parametrize("thresh", [0.0, 0.2, 0.7, 1.0])
def test_value_and_gradient_are_those_of_sorting(thresh, min_share, generator):
    logits, targets = random_batch(generator)
    ours = make_loss("ohem", 5, thresh=thresh, min_share=min_share)(logits, targets)
    slow = slow_ohem(logits, targets, thresh, min_share)
    torch.testing.assert_close(ours, slow)
    torch.testing.assert_close(
        torch.autograd.grad(ours, logits), torch.autograd.grad(slow, logits)
    )


@pytest.mark.parametrize("params", [{"thresh": 1.0}, {"min_share": 1.0}])
def test_keeping_all_pixels_is_cross_entropy(params, generator):
    logits, targets = random_batch(generator)
    ours = make_loss("ohem", 5, **params)(logits, targets)
    torch.testing.assert_close(ours, F.cross_entropy(logits, targets, ignore_index=255))


def test_gradient_is_cross_entropys_at_hard_pixels_and_zero_at_easy_ones():
    logits = logits_of([0.9, 0.6, 0.2]).requires_grad_()
    make_loss("ohem", 2)(logits, torch.zeros(1, 1, 3, dtype=torch.long)).backward()
    expected = torch.tensor([[0.0, 0.6 - 1, 0.2 - 1], [0.0, 0.4, 0.8]], dtype=torch.float64) / 2
    torch.testing.assert_close(logits.grad[0, :, 0], expected)


def test_pixels_up_to_the_threshold_count():
    pts = [0.9, 0.6, 0.2, 0.8, 0.1]
    assert loss_of(pts, thresh=0.7) == pytest.approx(mean_cross_entropy([0.6, 0.2, 0.1]))
    assert loss_of(pts, thresh=0.15) == pytest.approx(mean_cross_entropy([0.1]))


def test_no_fewer_than_the_share_count():
    pts = [0.99, 0.9, 0.95, 0.8]
    assert loss_of(pts, min_share=0.5) == pytest.approx(mean_cross_entropy([0.8, 0.9]))
    assert loss_of(pts, min_share=0.3) == pytest.approx(mean_cross_entropy([0.8, 0.9]))
    assert loss_of(pts, min_share=0.25) == pytest.approx(mean_cross_entropy([0.8]))
    assert loss_of(pts, min_share=0.0) == pytest.approx(mean_cross_entropy([0.8]))


def test_ties_at_the_cut_all_count():
    assert loss_of([0.9, 0.8, 0.9, 0.9], min_share=0.5) == pytest.approx(
        mean_cross_entropy([0.8, 0.9, 0.9, 0.9])
    )


def test_the_share_is_of_valid_pixels(generator):
    """Padding a batch with ignored pixels, hard ones at that, changes nothing."""
    logits, targets = random_batch(generator)
    loss = make_loss("ohem", 5, thresh=0.0, min_share=0.3)
    noise = 5 * torch.randn(logits.shape, generator=generator, dtype=torch.float64)
    padded = torch.cat([logits, noise], 2)
    ignored = torch.cat([targets, torch.full_like(targets, 255)], 1)
    assert torch.equal(loss(padded, ignored), loss(logits, targets))


def test_defaults_are_the_published_ones():
    loss = make_loss("ohem", 2)
    assert (loss.thresh, loss.min_share) == (0.7, 1 / 16)


@pytest.mark.parametrize("name", ["thresh", "min_share"])
@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_refuses_parameters_out_of_range(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a finite number between 0 and 1"):
        make_loss("ohem", 5, **{name: value})
