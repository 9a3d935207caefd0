"""What every loss of the folder promises. A new file there is tested here without being named."""

import copy

import pytest
import torch

from tests.losses.contract import (
    NUM_CLASSES,
    Held,
    every_loss,
    make,
    modules_with_constant,
    random_batch,
    sure_of,
    value_and_gradient,
)


@every_loss
def test_is_one_float32_number(variant, generator):
    value = make(variant)(*random_batch(generator))
    assert value.shape == ()
    assert value.dtype == torch.float32
    assert value > 0


@every_loss
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e2, 1e4])
def test_value_and_gradient_are_finite_for_logits_of_any_size(variant, scale, generator):
    logits, targets = random_batch(generator)
    value, gradient = value_and_gradient(make(variant), scale * logits, targets)
    assert value.isfinite()
    assert gradient.isfinite().all()


@every_loss
@pytest.mark.parametrize("shift", [0, 1], ids=["right", "wrong"])
def test_value_and_gradient_are_finite_for_sure_predictions(variant, shift, generator):
    _, targets = random_batch(generator)
    logits = sure_of((targets + shift) % NUM_CLASSES, NUM_CLASSES)
    value, gradient = value_and_gradient(make(variant), logits, targets)
    assert value.isfinite()
    assert gradient.isfinite().all()


@every_loss
def test_ignored_pixels_change_neither_value_nor_gradient(variant, generator):
    loss = make(variant)
    logits, targets = random_batch(generator)
    ignored = (targets == 255)[:, None].expand_as(logits)
    noise = 100 * torch.randn(logits.shape, generator=generator)
    value, gradient = value_and_gradient(loss, logits, targets)
    noisy_value, noisy_gradient = value_and_gradient(
        loss, torch.where(ignored, noise, logits), targets
    )
    assert torch.equal(value, noisy_value)
    assert torch.equal(gradient, noisy_gradient)
    assert (gradient[ignored] == 0).all()
    assert (gradient[~ignored] != 0).any()


@every_loss
def test_without_a_valid_pixel_is_zero_with_zero_gradient(variant, generator):
    logits, targets = random_batch(generator)
    loss = make(variant)
    value, gradient = value_and_gradient(loss, logits, targets.fill_(255))
    assert value == 0
    assert (gradient == 0).all()


@every_loss
def test_absent_class_gets_a_finite_gradient(variant, generator):
    logits, targets = random_batch(generator)
    targets[targets == 2] = 1
    value, gradient = value_and_gradient(make(variant), logits, targets)
    assert value.isfinite()
    assert gradient.isfinite().all()


@every_loss
@pytest.mark.parametrize("present", range(NUM_CLASSES))
def test_one_pixel(variant, present, generator):
    logits = torch.randn(1, NUM_CLASSES, 1, 1, generator=generator)
    loss = make(variant)
    value, gradient = value_and_gradient(loss, logits, torch.tensor([[[present]]]))
    assert value.isfinite()
    assert gradient[0, present] <= 0  # raising the own class's logit never hurts
    torch.testing.assert_close(gradient.sum(), torch.tensor(0.0), atol=1e-6, rtol=0)


@every_loss
def test_one_class_leaves_nothing_to_learn(variant, generator):
    logits, targets = random_batch(generator, num_classes=1)
    value, gradient = value_and_gradient(make(variant, 1), logits, targets)
    assert value.isfinite()
    assert gradient.abs().max() < 1e-6


@every_loss
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_logits_are_promoted(variant, dtype, generator):
    logits, targets = random_batch(generator, dtype)
    loss = make(variant)
    value, gradient = value_and_gradient(loss, logits, targets)
    exact_value, exact_gradient = value_and_gradient(loss, logits.float(), targets)
    assert torch.equal(value, exact_value)
    assert gradient.dtype == dtype
    assert torch.equal(gradient, exact_gradient.to(dtype))


@every_loss
def test_autocast_changes_nothing(variant, generator):
    logits, targets = random_batch(generator)
    loss = make(variant)
    expected = value_and_gradient(loss, logits, targets)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = copy.deepcopy(loss)(logits.requires_grad_(), targets)
    value.backward()
    assert torch.equal(value, expected[0])
    assert torch.equal(logits.grad, expected[1])


@every_loss
def test_backward_inside_autocast_changes_nothing(variant, generator):
    logits, targets = random_batch(generator)
    loss = make(variant)
    expected = value_and_gradient(loss, logits, targets)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = value_and_gradient(loss, logits, targets)
    assert all(map(torch.equal, inside, expected))


