r"""The Lovász extension of the Jaccard loss: one sort a class.

For a class of G labelled pixels, sort all pixels by their error, 1 - p on the class and p
elsewhere, in falling order. After i pixels of the class and b others, the Jaccard loss of getting
just those wrong is \(1 - (G - i) / (G + b)\). What a pixel adds to it is its weight
(Berman et al. 2018, algorithm 1), which here is taken in closed form:

\[ w = \frac{1}{G + b} \text{ on the class,} \qquad
   w = \frac{G - i}{(G + b - 1)(G + b)} \text{ elsewhere.} \]

The difference of two Jaccard losses near 1, as the published code takes it, keeps few digits of it
in float32. A pixel elsewhere that comes after the last of the class weighs nothing.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@torch.library.custom_op("lossstudy::lovasz_jaccard", mutates_args=())
def lovasz_jaccard(probs: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """Return the loss of each class and its slopes: the losses are differentiable in `probs`.

    This is the version for any device; the CPU has its own below.

    Args:
        probs: `(N, C, H, W)`, float32 or float64.
        index: `(N, H, W)`, the class of each pixel; negative where ignored.

    Returns:
        The losses `(C,)`, 0 for a class without a pixel, and the slopes `(N, C, H, W)` with
        respect to `probs`: the weights, negative on the class's own pixels.
    """
    by_class = probs.transpose(0, 1)
    errors, labels = by_class.flatten(1), index.flatten()
    own = labels == torch.arange(len(errors), device=labels.device)[:, None]
    # Ignored pixels come last, where the weight is 0.
    errors = torch.where(own, 1 - errors, errors).masked_fill_(labels < 0, -1)
    errors, order = errors.sort(1, descending=True)
    own = own.gather(1, order)
    size, hits = own.sum(1, keepdim=True), own.cumsum(1)
    union = size + torch.arange(1, own.shape[1] + 1, device=own.device) - hits
    union = union.to(errors.dtype)
    weights = torch.where(own, 1 / union, (size - hits) / (union * (union - 1)).clamp(min=1))
    slopes = torch.empty_like(errors).scatter_(1, order, torch.where(own, -weights, weights))
    slopes = slopes.view(by_class.shape).transpose(0, 1)
    return (errors * weights).sum(1), slopes.clone(memory_format=torch.contiguous_format)


@lovasz_jaccard.register_kernel("cpu")
def lovasz_jaccard_on_cpu(probs: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    """Return the same with numpy, whose sort is vectorised: ten times as fast as torch's."""
    planes, labels = probs.numpy(), index.numpy().reshape(-1).astype(np.int32)
    unions = np.arange(labels.size + 1, dtype=np.float64)
    steps = (1 / np.maximum(unions * (unions - 1), 1)).astype(planes.dtype)
    losses, slopes = np.zeros(planes.shape[1], planes.dtype), np.zeros(planes.shape, planes.dtype)
    for c in range(len(losses)):
        own = np.flatnonzero(labels == c)
        if own.size:
            losses[c], slope = _one_class(planes[:, c].reshape(-1), own, labels >= 0, steps)
            slopes[:, c] = slope.reshape(index.shape)
    return torch.from_numpy(losses), torch.from_numpy(slopes)


def _one_class(
    p: NDArray[Any], own: NDArray[Any], valid: NDArray[Any], steps: NDArray[Any]
) -> tuple[float, NDArray[Any]]:
    """Return loss and slopes of the class that `own` are the pixels of.

    Args:
        p: Its probability at each pixel.
        own: Where it is labelled, at least one pixel.
        valid: Where any class is.
        steps: 1 / (n (n - 1)) at n, from 2.
    """
    own = own[np.argsort(-p[own])]
    missed = 1 - p[own]  # rising
    elsewhere = valid & (p > missed[0])
    elsewhere[own] = False
    others, wrong = _sort(p, np.flatnonzero(elsewhere))
    size, count = own.size, others.size
    smaller = np.searchsorted(wrong, missed, side="right")  # others that come after each own
    own_weights = 1 / (size + count - smaller)
    # G - i: it rises by one at each own pixel.
    weights = np.repeat(
        np.arange(size + 1, dtype=p.dtype), np.diff(smaller, prepend=0, append=count)
    )
    weights *= steps[size + 1 : size + count + 1][::-1]
    slope = np.zeros_like(p)
    slope[own] = -own_weights
    slope[others] = weights
    return float((own_weights * missed).sum() + (weights * wrong).sum()), slope


def _sort(p: NDArray[Any], where: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the places `where` in the order of rising `p`, and their values."""
    values = p[where]
    if p.dtype != np.float32:
        order = np.argsort(values)
        return where[order], values[order]
    # The bits of numbers that are not negative rise with them: value and place in one integer are
    # sorted in half the time of an argsort and its two look-ups.
    keys = values.view(np.int32).astype(np.int64) << 32 | where
    keys.sort()
    return keys & 0xFFFFFFFF, (keys >> 32).astype(np.int32).view(np.float32)


@lovasz_jaccard.register_fake
def _shapes(probs: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    return probs.new_empty(probs.shape[1]), probs.new_empty(probs.shape)


def _keep_slopes(ctx: Any, inputs: tuple[Tensor, Tensor], output: tuple[Tensor, Tensor]) -> None:
    ctx.mark_non_differentiable(output[1])
    ctx.save_for_backward(output[1])


def _backward(ctx: Any, grad_losses: Tensor, _: Tensor) -> tuple[Tensor, None]:
    (slopes,) = ctx.saved_tensors
    return slopes * grad_losses[:, None, None], None


lovasz_jaccard.register_autograd(_backward, setup_context=_keep_slopes)


def lovasz_softmax_loss(logits: Tensor, targets: Tensor, ignore_index: int) -> Tensor:
    """Return the mean over the classes present of the extension, on softmax probabilities."""
    index = targets.long().masked_fill(targets == ignore_index, -1)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    losses: Tensor = lovasz_jaccard(logits.softmax(1, dtype=dtype), index)[0]
    # Found without waiting for the device; the first place is for the ignored pixels.
    present = index.new_zeros(logits.shape[1] + 1).index_fill_(0, index.flatten() + 1, 1)[1:]
    return losses.sum() / present.sum().clamp(min=1)
