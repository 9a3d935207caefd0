"""What every loss of the folder promises. A new file there is tested here without being named."""

import copy

import pytest
import torch

from lossstudy.losses import loss_names, loss_parameters, make_loss

NUM_CLASSES = 5
every_loss = pytest.mark.parametrize("name", loss_names())


def random_batch(generator, dtype=torch.float32, size=(2, 6, 7), num_classes=NUM_CLASSES):
    """Logits and targets with every class and some ignored pixels."""
    batch, height, width = size
    logits = 2 * torch.randn(batch, num_classes, height, width, generator=generator, dtype=dtype)
    targets = torch.randint(0, num_classes, size, generator=generator)
    return logits, targets.masked_fill(torch.rand(size, generator=generator) < 0.2, 255)


def value_and_gradient(loss, logits, targets):
    """Evaluate a copy, so that a loss that adapts to what it sees starts afresh each time."""
    leaf = logits.detach().clone(memory_format=torch.preserve_format).requires_grad_()
    value = copy.deepcopy(loss)(leaf, targets)
    value.backward()
    return value.detach(), leaf.grad


def sure_of(targets, num_classes, margin=1e4):
    """Logits that put all probability on `targets`."""
    one_hot = torch.nn.functional.one_hot(targets.where(targets != 255, 0), num_classes)
    return margin * one_hot.movedim(-1, 1).float()


@every_loss
def test_is_one_float32_number(name, generator):
    value = make_loss(name, NUM_CLASSES)(*random_batch(generator))
    assert value.shape == ()
    assert value.dtype == torch.float32
    assert value > 0


@every_loss
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e2, 1e4])
def test_value_and_gradient_are_finite_for_logits_of_any_size(name, scale, generator):
    logits, targets = random_batch(generator)
    value, gradient = value_and_gradient(make_loss(name, NUM_CLASSES), scale * logits, targets)
    assert value.isfinite()
    assert gradient.isfinite().all()


@every_loss
@pytest.mark.parametrize("shift", [0, 1], ids=["right", "wrong"])
def test_value_and_gradient_are_finite_for_sure_predictions(name, shift, generator):
    _, targets = random_batch(generator)
    logits = sure_of((targets + shift) % NUM_CLASSES, NUM_CLASSES)
    value, gradient = value_and_gradient(make_loss(name, NUM_CLASSES), logits, targets)
    assert value.isfinite()
    assert gradient.isfinite().all()


@every_loss
def test_perfect_prediction_costs_nothing(name, generator):
    _, targets = random_batch(generator)
    value = make_loss(name, NUM_CLASSES)(sure_of(targets, NUM_CLASSES), targets)
    assert value.item() == pytest.approx(0.0, abs=1e-6)


@every_loss
def test_ignored_pixels_change_neither_value_nor_gradient(name, generator):
    loss = make_loss(name, NUM_CLASSES)
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
def test_without_a_valid_pixel_is_zero_with_zero_gradient(name, generator):
    logits, targets = random_batch(generator)
    loss = make_loss(name, NUM_CLASSES)
    value, gradient = value_and_gradient(loss, logits, targets.fill_(255))
    assert value == 0
    assert (gradient == 0).all()


@every_loss
def test_class_that_is_neither_present_nor_predicted_does_not_count(name, generator):
    logits, targets = random_batch(generator)
    without = make_loss(name, NUM_CLASSES)(logits, targets)
    unlikely = torch.full_like(logits[:, :1], -1e4)
    with_it = make_loss(name, NUM_CLASSES + 1)(torch.cat([logits, unlikely], 1), targets)
    torch.testing.assert_close(with_it, without)


@every_loss
def test_absent_class_gets_a_finite_gradient(name, generator):
    logits, targets = random_batch(generator)
    targets[targets == 2] = 1
    value, gradient = value_and_gradient(make_loss(name, NUM_CLASSES), logits, targets)
    assert value.isfinite()
    assert gradient.isfinite().all()


@every_loss
@pytest.mark.parametrize("present", range(NUM_CLASSES))
def test_one_pixel(name, present, generator):
    logits = torch.randn(1, NUM_CLASSES, 1, 1, generator=generator)
    loss = make_loss(name, NUM_CLASSES)
    value, gradient = value_and_gradient(loss, logits, torch.tensor([[[present]]]))
    assert value > 0
    assert gradient[0, present] < 0  # raising the own class's logit helps
    others = torch.arange(NUM_CLASSES) != present
    assert (gradient[0, others] > 0).all()


