import errno
import os
import random
import resource
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import nn

from lossstudy import experiment, paths
from lossstudy.checkpoint import CheckpointError, TrainingState, load_checkpoint, save_checkpoint
from lossstudy.configure import command, configure


def make_state(value, averaged=None):
    model = nn.Linear(2, 3)
    nn.init.constant_(model.weight, value)
    return TrainingState(model, nn.Identity(), [torch.optim.SGD(model.parameters())], averaged)


def test_what_was_saved_comes_back(tmp_path):
    file = tmp_path / "new" / "folder" / "state.pt"
    save_checkpoint(file, make_state(4.0), "run", 5)
    state = make_state(0.0)
    assert load_checkpoint(file, state, "run") == 5
    assert state.model.weight.unique().tolist() == [4.0]
    assert [path.name for path in file.parent.iterdir()] == ["state.pt"]


def test_one_flipped_bit_is_noticed(tmp_path):
    file = tmp_path / "state.pt"
    save_checkpoint(file, make_state(4.0), "run", 5)
    content = bytearray(file.read_bytes())
    at = content.index(torch.full((6,), 4.0).numpy().tobytes())
    content[at] ^= 1
    file.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"state\.pt cannot be read.*checksum"):
        load_checkpoint(file, make_state(0.0), "run")


def test_checkpoint_of_another_network_is_refused_by_name(tmp_path):
    save_checkpoint(tmp_path / "state.pt", make_state(4.0), "run", 5)
    other = TrainingState(nn.Linear(9, 9), nn.Identity(), [])
    with pytest.raises(CheckpointError, match=r"state\.pt does not fit this run's model"):
        load_checkpoint(tmp_path / "state.pt", other, "run")


def test_checkpoint_without_the_average_is_refused_by_a_run_that_keeps_one(tmp_path):
    save_checkpoint(tmp_path / "state.pt", make_state(4.0), "run", 5)
    with pytest.raises(CheckpointError, match="does not fit this run's averaged"):
        load_checkpoint(tmp_path / "state.pt", make_state(0.0, nn.Linear(2, 3)), "run")


def test_full_disk_leaves_the_last_good_checkpoint(tmp_path):
    """A limit on the size of files is what a full disk looks like to a writer."""
    file = tmp_path / "state.pt"
    save_checkpoint(file, make_state(4.0), "run", 5)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(
            OSError, match=r"step 6 could not.*from before is kept.*state\.pt"
        ) as e:
            save_checkpoint(file, make_state(7.0), "run", 6)
        with pytest.raises(OSError, match="there is none yet"):
            save_checkpoint(tmp_path / "other.pt", make_state(7.0), "run", 6)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert e.value.errno == errno.EFBIG
    state = make_state(0.0)
    assert load_checkpoint(file, state, "run") == 5
    assert state.model.weight.unique().tolist() == [4.0]
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


def test_no_space_left_on_the_device(tmp_path):
    file = tmp_path / "state.pt"
    save_checkpoint(file, make_state(4.0), "run", 5)
    (tmp_path / "state.tmp").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left on device; the one from before") as e:
        save_checkpoint(file, make_state(7.0), "run", 6)
    assert e.value.errno == errno.ENOSPC
    assert load_checkpoint(file, make_state(0.0), "run") == 5
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


# A process that is stopped

CONFIG = configure(
    "smoke", dataset="idd", loss="cross_entropy", seed=0, steps=40, train_scenes=4, val_scenes=2,
    eval_every=0, checkpoint_every=1, ema=0.9, discriminator_width=4,
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The record of a run of CONFIG that nobody stops, in a home of its own."""
    home = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("LOSSSTUDY_HOME", str(home))
        return experiment.run(CONFIG, progress=False)


@pytest.fixture
def training(home, whole):
    """A process that trains CONFIG, from the moment on in which it has a checkpoint."""
    home.mkdir()
    (home / "data").symlink_to(whole.folder.parent.parent / "data")
    process = subprocess.Popen(
        [sys.executable, "-m", *shlex.split(command(CONFIG))], cwd=Path(__file__).parent.parent,
        env={**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while process.poll() is None and not checkpoints():
        time.sleep(0.01)
    yield process
    process.kill()
    process.communicate()


def checkpoints():
    return list((paths.runs_dir() / CONFIG.id).glob("checkpoint-*.pt"))


def assert_ends_as(whole):
    record = experiment.run(CONFIG, progress=False)
    assert record.timing["steps_timed"] < CONFIG.steps  # it did go on, and not begin again
    assert record.curve == whole.curve
    assert record.evaluations == whole.evaluations


def test_run_killed_at_any_moment_ends_with_the_same_numbers(training, whole):
    moment = random.uniform(0, 0.3)
    time.sleep(moment)
    training.kill()
    assert training.wait() == -signal.SIGKILL, f"it had ended {moment} s after its first step"
    assert_ends_as(whole)


def test_sigterm_saves_the_step_and_says_how_to_go_on(training, whole):
    training.terminate()
    _, said = training.communicate(timeout=60)
    assert training.returncode == 143
    assert f"{CONFIG.id}: stopped by SIGTERM after step" in said
    assert "run the same command again" in said
    assert_ends_as(whole)


def test_disk_that_fills_up_during_a_run_costs_no_step_that_was_saved(training, whole):
    limit = 100_000  # bytes a file: room for the log, not for a checkpoint
    resource.prlimit(training.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    _, said = training.communicate(timeout=60)
    assert training.returncode == 2
    assert "could not be written" in said
    assert "the one from before is kept. Make room and run the same command again" in said
    assert_ends_as(whole)
