"""What things cost, measured in one process: `lossstudy bench losses | trainer | scenes`.

Contenders take turns, so that a busy machine slows all of them alike, and medians are compared.
"""

import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch.nn import functional as F

from lossstudy.batches import Batches
from lossstudy.configure import configure
from lossstudy.datasets.scenes import render
from lossstudy.experiment import build_model, choose_device, train_set
from lossstudy.losses import loss_names, make_loss
from lossstudy.trainer import fit, make_optimizer

T = TypeVar("T")


def losses(rounds: int = 7, shape: tuple[int, int, int, int] = (4, 19, 256, 512)) -> str:
    """Time forward and backward of every loss against `torch.nn.functional.cross_entropy`.

    Args:
        rounds: Turns of each loss; the median counts.
        shape: Batch, classes, height and width of the logits.

    Returns:
        A table in plain text.
    """
    device = choose_device("auto")
    batch, num_classes, height, width = shape
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(shape, generator=generator).to(device).requires_grad_()
    targets = torch.randint(num_classes, (batch, height, width), generator=generator).to(device)
    contenders: dict[str, Callable[..., torch.Tensor]] = {"torch cross_entropy": F.cross_entropy}
    contenders |= {name: make_loss(name, num_classes).to(device) for name in loss_names()}

    def once(loss: Callable[..., torch.Tensor]) -> float:
        logits.grad = None
        _wait(device)
        began = time.perf_counter()
        loss(logits, targets).backward()  # type: ignore[no-untyped-call]
        _wait(device)
        return time.perf_counter() - began

    seconds = _take_turns(contenders, once, rounds)
    base = seconds["torch cross_entropy"]
    title = f"{'x'.join(map(str, shape))} float32 on {device}, {torch.get_num_threads()} threads"
    lines = [f"{name:24}{1e3 * s:8.1f} ms {s / base:6.2f} x" for name, s in seconds.items()]
    return "\n".join([title, *lines])


def trainer(steps: int = 30) -> str:
    """Compare a step of the trainer with its bare forward, backward and optimizer.

    The bare step has its batch ready and does nothing else; the trainer's includes waiting for
    data, the schedule, reading the terms and checking that they are finite.

    Args:
        steps: Steps of each, taken in turns.

    Returns:
        One line of text.
    """
    config = configure("quick", steps=steps + 1, eval_every=0, checkpoint_every=steps + 2)
    device = choose_device(config.device)
    data = train_set(config)
    batches = Batches(data, range(len(data)), config, device)
    loss = make_loss(config.loss, data.space.num_classes)

    def bare() -> Iterator[None]:
        model = build_model(config, data.space.num_classes).to(device)
        model.to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
        phases = model.phases()
        optimizers = [make_optimizer(phase, config) for phase in phases]
        batch = batches[0]
        while True:
            carry: dict[str, Any] = {"log": {}}
            for phase, optimizer in zip(phases, optimizers, strict=True):
                optimizer.zero_grad()
                terms = phase.loss(batch, loss, carry, 1)
                torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
                optimizer.step()
            yield

    with tempfile.TemporaryDirectory() as folder:
        model = build_model(config, data.space.num_classes).to(device)
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        ours = fit(model, loss, batches, config, Path(folder) / "checkpoint.pt")
        seconds = _take_turns(
            {"trainer": ours, "bare step": bare()}, lambda step: _time_next(step, device), steps
        )
    overhead = seconds["trainer"] / seconds["bare step"] - 1
    return (
        f"trainer {1e3 * seconds['trainer']:.1f} ms a step, bare "
        f"{1e3 * seconds['bare step']:.1f} ms: overhead {overhead:+.1%} ({config.model}, "
        f"{config.height}x{config.width}, {device}, {torch.get_num_threads()} threads)"
    )


def scenes(count: int = 60) -> str:
    """Count the scenes one core renders in a second of its own time, at 128x256.

    Args:
        count: Scenes of each domain.

    Returns:
        One line a domain.
    """
    lines = []
    for domain in ("cityscapes", "idd"):
        render(domain, 0, (128, 256))  # what is made once a process
        began = time.process_time()
        for index in range(count):
            render(domain, index, (128, 256))
        lines.append(f"{domain}: {count / (time.process_time() - began):.0f} scenes a second")
    return "\n".join(lines)


def _time_next(steps: Iterator[object], device: torch.device) -> float:
    began = time.perf_counter()
    next(steps)
    _wait(device)
    return time.perf_counter() - began


def _take_turns(
    contenders: Mapping[str, T], once: Callable[[T], float], rounds: int
) -> dict[str, float]:
    """Return the median seconds of each contender over rounds of turns, after one to warm up."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _, (name, contender) in itertools.product(range(rounds + 1), contenders.items()):
        taken[name].append(once(contender))
    return {name: statistics.median(seconds[1:]) for name, seconds in taken.items()}


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
