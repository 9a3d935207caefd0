"""Several processes on one run, as torchrun starts them; with one process nothing happens.

Every process holds the whole model and takes its share of each batch. What has to agree is
averaged by one plain all-reduce each: the gradients of a phase, the loss terms, the running
statistics of batch normalisation. `DistributedDataParallel` hooks into one backward pass of one
module; a step here has several phases, each with a part of the model frozen, and a criterion that
may learn. What the plain way gives up is that averaging overlaps with the backward pass.
"""

import datetime
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch import distributed as dist

PATIENCE = datetime.timedelta(hours=1)
"""How long the processes wait for the first one, which alone validates."""


@contextmanager
def joined(device: torch.device) -> Iterator[None]:
    """Join the processes that torchrun has started: NCCL among GPUs, Gloo among CPUs."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or dist.is_initialized():
        yield
        return
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield
    finally:
        dist.destroy_process_group()


def place() -> tuple[int, int]:
    """Return the number of this process, from 0, and how many there are."""
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank(), dist.get_world_size()
    return 0, 1


def is_first() -> bool:
    """Return whether this process is the one that writes."""
    return place()[0] == 0


def local_rank() -> int:
    """Return the number of this process on its machine, which is that of its GPU."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def wait_for_all() -> None:
    """Wait until every process has come here."""
    if place()[1] > 1:
        dist.barrier()


def average(tensors: Sequence[Tensor]) -> None:
    """Replace tensors of one type by their means over the processes, in one all-reduce."""
    _, size = place()
    if size == 1 or not tensors:
        return
    flat = torch.cat([tensor.detach().reshape(-1) for tensor in tensors])
    dist.all_reduce(flat)
    flat /= size
    parts = torch.split(flat, [tensor.numel() for tensor in tensors])
    for tensor, part in zip(tensors, parts, strict=True):
        tensor.detach().copy_(part.view(tensor.shape))


def average_gradients(optimizer: torch.optim.Optimizer) -> None:
    """Average the gradients of an optimizer's parameters.

    A phase has to reach the same parameters in every process, whatever the batch; a term without
    an image gives a zero with zero gradient, not nothing.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    average([p.grad for p in parameters if p.grad is not None])


def average_statistics(model: nn.Module) -> None:
    """Average the running statistics of batch normalisation.

    On the CPU each process normalises with the statistics of its own share of the batch, so they
    drift apart; on GPUs they agree already, see `machine.prepare`.
    """
    if place()[1] == 1:
        return
    layers = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    statistics = [(m.running_mean, m.running_var) for m in layers]
    average([tensor for pair in statistics for tensor in pair if tensor is not None])
