"""Timing contenders in turns."""

import itertools
import statistics
from collections.abc import Callable, Mapping
from typing import TypeVar

import torch

T = TypeVar("T")


def take_turns(
    contenders: Mapping[str, T], once: Callable[[T], float], rounds: int
) -> dict[str, float]:
    """Return the median seconds of each contender over rounds of turns, after one to warm up."""
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _, (name, contender) in itertools.product(range(rounds + 1), contenders.items()):
        taken[name].append(once(contender))
    return {name: statistics.median(seconds[1:]) for name, seconds in taken.items()}


def wait(device: torch.device) -> None:
    """Wait until a device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
