import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lossstudy.pixels import log_target_probability, masked_mean, pixel_statistics


def random_batch(shape, ignored, seed=0, dtype=torch.float64, scale=3.0):
    """Random logits of `shape` (N, C, H, W) and targets of which a share is ignored."""
    generator = torch.Generator().manual_seed(seed)
    logits = scale * torch.randn(shape, generator=generator, dtype=dtype)
    pixels = (shape[0], *shape[2:])
    targets = torch.randint(0, shape[1], pixels, generator=generator)
    return logits, targets.masked_fill(torch.rand(pixels, generator=generator) < ignored, 255)


def plain_statistics(logits, targets):
    """The same statistics by one-hot products, for autograd to differentiate."""
    mask = (targets != 255).to(logits.dtype)
    one_hot = torch.nn.functional.one_hot(
        targets.where(targets != 255, 0), logits.shape[1]
    ).movedim(-1, 1)
    probs = logits.softmax(1) * mask[:, None]
    log_pt = (logits.log_softmax(1) * one_hot).sum(1) * mask
    intersection = (probs * one_hot).sum((2, 3))
    return log_pt, intersection, probs.sum((2, 3)), (one_hot * mask[:, None]).sum((2, 3))


shapes = st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 5), st.integers(1, 5))
several_batches = settings(max_examples=40, deadline=None, derandomize=True)


@several_batches
@given(shape=shapes, ignored=st.sampled_from([0.0, 0.3, 1.0]), seed=st.integers(0, 999))
def test_values_are_those_of_the_plain_formulas(shape, ignored, seed):
    logits, targets = random_batch(shape, ignored, seed)
    stats = pixel_statistics(logits, targets)
    log_pt, intersection, predicted, target = plain_statistics(logits, targets)
    torch.testing.assert_close(stats.log_pt, log_pt)
    torch.testing.assert_close(stats.intersection, intersection)
    torch.testing.assert_close(stats.predicted, predicted)
    torch.testing.assert_close(stats.target, target)
    assert torch.equal(stats.valid, targets != 255)


@several_batches
@given(shape=shapes, ignored=st.sampled_from([0.0, 0.3, 1.0]), seed=st.integers(0, 999))
def test_gradient_is_that_of_autograd_through_the_plain_formulas(shape, ignored, seed):
    logits, targets = random_batch(shape, ignored, seed)
    ours, plain = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    generator = torch.Generator().manual_seed(seed)
    factors = [
        torch.randn(size, generator=generator, dtype=torch.float64)
        for size in (targets.shape, shape[:2], shape[:2])
    ]

    def loss(log_pt, intersection, predicted):
        parts = zip((log_pt, intersection, predicted), factors, strict=True)
        return sum((part * factor).sum() for part, factor in parts)

    stats = pixel_statistics(ours, targets)
    loss(stats.log_pt, stats.intersection, stats.predicted).backward()
    loss(*plain_statistics(plain, targets)[:3]).backward()
    torch.testing.assert_close(ours.grad, plain.grad)


@pytest.mark.parametrize("output", ["log_pt", "intersection", "predicted"])
def test_each_output_alone_passes_gradcheck(output):
    logits, targets = random_batch((2, 3, 2, 3), ignored=0.3)

    def one(z):
        return getattr(pixel_statistics(z, targets), output)

    assert torch.autograd.gradcheck(one, logits.requires_grad_())


def test_log_target_probability_is_the_first_part_of_the_statistics():
    logits, targets = random_batch((2, 5, 4, 6), ignored=0.3, dtype=torch.float32)
    ours, full = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    log_pt, valid = log_target_probability(ours, targets)
    stats = pixel_statistics(full, targets)
    assert torch.equal(log_pt, stats.log_pt)
    assert torch.equal(valid, stats.valid)
    log_pt.square().sum().backward()
    stats.log_pt.square().sum().backward()
    torch.testing.assert_close(ours.grad, full.grad)


def test_sums_over_a_large_image_are_exact_in_half_precision():
    logits = torch.zeros(1, 2, 300, 300, dtype=torch.float16)  # 90 000 pixels, above 65 504
    targets = torch.zeros(1, 300, 300, dtype=torch.uint8)
    stats = pixel_statistics(logits, targets)
    assert stats.target.tolist() == [[90_000.0, 0.0]]
    assert stats.predicted.tolist() == [[45_000.0, 45_000.0]]


def test_autocast_does_not_lower_the_sums():
    logits, targets = random_batch((1, 4, 32, 32), ignored=0.1, dtype=torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = pixel_statistics(logits, targets)
    assert all(map(torch.equal, inside, pixel_statistics(logits, targets)))


@pytest.mark.parametrize("ignore_index", [-1, 0, 3, 254])
def test_any_target_value_can_be_the_ignored_one(ignore_index):
    logits, _ = random_batch((1, 4, 2, 2), ignored=0.0)
    targets = torch.tensor([[[1, 2], [2, 1]]])
    targets[0, 0, 0] = ignore_index
    stats = pixel_statistics(logits, targets, ignore_index)
    assert stats.valid.tolist() == [[[False, True], [True, True]]]
    assert stats.target.tolist() == [[0.0, 1.0, 2.0, 0.0]]


def test_second_derivative_is_refused_rather_than_wrong():
    logits, targets = random_batch((1, 3, 2, 2), ignored=0.0)
    logits.requires_grad_()
    value = pixel_statistics(logits, targets).log_pt.square().sum()
    (gradient,) = torch.autograd.grad(value, logits, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.square().sum().backward()


def test_logits_and_targets_are_left_as_they_are():
    logits, targets = random_batch((1, 3, 4, 4), ignored=0.3)
    copies = logits.clone(), targets.clone()
    pixel_statistics(logits.requires_grad_(), targets).predicted.sum().backward()
    assert torch.equal(logits, copies[0])
    assert torch.equal(targets, copies[1])


def test_masked_mean_is_over_the_mask_alone():
    values = torch.tensor([1.0, 2.0, 100.0])
    assert masked_mean(values, torch.tensor([True, True, False])) == 1.5


def test_masked_mean_of_nothing_is_zero_without_gradient():
    values = torch.tensor([1.0, 2.0], requires_grad=True)
    mean = masked_mean(values, torch.tensor([False, False]))
    mean.backward()
    assert mean == 0
    assert values.grad.tolist() == [0.0, 0.0]
