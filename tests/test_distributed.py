"""Two processes on one run, against one process on the joined batch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import multiprocessing, nn
from torch.distributed import TCPStore

from lossstudy import distributed, experiment, paths
from lossstudy.configure import configure
from tests.two_processes import RUNS, run, work

TOLERANCE = {"rtol": 1e-4, "atol": 1e-6}
"""Two processes add the same numbers in another order, four steps in a row."""


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """What each of two processes has in the end."""
    folder = tmp_path_factory.mktemp("two")
    port = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False).port
    multiprocessing.spawn(work, (port, str(folder)), nprocs=2)
    return [torch.load(folder / f"rank{rank}.pt") for rank in (0, 1)]


@pytest.mark.parametrize("name", RUNS)
def test_processes_agree_to_the_bit(name, both):
    first, second = (rank[name] for rank in both)
    assert first["terms"] == second["terms"]
    for part in ("model", "criterion"):
        assert first[part].keys() == second[part].keys()
        differing = [k for k, v in first[part].items() if not torch.equal(v, second[part][k])]
        assert differing == []


@pytest.mark.parametrize("name", ["cross_entropy", "stateful", "in parts"])
def test_two_processes_do_what_one_does_on_the_joined_batch(name, both, tmp_path):
    alone = run("cross_entropy" if name == "in parts" else name, tmp_path)
    for ours, theirs in zip(both[0][name]["terms"], alone["terms"], strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5)
    for key, value in alone["model"].items():
        torch.testing.assert_close(both[0][name]["model"][key], value, **TOLERANCE)


def test_state_of_a_loss_is_that_of_the_joined_batch(both, tmp_path):
    alone = run("stateful", tmp_path)["criterion"]
    assert any(value.any() for value in alone.values())
    for key, value in alone.items():
        torch.testing.assert_close(both[0]["stateful"]["criterion"][key], value, **TOLERANCE)


def test_parameters_of_a_loss_are_learnt_together(both, tmp_path):
    learnt = both[0]["learning"]["criterion"]["log_variance"]
    alone = run("learning", tmp_path)["criterion"]["log_variance"]
    assert learnt.abs().min() > 0
    torch.testing.assert_close(learnt, alone, rtol=0.1, atol=0)  # Dice of halves is not Dice


def test_running_statistics_take_part(both):
    statistics = [v for k, v in both[0]["s4gan"]["model"].items() if "running_mean" in k]
    assert statistics
    assert all(value.any() for value in statistics)


def test_one_process_averages_nothing():
    parameter = nn.Parameter(torch.ones(2))
    parameter.grad = torch.tensor([1.0, 2.0])
    distributed.average_gradients(torch.optim.SGD([parameter]))
    assert parameter.grad.tolist() == [1.0, 2.0]
    assert distributed.place() == (0, 1)
    assert distributed.is_first()


@pytest.mark.slow
def test_torchrun_trains_one_run_and_one_process_writes(home):
    fields = {"train_scenes": 4, "val_scenes": 2, "transfer_dataset": None, "labelled_ratio": 0.5}
    config = configure("smoke", **fields, model="deeplab")
    done = subprocess.run(
        [
            sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
            "-m", "lossstudy", "train", "--profile", "smoke", "--train-scenes", "4",
            "--val-scenes", "2", "--labelled-ratio", "0.5", "--model", "deeplab",
        ],
        cwd=Path(__file__).parent.parent, env={**os.environ, "OMP_NUM_THREADS": "1"}, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("record:") == 1
    record = json.loads((paths.runs_dir() / config.id / "record.json").read_text())
    assert record["provenance"]["processes"] == 2
    assert len(record["data"]["labelled"]) == record["data"]["num_labelled"] == 2
    assert [point["step"] for point in record["curve"]] == [1, 2, 3, 4]
    alone = experiment.run(config, progress=False)
    assert alone.curve == record["curve"]  # the record of two processes serves one
