r"""A batch in parts: for processes that share it, and for gradients gathered before a step.

The gradient of a step is the mean of the gradients of its P parts. A criterion that is a mean
over the valid pixels of a batch then has to count each part by how many of them it has: with
\(n_p\) in part p,

\[ \frac{1}{P} \sum_p s_p \ell_p = \frac{\sum_p n_p \ell_p}{\sum_p n_p}, \quad
   s_p = \frac{n_p}{\frac{1}{P} \sum_q n_q} \]

is exactly the mean over the joined batch. That holds for the criterion on labelled pixels. It does
not for what is no mean over pixels: overlaps such as Dice are taken within a part and then
averaged; so are feature matching, the self-training term (over the confident images of a part)
and the batch normalisation of each forward pass. A loss with running statistics sees the sums of
all processes, once a part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from lossstudy import distributed
from lossstudy.models import Batch, Carry
from lossstudy.pixels import IGNORE_INDEX


@dataclass
class Part:
    """A part of a step's batch, and what it leaves behind."""

    batch: Batch
    share: Tensor | None
    """The factor s on its criterion; None where it is the whole batch."""
    carry: Carry = field(default_factory=lambda: {"log": {}})
    """What its phases pass on."""
    terms: dict[str, Tensor] = field(default_factory=dict)
    """Its weighted terms, detached."""

    def criterion(self, criterion: nn.Module) -> nn.Module:
        """Return the criterion as it counts for this part."""
        return criterion if self.share is None else Weighted(criterion, self.share)


class Weighted(nn.Module):
    """A criterion times a factor, on labels; without it on the network's own guesses.

    The two are told apart as a stateful loss tells them: a criterion judges guesses in evaluation
    mode.
    """

    def __init__(self, criterion: nn.Module, factor: Tensor) -> None:
        """Keep the criterion and the factor."""
        super().__init__()
        self.criterion = criterion
        self.factor = factor

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the loss."""
        loss: Tensor = self.criterion(logits, targets)
        return loss * self.factor if self.training else loss


def parts_of(batch: Batch, count: int) -> list[Part]:
    """Return this process's share of a batch in `count` parts of the same size, in order."""
    if count * distributed.place()[1] == 1:
        return [Part(batch, None)]
    chunks: dict[str, Any] = {
        name: tensor.chunk(count) for name, tensor in vars(batch).items() if tensor is not None
    }
    batches = [Batch(**{name: chunks[name][n] for name in chunks}) for n in range(count)]
    valid = [(part.targets != IGNORE_INDEX).sum().float() for part in batches]
    mean = torch.stack(valid).mean()
    distributed.average([mean])
    return [Part(b, n / mean.clamp_min(1)) for b, n in zip(batches, valid, strict=True)]


def means(parts: Sequence[Part], flag: bool) -> tuple[dict[str, float], dict[str, float], bool]:
    """Return terms and log as means over all parts of a step, and whether any process has a flag.

    All in one tensor, so that a GPU is waited for and the processes meet once.
    """
    terms, log = parts[0].terms, parts[0].carry["log"]
    rows = [[*part.terms.values(), *part.carry["log"].values(), float(flag)] for part in parts]
    device = parts[0].batch.images.device
    table = [[torch.as_tensor(n, dtype=torch.float64, device=device) for n in r] for r in rows]
    mean = torch.stack([torch.stack(row) for row in table]).mean(0)
    distributed.average([mean])
    *values, flagged = mean.tolist()
    return (
        dict(zip(terms, values[: len(terms)], strict=True)),
        dict(zip(log, values[len(terms) :], strict=True)),
        flagged > 0,
    )
