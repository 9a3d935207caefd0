"""What a training step costs, and where the time goes."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from lossstudy import machine
from lossstudy.bench._steps import Setting, bare_steps, plain_steps, setting, trainer_steps
from lossstudy.bench._turns import take_turns, wait
from lossstudy.parts import parts_of
from lossstudy.trainer import make_optimizer, take_phase

MATRIX_SIZE = {"cpu": 2048, "cuda": 8192}


def shares(at: Setting) -> dict[str, float]:
    """Return the mean seconds a step spends waiting for data, in each phase, in optimizers."""
    model, loss = at.model().train(), at.criterion()
    phases = model.phases()
    optimizers = [make_optimizer(phase, at.config) for phase in phases]
    spent: dict[str, list[float]] = {"data": [], **{p.name: [] for p in phases}, "optimizer": []}
    clock = _Clock(at.device)
    updating: list[float] = []
    for optimizer in optimizers:
        optimizer.register_step_pre_hook(lambda *_: updating.append(-clock()))
        optimizer.register_step_post_hook(lambda *_: updating.append(clock()))
    last = clock()
    for step, batch in at.batches.steps(0, at.steps + 1):
        spent["data"].append((now := clock()) - last)
        parts, last = parts_of(batch, 1), now
        updating.clear()
        for phase, optimizer in zip(phases, optimizers, strict=True):
            before = sum(updating)
            take_phase(phase, optimizer, parts, loss, step, at.config)
            now = clock()
            spent[phase.name].append(now - last - (sum(updating) - before))
            last = now
        spent["optimizer"].append(sum(updating))
        last = clock()
    return {name: fmean(seconds[1:]) for name, seconds in spent.items()}  # the first warms up


class _Clock:
    """Seconds, once the device has done what it was given."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def __call__(self) -> float:
        wait(self.device)
        return time.perf_counter()


def matrix_share(at: Setting) -> tuple[float, float]:
    """Return FLOP/s of forward and backward of the network, and of a product of matrices.

    Both in the precision of the run; the network's operations are those of its convolutions and
    products, as `torch.utils.flop_counter` counts them.
    """
    at = at.of("deeplab")
    model, loss, batch = at.model().train(), at.criterion(), at.batches[0]
    half = at.config.precision == "bfloat16"

    def network() -> None:
        with torch.autocast(at.device.type, dtype=torch.bfloat16, enabled=half):
            value = loss(model(batch.images), batch.targets)
        value.backward()  # adds to the gradients; nothing reads them

    size = MATRIX_SIZE[at.device.type]
    matrix = torch.randn(
        size, size, device=at.device, dtype=torch.bfloat16 if half else torch.float32
    )

    def product() -> Tensor:
        return matrix @ matrix

    with FlopCounterMode(display=False) as counter:
        network()
    clock = _Clock(at.device)

    def seconds(call: Callable[[], object]) -> float:
        began = clock()
        call()
        return clock() - began

    taken = take_turns({"network": network, "product": product}, seconds, at.steps)
    return counter.get_total_flops() / taken["network"], 2 * size**3 / taken["product"]


def compare(profile: str, steps: int) -> tuple[Setting, dict[str, float], float]:
    """Time the trainer's step against others, taking turns.

    Args:
        profile: As for `setting`.
        steps: Steps of each contender that count; one more warms up.

    Returns:
        What was measured; median seconds of each contender; how far the supervised term of the
        trainer's first step is from the plain step's, relative to it.
    """
    at = setting(profile, steps)
    values: dict[str, list[Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        contenders: dict[str, Iterator[object]] = {
            "trainer": trainer_steps(at, Path(folder)),
            "bare step": bare_steps(at),
            "plain step": plain_steps(at),
            "supervised step": trainer_steps(at.of("deeplab"), Path(folder)),
        }
        clock = _Clock(at.device)

        def once(name: str) -> float:
            began = clock()
            values.setdefault(name, []).append(next(contenders[name]))
            return clock() - began

        seconds = take_turns({name: name for name in contenders}, once, steps)
        for contender in contenders.values():
            contender.close()  # type: ignore[attr-defined]
    ours, plain = values["trainer"][0], values["plain step"][0]
    return at, seconds, abs(ours / plain - 1)


def measure(steps: int = 20, profile: str | None = None) -> str:
    """Measure the s4GAN step of the trainer and what it can be held against.

    Args:
        steps: Steps of each contender.
        profile: Whose network and sizes; by default `quick` on a CPU, `gpu` on a GPU.

    Returns:
        Lines of text.
    """
    if profile is None:
        profile = "gpu" if machine.choose_device("auto").type == "cuda" else "quick"
    at, seconds, difference = compare(profile, steps)
    split = shares(at)
    reached, possible = matrix_share(at)
    config, ours = at.config, seconds["trainer"]
    whole = sum(split.values())
    sizes = f"{config.batch_size} + {config.unlabelled_batch_size} + {config.batch_size}"
    shown = ", ".join(f"{name} {1e3 * took:.1f} ms" for name, took in split.items())
    return "\n".join([
        f"s4gan, {config.backbone}, {config.height}x{config.width}, batch {sizes}, "
        f"{config.precision}, {machine.device_name(at.device)}, {torch.get_num_threads()} threads",
        f"trainer {1e3 * ours:.1f} ms a step, {at.batches.images_per_step / ours:.1f} images/s",
        f"of it: {shown}; waiting for data {split['data'] / whole:.1%}",
        f"bare step, batch at hand: {1e3 * seconds['bare step']:.1f} ms, "
        f"the trainer adds {ours / seconds['bare step'] - 1:+.1%}",
        f"plain step: {1e3 * seconds['plain step']:.1f} ms, {seconds['plain step'] / ours:.2f} "
        f"times the trainer's; supervised term of the first step differs by {difference:.1e}",
        f"supervised step: {1e3 * seconds['supervised step']:.1f} ms; the s4GAN step takes "
        f"{ours / seconds['supervised step']:.2f} times that",
        f"network forward and backward: {reached / 1e9:.0f} GFLOP/s, {reached / possible:.0%} of "
        f"a matrix product's {possible / 1e9:.0f}",
    ])
