"""What the losses cost."""

import time
from collections.abc import Callable

import torch
from torch.nn import functional as F

from lossstudy.bench._turns import take_turns, wait
from lossstudy.experiment import choose_device
from lossstudy.losses import loss_names, make_loss


def measure(rounds: int = 7, shape: tuple[int, int, int, int] = (4, 19, 256, 512)) -> str:
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
        wait(device)
        began = time.perf_counter()
        loss(logits, targets).backward()  # type: ignore[no-untyped-call]
        wait(device)
        return time.perf_counter() - began

    seconds = take_turns(contenders, once, rounds)
    base = seconds["torch cross_entropy"]
    title = f"{'x'.join(map(str, shape))} float32 on {device}, {torch.get_num_threads()} threads"
    lines = [f"{name:24}{1e3 * s:8.1f} ms {s / base:6.2f} x" for name, s in seconds.items()]
    return "\n".join([title, *lines])
