"""What the losses cost, beside torch's cross entropy and what other libraries offer."""

import datetime
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch.nn import functional as F
from tqdm import tqdm

from lossstudy import files, paths, provenance
from lossstudy.bench._batch import IGNORED, SEED, Batch, Loss
from lossstudy.bench._libraries import RIVALS
from lossstudy.bench._memory import extra_peak
from lossstudy.bench._turns import every_turn, timed
from lossstudy.catalogue.libraries import installed
from lossstudy.losses import loss_names
from lossstudy.pixels import IGNORE_INDEX
from lossstudy.results import COST_FLOOR, COST_REFERENCE, OURS, cost_text

_cross_entropy = partial(F.cross_entropy, ignore_index=IGNORE_INDEX)


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes:
        shape: Batch, classes, height and width of the logits.
        rounds: Turns of each contender.
        losses: Ours; of the libraries', those that go by the same names.
        compiled: Of ours, those that are compiled too.
        growing: Of ours, those whose growth is measured, on a batch of one image.
        heights: Of its images, twice as wide, at the classes of `shape`.
        classes: Numbers of classes, at the height and width of `shape`.
    """

    shape: tuple[int, int, int, int]
    rounds: int
    losses: tuple[str, ...]
    compiled: tuple[str, ...]
    growing: tuple[str, ...]
    heights: tuple[int, ...]
    classes: tuple[int, ...]


QUICK = Plan(
    shape=(1, 19, 128, 256),
    rounds=3,
    losses=("cross_entropy", "dice", "focal"),
    compiled=("focal",),
    growing=("cross_entropy", "dice"),
    heights=(32, 64, 128),
    classes=(2, 19),
)
FULL = Plan(
    shape=(4, 19, 256, 512),
    rounds=7,
    losses=loss_names(),
    compiled=loss_names(),
    growing=("cross_entropy", "focal", "dice", "combo", "recall", "lovasz_softmax"),
    heights=(64, 128, 256, 512),
    classes=(2, 5, 19, 64, 150),
)


@dataclass(frozen=True)
class Contender:
    """One row of the table: a loss, whose it is, and how it is called there."""

    loss: str
    library: str
    call: str
    definition: str
    step: Callable[[], object]


def measure(*, quick: bool = False, record: bool = False) -> str:
    """Measure what the losses cost, on the CPU and, where there is one, on a GPU.

    On a machine with other work, `OMP_NUM_THREADS=1`: with several threads a loss of many short
    steps waits at the end of each for a thread that is kept from running, cross entropy of few
    steps does not, and the ratios come out up to three times too large.

    Args:
        quick: A few losses and rounds on a small tensor, to see that it works.
        record: Write `book/results/bench/losses-<device>.json` too.

    Returns:
        A table for each device, in plain text.
    """
    texts = []
    for name in ["cpu", *["cuda"] * torch.cuda.is_available()]:
        measured = run(QUICK if quick else FULL, torch.device(name))
        texts.append(cost_text(measured))
        if record:
            path = paths.recorded_dir() / "bench" / f"losses-{name}.json"
            files.write_text(path, json.dumps(measured, allow_nan=False) + "\n")
            texts.append(f"recorded in {path}")
    return "\n\n".join(texts)


def run(plan: Plan, device: torch.device) -> dict[str, Any]:
    """Measure what a plan says on one device.

    Returns:
        The record: setting, rows, growth, provenance. Its times are seconds, one a round, and
        its memory is bytes; `lossstudy.results` makes the ratios.
    """
    dtypes = [torch.float32, *[torch.bfloat16] * (device.type == "cuda")]
    return {
        "setting": {
            "device": device.type, "shape": list(plan.shape), "rounds": plan.rounds,
            "seed": SEED, "ignored": IGNORED,
        },
        "rows": [row for dtype in dtypes for row in _rows(plan, Batch(plan.shape, device, dtype))],
        "growth": _growth(plan, device),
        "provenance": _provenance(device),
    }  # fmt: skip


def _rows(plan: Plan, batch: Batch) -> list[dict[str, Any]]:
    """Time all contenders in turn, then measure the memory of each, then compile ours."""
    contenders = _contenders(plan, batch)
    errors = [_error(contender.step) for contender in contenders]
    steps = {str(i): contenders[i].step for i, error in enumerate(errors) if error is None}
    taken = _in_pairs(steps, batch, plan.rounds, f"losses, {batch.dtype}")
    rows = []
    for i, contender in enumerate(tqdm(contenders, desc="memory, compiled", leave=False)):
        works = errors[i] is None
        compiles = contender.library == OURS and contender.loss in plan.compiled
        rows.append({
            "loss": contender.loss,
            "library": contender.library,
            "call": contender.call,
            "definition": contender.definition,
            "dtype": batch.dtype,
            "logits_bytes": batch.logits.nbytes,
            **(taken[str(i)] if works else {"error": errors[i]}),
            "bytes": extra_peak(contender.step, batch.device) if works else None,
            "compiled": _compiled(batch.ours(contender.loss), batch, plan.rounds)
            if compiles
            else None,
        })
    return rows


def _in_pairs(
    steps: dict[str, Callable[[], object]], batch: Batch, rounds: int, description: str | None
) -> dict[str, dict[str, list[float]]]:
    """Time steps in turn, each right after torch's cross entropy.

    Returns:
        By the names of the steps: their `seconds`, and those of `reference`, a round each.
    """
    once = partial(timed, device=batch.device)
    reference = batch.step(_cross_entropy)
    pairs = every_turn(steps, lambda step: (once(reference), once(step)), rounds, description)
    return {
        name: dict(zip(("reference", "seconds"), map(list, zip(*taken, strict=True)), strict=True))
        for name, taken in pairs.items()
    }


def _contenders(plan: Plan, batch: Batch) -> list[Contender]:
    """Return torch's cross entropy, a copy of the logits, our losses and the libraries'."""
    there = installed()
    return [
        Contender(COST_REFERENCE, "torch", "cross_entropy()", "", batch.step(_cross_entropy)),
        Contender(COST_FLOOR, "torch", "copy_()", "", batch.read_and_write()),
        *(Contender(name, OURS, name, "", batch.step(batch.ours(name))) for name in plan.losses),
        *(
            Contender(
                rival.loss, rival.theirs.library, str(rival.theirs), rival.definition,
                batch.step(rival.theirs.make(batch.num_classes), ignores=rival.theirs.ignores),
            )
            for rival in RIVALS
            if rival.loss in plan.losses and rival.theirs.library in there
        ),
    ]  # fmt: skip


def _compiled(loss: Loss, batch: Batch, rounds: int) -> dict[str, Any]:
    """Time a compiled loss, compiling left out.

    Returns:
        `seconds`, those of `reference`, and `bytes`; or, where it does not compile, `error`.
    """
    torch.compiler.reset()  # one function is only compiled again a few times
    step = batch.step(torch.compile(loss, fullgraph=True, dynamic=False))
    if error := _error(step):
        return {"error": error}
    taken = _in_pairs({"compiled": step}, batch, rounds, None)["compiled"]
    return {**taken, "bytes": extra_peak(step, batch.device)}


def _error(step: Callable[[], object]) -> str | None:
    """Return the first line of what a step raises, where torch or its compiler cannot do it."""
    try:
        step()
    except RuntimeError as error:
        return str(error).strip().partition("\n")[0]
    return None


def _growth(plan: Plan, device: torch.device) -> list[dict[str, Any]]:
    """Time some losses on images of more and more pixels, and of more and more classes."""
    _, num_classes, height, width = plan.shape
    grown = [("pixels", (1, num_classes, side, 2 * side)) for side in plan.heights]
    grown += [("classes", (1, count, height, width)) for count in plan.classes]
    points: list[dict[str, Any]] = []
    steps = {}
    for along, shape in grown:
        batch = Batch(shape, device, torch.float32)
        losses: dict[str, Loss] = {COST_REFERENCE: _cross_entropy}
        losses |= {name: batch.ours(name) for name in plan.growing}
        for name, loss in losses.items():
            steps[str(len(points))] = batch.step(loss)
            points.append({"along": along, "shape": list(shape), "loss": name})
    taken = every_turn(steps, partial(timed, device=device), plan.rounds, "growth")
    return [
        {**point, "seconds": seconds}
        for point, seconds in zip(points, taken.values(), strict=True)
    ]


def _provenance(device: torch.device) -> dict[str, Any]:
    """Return what the numbers come from."""
    return {
        "command": " ".join(["lossstudy", *sys.argv[1:]]),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "cpu": provenance.cpu_name(),
        "gpu": torch.cuda.get_device_name(device) if device.type == "cuda" else None,
        "threads": torch.get_num_threads(),
        "versions": {**provenance.versions(), **installed()},
        **provenance.git_state(),
    }
