"""What every loss refuses, and the words it refuses it with."""

import pytest
import torch

from lossstudy.losses import loss_names, loss_parameters, make_loss
from tests.losses.contract import NUM_CLASSES, counts_of

every_loss = pytest.mark.parametrize("name", loss_names())
COUNTS = counts_of(NUM_CLASSES)


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
        make_loss(name, NUM_CLASSES, COUNTS)(logits, targets)


@every_loss
def test_refuses_targets_on_another_device(name):
    loss = make_loss(name, NUM_CLASSES, COUNTS)
    with pytest.raises(ValueError, match="targets must be on the device of logits, cpu, got meta"):
        loss(logits_of(1, 5, 4, 4), targets_of(1, 4, 4).to("meta"))


@every_loss
def test_refuses_unknown_parameters_and_lists_its_own(name):
    with pytest.raises(ValueError, match="no parameter sharpness") as error:
        make_loss(name, NUM_CLASSES, COUNTS, sharpness=1.0)
    assert all(parameter in str(error.value) for parameter in loss_parameters(name))


@every_loss
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_refuses_numbers_that_are_not_finite(name, value):
    for parameter, default in loss_parameters(name).items():
        if type(default) is float:
            with pytest.raises(ValueError, match=f"{parameter} must be a finite number"):
                make_loss(name, NUM_CLASSES, COUNTS, **{parameter: value})


@every_loss
@pytest.mark.usefixtures("without_type_checks")
def test_refuses_words_that_are_no_choice(name):
    for parameter, default in loss_parameters(name).items():
        if type(default) is str:
            with pytest.raises(ValueError, match=f"{parameter} must be one of .*got 'fokal'"):
                make_loss(name, NUM_CLASSES, COUNTS, **{parameter: "fokal"})


@every_loss
def test_parameters_are_numbers_or_words_and_kept_under_their_names(name):
    for parameter, default in loss_parameters(name).items():
        assert type(default) in {float, str}, parameter
        assert getattr(make_loss(name, NUM_CLASSES, COUNTS), parameter) == default


@every_loss
def test_probabilities_are_not_logits(name, generator):
    logits = torch.randn(2, NUM_CLASSES, 4, 4, generator=generator)
    loss, targets = make_loss(name, NUM_CLASSES, COUNTS), targets_of(2, 4, 4)
    with pytest.raises(ValueError, match=r"logits .*softmax.*probabilities"):
        loss(logits.softmax(1), targets)
    assert loss(logits, targets).isfinite()


@every_loss
def test_refuses_less_than_one_class(name):
    with pytest.raises(ValueError, match="num_classes must be at least 1, got 0"):
        make_loss(name, 0, COUNTS)


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"'fokal'.*cross_entropy.*focal"):
        make_loss("fokal", NUM_CLASSES)
