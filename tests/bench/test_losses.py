import json
from functools import partial

import pytest
import torch
from torch.nn import functional as F

from lossstudy import paths, results
from lossstudy.bench import losses
from lossstudy.bench._batch import IGNORED, Batch
from lossstudy.bench._libraries import RIVALS
from lossstudy.bench._memory import extra_peak
from lossstudy.losses import loss_names, make_loss
from lossstudy.pixels import IGNORE_INDEX

CPU = torch.device("cpu")
TINY = losses.Plan(
    shape=(1, 3, 8, 16),
    rounds=2,
    losses=("cross_entropy", "label_smoothing"),
    compiled=(),
    growing=("dice",),
    heights=(4, 8),
    classes=(2, 3),
)


def test_a_row_for_the_reference_the_copy_ours_and_the_libraries(monkeypatch):
    monkeypatch.setattr(losses, "installed", lambda: {"torch": "0"})
    record = losses.run(TINY, CPU)
    assert [(row["library"], row["loss"]) for row in record["rows"]] == [
        ("torch", results.COST_REFERENCE),
        ("torch", results.COST_FLOOR),
        ("lossstudy", "cross_entropy"),
        ("lossstudy", "label_smoothing"),
        ("torch", "label_smoothing"),
    ]
    assert {len(row["seconds"]) for row in record["rows"]} == {TINY.rounds}
    growth = {(point["along"], tuple(point["shape"])) for point in record["growth"]}
    assert growth == {
        ("pixels", (1, 3, 4, 8)), ("pixels", (1, 3, 8, 16)),
        ("classes", (1, 2, 8, 16)), ("classes", (1, 3, 8, 16)),
    }  # fmt: skip


def test_without_any_library_there_are_ours_and_the_reference(monkeypatch):
    monkeypatch.setattr(losses, "installed", dict)
    found = [row["loss"] for row in losses.run(TINY, CPU)["rows"] if row["library"] == "torch"]
    assert found == [results.COST_REFERENCE, results.COST_FLOOR]


def test_the_full_plan_has_every_loss_and_the_libraries_have_no_other():
    assert losses.FULL.losses == losses.FULL.compiled == loss_names()
    assert {other.loss for other in RIVALS} <= set(loss_names())
    assert set(results.GOALS) <= set(loss_names())


def test_what_was_measured_is_printed_and_recorded(monkeypatch):
    monkeypatch.setattr(losses, "QUICK", TINY)
    monkeypatch.setattr(losses, "installed", dict)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    text = losses.measure(quick=True, record=True)
    file = paths.recorded_dir() / "bench" / "losses-cpu.json"
    assert text.endswith(f"recorded in {file}")
    record = results.read_costs(file)
    assert results.cost_text(record) in text
    assert record["setting"]["shape"] == list(TINY.shape)
    assert record == json.loads(json.dumps(record, allow_nan=False))


def test_memory_is_the_most_that_is_held_at_once():
    def step():
        first = torch.zeros(1000)
        del first
        second, third = torch.zeros(2000), torch.zeros(3000)
        return second, third

    assert extra_peak(step, CPU) == pytest.approx(4 * 5000, abs=200)


def test_cross_entropy_takes_three_sizes_of_the_logits():
    """Log-probabilities and two gradients; what a pixel has beside them is small."""
    batch = Batch((1, 19, 64, 128), CPU, torch.float32)
    peak = extra_peak(batch.step(F.cross_entropy, ignores=False), CPU)
    assert peak / batch.logits.nbytes == pytest.approx(3, abs=0.2)


def test_a_step_leaves_no_gradient_and_a_share_of_the_pixels_is_ignored():
    batch = Batch((2, 3, 32, 64), CPU, torch.float32)
    batch.step(batch.ours("dice"))()
    assert batch.logits.grad is None
    ignored = (batch.targets == IGNORE_INDEX).float().mean().item()
    assert ignored == pytest.approx(IGNORED, abs=0.02)
    assert batch.counts.pixels.sum() == (batch.targets != IGNORE_INDEX).sum()


@pytest.mark.parametrize(
    "other", RIVALS, ids=lambda other: f"{other.loss}: {other.theirs.library} {other.theirs}"
)
def test_definitions_are_what_the_table_says(other, generator):
    logits = torch.randn(3, 5, 16, 16, generator=generator)
    targets = torch.randint(4, (3, 16, 16), generator=generator)  # class 4 is absent
    targets[0][targets[0] == 3] = 0
    if other.theirs.ignores:
        targets[1, :8] = IGNORE_INDEX
    theirs = other.theirs.make(5)(logits, targets)
    ours = make_loss(other.loss, 5)(logits, targets)
    assert torch.isclose(theirs, ours, rtol=1e-5) == (other.definition == "the same")


def test_what_does_not_compile_is_reported():
    def breaks(logits, targets):
        if logits.sum() > 0:
            return F.cross_entropy(logits, targets, ignore_index=IGNORE_INDEX)
        return logits.sum()

    batch = Batch((1, 3, 4, 8), CPU, torch.float32)
    result = losses._compiled(breaks, batch, 1)
    assert set(result) == {"error"}
    assert result["error"]


def test_what_cannot_take_the_logits_keeps_its_row(monkeypatch):
    def refuses(logits, targets):
        raise RuntimeError("no kernel for this type\nand more")

    batch = Batch((1, 3, 4, 8), CPU, torch.float32)
    contender = losses.Contender("dice", "other", "Dice()", "", batch.step(refuses))
    monkeypatch.setattr(losses, "_contenders", lambda plan, batch: [contender])
    (row,) = losses._rows(TINY, batch)
    assert row["error"] == "no kernel for this type"
    assert row["bytes"] is None
    assert "seconds" not in row


@pytest.mark.slow
def test_what_compiles_is_timed_in_turns_with_the_reference():
    batch = Batch((1, 3, 4, 8), CPU, torch.float32)
    loss = partial(F.cross_entropy, ignore_index=IGNORE_INDEX)
    result = losses._compiled(loss, batch, 2)
    assert len(result["seconds"]) == len(result["reference"]) == 2
    assert result["bytes"] > 0