@every_loss
def test_order_of_pixels_does_not_matter(variant, generator):
    logits, targets = random_batch(generator, torch.float64)
    order = torch.randperm(targets[0].numel(), generator=generator)
    moved_logits = logits.flatten(2)[:, :, order].view_as(logits)
    moved_targets = targets.flatten(1)[:, order].view_as(targets)
    loss = make(variant)
    value, gradient = value_and_gradient(loss, logits, targets)
    moved_value, moved_gradient = value_and_gradient(loss, moved_logits, moved_targets)
    torch.testing.assert_close(moved_value, value)
    torch.testing.assert_close(moved_gradient, gradient.flatten(2)[:, :, order].view_as(gradient))


@every_loss
def test_names_of_classes_do_not_matter(variant, generator):
    logits, targets = random_batch(generator, torch.float64)
    order = torch.randperm(NUM_CLASSES, generator=generator)
    renamed = make(variant, order=order.tolist())
    new_name = torch.full((256,), 255)
    new_name[order] = torch.arange(NUM_CLASSES)
    loss = make(variant)
    value, gradient = value_and_gradient(loss, logits, targets)
    renamed_value, renamed_gradient = value_and_gradient(
        renamed, logits[:, order], new_name[targets]
    )
    torch.testing.assert_close(renamed_value, value)
    torch.testing.assert_close(renamed_gradient, gradient[:, order])


@every_loss
def test_constant_added_to_all_logits_of_a_pixel_does_not_matter(variant, generator):
    logits, targets = random_batch(generator, torch.float64)
    shift = 10 * torch.randn(logits[:, :1].shape, generator=generator, dtype=torch.float64)
    loss = make(variant)
    value, gradient = value_and_gradient(loss, logits, targets)
    shifted_value, shifted_gradient = value_and_gradient(loss, logits + shift, targets)
    torch.testing.assert_close(shifted_value, value)
    torch.testing.assert_close(shifted_gradient, gradient)


@every_loss
def test_same_input_gives_the_same_bits(variant, generator):
    logits, targets = random_batch(generator)
    loss = make(variant)
    first = value_and_gradient(loss, logits, targets)
    assert all(map(torch.equal, first, value_and_gradient(loss, logits, targets)))


@every_loss
@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32])
def test_integer_type_of_targets_does_not_matter(variant, dtype, generator):
    logits, targets = random_batch(generator)
    loss = make(variant)
    expected = value_and_gradient(loss, logits, targets)
    assert all(map(torch.equal, value_and_gradient(loss, logits, targets.to(dtype)), expected))


@every_loss
def test_memory_layout_does_not_matter(variant, generator):
    logits, targets = random_batch(generator)
    loss = make(variant)
    value, gradient = value_and_gradient(loss, logits, targets)
    layouts = {
        "channels last": logits.contiguous(memory_format=torch.channels_last),
        "transposed": logits.mT.contiguous().mT,
        "strided": torch.stack([logits, logits], -1).flatten(3)[..., ::2],
    }
    for layout in layouts.values():
        assert not layout.is_contiguous()
        other_value, other_gradient = value_and_gradient(loss, layout, targets)
        torch.testing.assert_close(other_value, value)
        torch.testing.assert_close(other_gradient, gradient)
    transposed_targets = targets.mT.contiguous().mT
    assert not transposed_targets.is_contiguous()
    other_value, other_gradient = value_and_gradient(loss, logits, transposed_targets)
    torch.testing.assert_close(other_value, value)
    torch.testing.assert_close(other_gradient, gradient)


@every_loss
def test_input_is_left_as_it_is(variant, generator):
    logits, targets = random_batch(generator)
    copies = logits.clone(), targets.clone()
    make(variant)(logits.requires_grad_(), targets).backward()
    assert torch.equal(logits, copies[0])
    assert torch.equal(targets, copies[1])


@every_loss
def test_gradient_is_that_of_the_value(variant, generator, monkeypatch):
    """With what the loss holds fixed held fixed: see `pixels.constant`."""
    logits, targets = random_batch(generator, torch.float64, size=(2, 2, 3), num_classes=3)
    loss = make(variant, 3)
    held = Held()
    for module in modules_with_constant():
        monkeypatch.setattr(module, "constant", held)

    def of(z):
        held.rewind()
        return copy.deepcopy(loss)(z, targets)

    of(logits)
    assert torch.autograd.gradcheck(of, logits.requires_grad_())


@every_loss
def test_step_against_the_gradient_lowers_the_loss(variant, generator, monkeypatch):
    logits, targets = random_batch(generator, torch.float64)
    loss = make(variant)
    held = Held()
    for module in modules_with_constant():
        monkeypatch.setattr(module, "constant", held)
    value, gradient = value_and_gradient(loss, logits, targets)
    held.rewind()
    stepped, _ = value_and_gradient(loss, logits - 0.1 * gradient / gradient.norm(), targets)
    assert stepped < value
