"""What the trainer adds to a step."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from lossstudy.batches import Batches
from lossstudy.bench._turns import take_turns, wait
from lossstudy.build import build_criterion, build_model, choose_device, train_set
from lossstudy.configure import configure
from lossstudy.trainer import fit, make_optimizer


def measure(steps: int = 30) -> str:
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
    loss = build_criterion(config, data, range(len(data)))

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
        seconds = take_turns(
            {"trainer": ours, "bare step": bare()}, lambda step: _time_next(step, device), steps
        )
    overhead = seconds["trainer"] / seconds["bare step"] - 1
    return (
        f"trainer {1e3 * seconds['trainer']:.1f} ms a step, bare "
        f"{1e3 * seconds['bare step']:.1f} ms: overhead {overhead:+.1%} ({config.model}, "
        f"{config.height}x{config.width}, {device}, {torch.get_num_threads()} threads)"
    )


def _time_next(steps: Iterator[object], device: torch.device) -> float:
    began = time.perf_counter()
    next(steps)
    wait(device)
    return time.perf_counter() - began
