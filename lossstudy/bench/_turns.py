"""Timing contenders in turns."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

import torch
from tqdm import tqdm

T = TypeVar("T")
R = TypeVar("R")


def take_turns(
    contenders: Mapping[str, T], once: Callable[[T], float], rounds: int
) -> dict[str, float]:
    """Return the median seconds of each contender over rounds of turns, after one to warm up."""
    taken = every_turn(contenders, once, rounds)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def every_turn(
    contenders: Mapping[str, T],
    once: Callable[[T], R],
    rounds: int,
    description: str | None = None,
) -> dict[str, list[R]]:
    """Return what each contender took in every round but the first, which is to warm up.

    Args:
        contenders: What takes turns, by name.
        once: Takes one turn and returns what it took.
        rounds: Rounds that count.
        description: Shows a progress bar of this name on stderr.
    """
    taken: dict[str, list[R]] = {name: [] for name in contenders}
    every = [turn for _ in range(rounds + 1) for turn in contenders.items()]
    for name, contender in tqdm(every, desc=description, disable=description is None, leave=False):
        taken[name].append(once(contender))
    return {name: turns[1:] for name, turns in taken.items()}


def timed(step: Callable[[], object], device: torch.device) -> float:
    """Return the seconds a device takes for a step."""
    if device.type == "cuda":
        began = torch.Event(device, enable_timing=True)
        ended = torch.Event(device, enable_timing=True)
        wait(device)
        began.record()
        step()
        ended.record()
        wait(device)
        return float(began.elapsed_time(ended)) / 1000
    began_s = time.perf_counter()
    step()
    return time.perf_counter() - began_s


def wait(device: torch.device) -> None:
    """Wait until a device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