@every_loss
def test_one_class_leaves_nothing_to_learn(name, generator):
    logits, targets = random_batch(generator, num_classes=1)
    value, gradient = value_and_gradient(make_loss(name, 1), logits, targets)
    assert value.item() == pytest.approx(0.0, abs=1e-6)
    assert gradient.abs().max() < 1e-6


@every_loss
def test_gradient_is_that_of_the_value(name, generator):
    logits, targets = random_batch(generator, torch.float64, size=(2, 2, 3), num_classes=3)
    loss = make_loss(name, 3)
    assert torch.autograd.gradcheck(
        lambda z: copy.deepcopy(loss)(z, targets), logits.requires_grad_()
    )


@every_loss
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_logits_are_promoted(name, dtype, generator):
    logits, targets = random_batch(generator, dtype)
    loss = make_loss(name, NUM_CLASSES)
    value, gradient = value_and_gradient(loss, logits, targets)
    exact_value, exact_gradient = value_and_gradient(loss, logits.float(), targets)
    assert torch.equal(value, exact_value)
    assert gradient.dtype == dtype
    assert torch.equal(gradient, exact_gradient.to(dtype))


@every_loss
def test_autocast_changes_nothing(name, generator):
    logits, targets = random_batch(generator)
    loss = make_loss(name, NUM_CLASSES)
    expected = value_and_gradient(loss, logits, targets)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = copy.deepcopy(loss)(logits.requires_grad_(), targets)
    value.backward()
    assert torch.equal(value, expected[0])
    assert torch.equal(logits.grad, expected[1])


@every_loss
def test_backward_inside_autocast_changes_nothing(name, generator):
    logits, targets = random_batch(generator)
    loss = make_loss(name, NUM_CLASSES)
    expected = value_and_gradient(loss, logits, targets)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = value_and_gradient(loss, logits, targets)
    assert all(map(torch.equal, inside, expected))


@every_loss
def test_order_of_pixels_does_not_matter(name, generator):
    logits, targets = random_batch(generator, torch.float64)
    order = torch.randperm(targets[0].numel(), generator=generator)
    moved_logits = logits.flatten(2)[:, :, order].view_as(logits)
    moved_targets = targets.flatten(1)[:, order].view_as(targets)
    loss = make_loss(name, NUM_CLASSES)
    value, gradient = value_and_gradient(loss, logits, targets)
    moved_value, moved_gradient = value_and_gradient(loss, moved_logits, moved_targets)
    torch.testing.assert_close(moved_value, value)
    torch.testing.assert_close(moved_gradient, gradient.flatten(2)[:, :, order].view_as(gradient))


@every_loss
def test_names_of_classes_do_not_matter(name, generator):
    logits, targets = random_batch(generator, torch.float64)
    order = torch.randperm(NUM_CLASSES, generator=generator)
    new_name = torch.full((256,), 255)
    new_name[order] = torch.arange(NUM_CLASSES)
    loss = make_loss(name, NUM_CLASSES)
    value, gradient = value_and_gradient(loss, logits, targets)
    renamed_value, renamed_gradient = value_and_gradient(loss, logits[:, order], new_name[targets])
    torch.testing.assert_close(renamed_value, value)
    torch.testing.assert_close(renamed_gradient, gradient[:, order])


@every_loss
def test_constant_added_to_all_logits_of_a_pixel_does_not_matter(name, generator):
    logits, targets = random_batch(generator, torch.float64)
    shift = 10 * torch.randn(logits[:, :1].shape, generator=generator, dtype=torch.float64)
    loss = make_loss(name, NUM_CLASSES)
    value, gradient = value_and_gradient(loss, logits, targets)
    shifted_value, shifted_gradient = value_and_gradient(loss, logits + shift, targets)
    torch.testing.assert_close(shifted_value, value)
    torch.testing.assert_close(shifted_gradient, gradient)


@every_loss
def test_step_against_the_gradient_lowers_the_loss(name, generator):
    logits, targets = random_batch(generator, torch.float64)
    loss = make_loss(name, NUM_CLASSES)
    value, gradient = value_and_gradient(loss, logits, targets)
    stepped, _ = value_and_gradient(loss, logits - 0.1 * gradient / gradient.norm(), targets)
    assert stepped < value


@every_loss
def test_same_input_gives_the_same_bits(name, generator):
    logits, targets = random_batch(generator)
    loss = make_loss(name, NUM_CLASSES)
    first = value_and_gradient(loss, logits, targets)
    assert all(map(torch.equal, first, value_and_gradient(loss, logits, targets)))


