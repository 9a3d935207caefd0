"""What every loss promises about its state, about copies of itself and about compiling it."""

import copy
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lossstudy.losses import loss_names
from lossstudy.losses._state import StatefulLoss
from tests.losses.contract import every_loss, make, random_batch, value_and_gradient

STATEFUL = [name for name in loss_names() if isinstance(make(name), StatefulLoss)]
every_stateful_loss = pytest.mark.parametrize("name", STATEFUL)
ROOT = Path(__file__).parents[2]


def same_state(one, other):
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(map(torch.equal, ours.values(), theirs.values()))


@every_loss
def test_state_goes_through_a_checkpoint(variant, generator):
    batch = random_batch(generator)
    loss, other = make(variant), make(variant)
    loss(*batch)
    other.load_state_dict(loss.state_dict())
    expected = value_and_gradient(loss, *batch)
    assert all(map(torch.equal, value_and_gradient(other, *batch), expected))


@every_loss
def test_a_copy_has_a_state_of_its_own(variant, generator):
    loss = make(variant)
    loss(*random_batch(generator))
    before, held = copy.deepcopy(loss), copy.deepcopy(loss.state_dict())
    before(*random_batch(generator))
    now = loss.state_dict()
    assert all(torch.equal(now[key], value) for key, value in held.items())


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What every loss gives, eager and compiled into one graph; see `compiled.py`."""
    target = tmp_path_factory.mktemp("compiled") / "outcomes.pt"
    command = [sys.executable, "-m", "tests.losses.compiled", str(target)]
    subprocess.run(command, check=True, cwd=ROOT)
    return torch.load(target, weights_only=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", loss_names())
def test_compiled_equals_eager(name, outcomes):
    eager, compiled = outcomes[name]
    torch.testing.assert_close(compiled, eager)


def test_there_is_a_loss_with_state():
    assert STATEFUL


@every_stateful_loss
def test_state_changes_in_training_and_only_there(name, generator):
    loss, untouched = make(name), make(name)
    loss.eval()
    loss(*random_batch(generator))
    assert same_state(loss, untouched)
    loss.train()
    loss(*random_batch(generator))
    assert not same_state(loss, untouched)


@every_stateful_loss
def test_state_survives_a_batch_without_a_valid_pixel(name, generator):
    logits, targets = random_batch(generator)
    loss = make(name)
    loss(logits, targets)
    loss(logits, torch.full_like(targets, 255))
    value, gradient = value_and_gradient(loss, logits, targets)
    assert value.isfinite()
    assert gradient.isfinite().all()


@every_stateful_loss
def test_no_gradient_reaches_the_state(name, generator):
    logits, targets = random_batch(generator)
    loss = make(name)
    for _ in range(2):  # a state that kept its graph would fail in the second backward pass
        loss(logits.requires_grad_(), targets).backward()
    assert not any(buffer.requires_grad for buffer in loss.buffers())


@every_stateful_loss
@pytest.mark.slow
def test_two_processes_hold_the_state_of_one_on_the_joined_batch(name, tmp_path, generator):
    logits, targets = random_batch(generator, size=(4, 6, 7))
    targets[2:] = 255  # the second process has nothing to count, and still takes part
    joined = make(name)
    joined(logits, targets)
    torch.multiprocessing.spawn(_one_process, (name, logits, targets, str(tmp_path)), nprocs=2)
    for rank in range(2):
        held = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        for key, value in joined.state_dict().items():
            torch.testing.assert_close(held[key], value)


def _one_process(rank, name, logits, targets, folder):
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2
    )
    loss = make(name)
    mine = slice(2 * rank, 2 * rank + 2)
    loss(logits[mine], targets[mine])
    torch.save(loss.state_dict(), f"{folder}/{rank}.pt")
    torch.distributed.destroy_process_group()
