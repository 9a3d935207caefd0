"""Seesaw loss: how hard a class is pushed down depends on which class pushes it."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from typing_extensions import override

from lossstudy.losses._base import check_range
from lossstudy.losses._state import StatefulLoss
from lossstudy.pixels import IGNORE_INDEX, constant, masked_mean

CHUNK_BYTES = 2**20
"""Logits worked on at a time on a CPU, so that the steps between find them in its cache."""


class Seesaw(StatefulLoss):
    r"""Cross entropy in which a pixel pushes each other class with a factor of its own.

    \[ L = -\frac{1}{|V|} \sum_{n \in V} \log \hat\sigma_{y_n}(n), \qquad
       \hat\sigma_c = \frac{S_{yc}\, e^{z_c}}{\sum_j S_{yj}\, e^{z_j}}, \qquad
       S_{yj} = \min\!\left(1, \frac{N_j}{N_y}\right)^{p}
                \max\!\left(1, \frac{\sigma_j}{\sigma_y}\right)^{q} \]

    with \(\sigma\) the softmax probabilities and \(N_c\) the pixels of class c in all batches so
    far, this one included: Wang et al. (2021), section 3.1. The first factor, mitigation, spares
    a class that is rarer than the pixel's own, which would otherwise be pushed down at every
    pixel of a frequent class. The second, compensation, takes that back where the class is
    preferred to the right one, so that false positives still cost. Both are held fixed; the
    gradient at a valid pixel of class y is

    \[ \frac{\partial L}{\partial z_c} = \frac{\hat\sigma_c - [y = c]}{|V|} . \]

    p = q = 0 is cross entropy. On the scale of logits the factors are shifts,
    \(p \min(0, \log N_j - \log N_y) + q \max(0, z_j - z_y)\), and so no product overflows.

    This is the softmax over classes alone, without the objectness branch that the paper adds for
    detection, where N counts instances. The published code of mmdetection keeps \(\sigma_y\)
    above 0.01 in the quotient, which logarithms make needless, and counts the batches of one
    process only; here the counts are summed over all. A class not seen yet counts as one pixel.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        p: p >= 0, the strength of mitigation.
        q: q >= 0, the strength of compensation.

    Example:
        >>> loss = Seesaw(num_classes=2)
        >>> logits, targets = torch.zeros(1, 2, 1, 4), torch.tensor([[[0, 0, 0, 1]]])
        >>> # (3 log(1 + (1/3)^0.8) + log 2) / 4: the three pixels spare the rarer class
        >>> round(loss(logits, targets).item(), 4)
        0.4338
        >>> loss.seen.tolist()
        [3, 1]
    """

    family = "margins"
    seen: Tensor
    """N, pixels of each class in all batches of the training so far."""

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        *,
        p: float = 0.8,
        q: float = 2.0,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.p = check_range("p", p, 0.0)
        self.q = check_range("q", q, 0.0)
        self.register_buffer("seen", torch.zeros(num_classes, dtype=torch.long))

    @override
    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of -log of the reweighted probability."""
        valid = targets != self.ignore_index
        index = targets.where(valid, 0).long()
        self.learn(
            torch.zeros_like(self.seen).scatter_add(0, index.flatten(), valid.flatten().long())
        )
        full = torch.promote_types(logits.dtype, torch.float32)
        frequency = self.p * self.seen.clamp(min=1).to(full).log()
        log_pt = _LogReweightedProbability.apply(  # type: ignore[no-untyped-call]
            logits, constant(logits), index, valid, frequency, self.q
        )
        return -masked_mean(log_pt, valid)

    @override
    def update(self, sums: Tensor) -> None:
        """Add the labelled pixels of a step."""
        self.seen += sums


class _LogReweightedProbability(torch.autograd.Function):
    """Log of the reweighted probability of the target class, 0 where ignored.

    `fixed` are the logits the factors are made of, which no gradient goes through. Written as a
    function of its own so that the factors never exist for all pixels at once.
    """

    @staticmethod
    def forward(
        ctx: Any,
        logits: Tensor,
        fixed: Tensor,
        index: Tensor,
        valid: Tensor,
        frequency: Tensor,
        q: float,
    ) -> Tensor:
        full = frequency.dtype
        probs = torch.empty_like(logits, dtype=full)
        log_pt = torch.empty_like(index, dtype=full)
        for images, rows in _chunks(logits):
            part = (images, slice(None), rows)
            own = index[images, rows][:, None]
            scores = fixed[part].to(full)
            priors = frequency[:, None, None].expand_as(scores)
            shift = (scores - _pick(scores, own)).clamp_(min=0).mul_(q)
            # Less log N_y, the same for all classes of a pixel: a softmax does not see it.
            shift += torch.minimum(priors, _pick(priors, own))
            log_probs = shift.add_(logits[part]).log_softmax(1)
            log_pt[images, rows] = log_probs.gather(1, own)[:, 0]
            probs[part] = log_probs.exp_()
        ctx.dtype = logits.dtype
        ctx.save_for_backward(probs, index, valid)
        return log_pt * valid

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_log_pt: Tensor) -> tuple[Tensor, None, None, None, None, None]:
        probs, index, valid = ctx.saved_tensors
        grad_log_pt = (grad_log_pt * valid)[:, None]
        grad = (probs * -grad_log_pt).scatter_add_(1, index[:, None], grad_log_pt)
        return grad.to(ctx.dtype), None, None, None, None, None


def _pick(values: Tensor, own: Tensor) -> Tensor:
    """Return the value of each pixel's own class, `(N, 1, H, W)`.

    A compiler would repeat a gather for every class it is compared with; a sum it does once.
    """
    if torch.compiler.is_compiling():
        classes = torch.arange(values.shape[1], dtype=torch.int32, device=values.device)
        return values.where(classes[:, None, None] == own.int(), 0).sum(1, keepdim=True)
    return values.gather(1, own)


def _chunks(logits: Tensor) -> list[tuple[slice, slice]]:
    """Return images and rows that fit in the cache of a CPU together.

    Elsewhere, and where a compiler fuses the steps anyway, everything is one piece.
    """
    batch, num_classes, height, width = logits.shape
    if logits.device.type != "cpu" or torch.compiler.is_compiling():
        return [(slice(None), slice(None))]
    rows = max(1, CHUNK_BYTES // (4 * num_classes * width))
    return [
        (slice(image, image + 1), slice(row, row + rows))
        for image in range(batch)
        for row in range(0, height, rows)
    ]