@every_loss
def test_survives_a_round_trip_of_its_state(name, generator):
    logits, targets = random_batch(generator)
    loss = make_loss(name, NUM_CLASSES)
    loss(logits, targets)
    other = make_loss(name, NUM_CLASSES)
    other.load_state_dict(loss.state_dict())
    assert all(
        map(
            torch.equal,
            value_and_gradient(other, logits, targets),
            value_and_gradient(loss, logits, targets),
        )
    )


@every_loss
@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32])
def test_integer_type_of_targets_does_not_matter(name, dtype, generator):
    logits, targets = random_batch(generator)
    loss = make_loss(name, NUM_CLASSES)
    expected = value_and_gradient(loss, logits, targets)
    assert all(map(torch.equal, value_and_gradient(loss, logits, targets.to(dtype)), expected))


@every_loss
def test_memory_layout_does_not_matter(name, generator):
    logits, targets = random_batch(generator)
    loss = make_loss(name, NUM_CLASSES)
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
def test_input_is_left_as_it_is(name, generator):
    logits, targets = random_batch(generator)
    copies = logits.clone(), targets.clone()
    make_loss(name, NUM_CLASSES)(logits.requires_grad_(), targets).backward()
    assert torch.equal(logits, copies[0])
    assert torch.equal(targets, copies[1])


def logits_of(*shape, dtype=torch.float32):
    return torch.zeros(shape, dtype=dtype)


def targets_of(*shape, dtype=torch.int64):
    return torch.zeros(shape, dtype=dtype)


BAD_INPUT = {
    "logits of rank 3": (logits_of(5, 4, 4), targets_of(1, 4, 4), "logits.*5, 4, 4"),
    "integer logits": (
        logits_of(1, 5, 4, 4, dtype=torch.int64), targets_of(1, 4, 4), "logits.*int64",
    ),
    "channels": (logits_of(1, 6, 4, 4), targets_of(1, 4, 4), "logits.*5 channels.*got 6"),
    "targets of rank 4": (logits_of(1, 5, 4, 4), targets_of(1, 1, 4, 4), "targets.*1, 1, 4, 4"),
    "size": (logits_of(1, 5, 4, 4), targets_of(1, 4, 3), "targets.*1, 4, 3"),
    "batch": (logits_of(1, 5, 4, 4), targets_of(2, 4, 4), "targets.*2, 4, 4"),
    "float targets": (
        logits_of(1, 5, 4, 4), targets_of(1, 4, 4, dtype=torch.float32), "targets.*float32",
    ),
    "boolean targets": (
        logits_of(1, 5, 4, 4), targets_of(1, 4, 4, dtype=torch.bool), "targets.*bool",
    ),
}  # fmt: skip


@every_loss
@pytest.mark.parametrize("fault", BAD_INPUT)
@pytest.mark.usefixtures("without_type_checks")
def test_refuses_what_is_no_batch_by_name(name, fault):
    logits, targets, message = BAD_INPUT[fault]
    with pytest.raises(ValueError, match=message):
        make_loss(name, NUM_CLASSES)(logits, targets)


@every_loss
def test_refuses_targets_on_another_device(name):
    loss = make_loss(name, NUM_CLASSES)
    with pytest.raises(ValueError, match="targets must be on the device of logits, cpu, got meta"):
        loss(logits_of(1, 5, 4, 4), targets_of(1, 4, 4).to("meta"))


@every_loss
def test_refuses_unknown_parameters_and_lists_its_own(name):
    with pytest.raises(ValueError, match="no parameter sharpness") as error:
        make_loss(name, NUM_CLASSES, sharpness=1.0)
    assert all(parameter in str(error.value) for parameter in loss_parameters(name))


@every_loss
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_refuses_parameters_that_are_not_finite(name, value):
    for parameter in loss_parameters(name):
        with pytest.raises(ValueError, match=f"{parameter} must be a finite number"):
            make_loss(name, NUM_CLASSES, **{parameter: value})


@every_loss
def test_parameters_have_numbers_as_defaults(name):
    for parameter, default in loss_parameters(name).items():
        assert type(default) is float, parameter
        assert getattr(make_loss(name, 2), parameter) == default


@every_loss
def test_refuses_less_than_one_class(name):
    with pytest.raises(ValueError, match="num_classes must be at least 1, got 0"):
        make_loss(name, 0)


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"'fokal'.*cross_entropy.*focal"):
        make_loss("fokal", NUM_CLASSES)
