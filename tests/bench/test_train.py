import pytest
import torch

from lossstudy.bench._steps import setting
from lossstudy.bench.train import compare, matrix_share, measure, shares


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """The generated scenes, rendered once for all tests of the module."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(autouse=True)
def home(monkeypatch, scenes):
    monkeypatch.setenv("LOSSSTUDY_HOME", str(scenes))


@pytest.fixture
def small():
    return setting("smoke", steps=1)


def test_supervised_contender_has_the_same_network_and_labelled_batch(small):
    supervised = small.of("deeplab")
    assert torch.equal(small.batches[3].images, supervised.batches[3].images)
    assert supervised.batches[3].unlabelled is None
    ours, theirs = small.model().network, supervised.model().network
    assert [p.shape for p in ours.parameters()] == [p.shape for p in theirs.parameters()]


def test_step_is_split_into_data_phases_and_optimizer(small):
    split = shares(small)
    assert list(split) == ["data", "generator", "discriminator", "optimizer"]
    assert all(seconds > 0 for seconds in split.values())


def test_plain_step_computes_what_the_trainer_does():
    _, seconds, difference = compare("smoke", 1)
    assert set(seconds) == {"trainer", "bare step", "plain step", "supervised step"}
    assert difference < 1e-5


def test_matrix_share_counts_the_operations_of_the_network(small, monkeypatch):
    monkeypatch.setattr("lossstudy.bench.train.MATRIX_SIZE", {"cpu": 64})
    reached, possible = matrix_share(small)
    assert reached > 0
    assert possible > 0


def test_report_names_every_figure(monkeypatch):
    monkeypatch.setattr("lossstudy.bench.train.MATRIX_SIZE", {"cpu": 64})
    lines = measure(1, "smoke").splitlines()
    assert [line.split(":")[0].split(" ")[0] for line in lines] == [
        "s4gan,", "trainer", "of", "bare", "plain", "supervised", "network",
    ]  # fmt: skip
