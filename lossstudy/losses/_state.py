"""Losses that keep state: what they have seen of the training decides what they ask for."""

import torch
from torch import Tensor, distributed

from lossstudy.losses._base import SegmentationLoss


class StatefulLoss(SegmentationLoss):
    """A loss whose value depends on running statistics of the training.

    The rules every such loss keeps, because an adaptive loss is only as good as what it adapts to:

    - State lives in buffers, so that a checkpoint holds it and a device move takes it along.
    - It changes in training mode alone. The trainer puts a criterion into evaluation mode for
      pseudo-labels: what the network guessed must not teach the loss how well the network does.
    - With several processes, each contributes its sums and all hold the same state. Every
      process calls `learn` in every step, also with a batch without a valid pixel.

    A subclass registers its buffers, writes `update`, and calls `learn` in its `compute`.
    """

    def learn(self, sums: Tensor) -> None:
        """Update the state with sums over the batch, in training mode.

        Args:
            sums: What `update` takes, as sums over the pixels of this process's batch; detached
                here.
        """
        if self.training:
            with torch.no_grad():
                self.update(_sum_over_processes(sums.detach()))

    def update(self, sums: Tensor) -> None:
        """Take in the sums of one step, over the batches of all processes."""
        raise NotImplementedError


def _sum_over_processes(sums: Tensor) -> Tensor:
    if distributed.is_available() and distributed.is_initialized():
        sums = sums.clone()
        distributed.all_reduce(sums)
    return sums
