r"""Per-pixel and per-class statistics of a batch, the one primitive every loss is a formula of.

With softmax probabilities \(p_{nck}\) (image n, class c, pixel k), targets \(y_{nk}\) and the mask
\(m_{nk}\) of the pixels that are not ignored:

- `log_pt`, \(m_{nk} \log p_{n y_{nk} k}\), one number per pixel;
- `intersection`, \(I_{nc} = \sum_k m_{nk} [y_{nk}=c]\, p_{nck}\);
- `predicted`, \(P_{nc} = \sum_k m_{nk}\, p_{nck}\);
- `target`, \(Y_{nc} = \sum_k m_{nk} [y_{nk}=c]\).

The gradient with respect to the logits z of any function of these, with
\(g = \partial L/\partial \log p_t\), \(a = \partial L/\partial I\) and
\(b = \partial L/\partial P\), is

\[ \frac{\partial L}{\partial z_c} = [y=c](g + a_y p_y) + p_c (b_c - s), \qquad
   s = g + a_y p_y + \sum_j b_j p_j , \]

and zero where ignored. Only the probabilities are kept for it: one array of the size of the
logits, where autograd over the same formulas keeps three or more.
"""

from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float, Integer
from torch import Tensor
from torch.autograd.function import once_differentiable

IGNORE_INDEX = 255


class PixelStatistics(NamedTuple):
    """What a batch says about each pixel and each class; see the module's formulas."""

    log_pt: Float[Tensor, "batch height width"]
    """Log-probability of the target class in nats; 0 where ignored."""
    valid: Bool[Tensor, "batch height width"]
    """False where the target is the ignore index."""
    intersection: Float[Tensor, "batch num_classes"]
    """Predicted mass on the class's own pixels, in pixels."""
    predicted: Float[Tensor, "batch num_classes"]
    """Predicted mass of the class, in pixels."""
    target: Float[Tensor, "batch num_classes"]
    """Labelled pixels of the class."""


def pixel_statistics(
    logits: Float[Tensor, "batch num_classes height width"],
    targets: Integer[Tensor, "batch height width"],
    ignore_index: int = IGNORE_INDEX,
) -> PixelStatistics:
    """Compute `PixelStatistics`, differentiable once with respect to the logits.

    Args:
        logits: Unnormalised scores. Half precision is promoted to float32; float64 stays.
        targets: Class of each pixel, in `0..num_classes-1`, or `ignore_index`.
        ignore_index: Pixels with this target take no part in anything.

    Returns:
        The statistics; gradients flow through `log_pt`, `intersection` and `predicted`.

    Example:
        >>> logits = torch.zeros(1, 4, 1, 2)
        >>> stats = pixel_statistics(logits, torch.tensor([[[3, 255]]]))
        >>> stats.predicted.tolist(), stats.intersection.tolist()
        ([[0.25, 0.25, 0.25, 0.25]], [[0.0, 0.0, 0.0, 0.25]])
    """
    valid = targets != ignore_index
    index = targets.where(valid, 0).long()
    with _full_precision(logits):
        log_pt, intersection, predicted, target = _Statistics.apply(  # type: ignore[no-untyped-call]
            logits, index, valid
        )
    return PixelStatistics(log_pt, valid, intersection, predicted, target)


def log_target_probability(
    logits: Float[Tensor, "batch num_classes height width"],
    targets: Integer[Tensor, "batch height width"],
    ignore_index: int = IGNORE_INDEX,
) -> tuple[Float[Tensor, "batch height width"], Bool[Tensor, "batch height width"]]:
    """Return `log_pt` and `valid` alone, for losses that are a mean over pixels.

    The same numbers as `pixel_statistics`, without the cost of the class sums.
    """
    valid = targets != ignore_index
    index = targets.where(valid, 0).long()
    with _full_precision(logits):
        log_pt = _LogTargetProbability.apply(logits, index, valid)  # type: ignore[no-untyped-call]
    return log_pt, valid


def masked_mean(
    values: Float[Tensor, "*shape"], mask: Bool[Tensor, "*shape"]
) -> Float[Tensor, ""]:
    """Mean of `values` where `mask` holds; 0, with zero gradient, where it holds nowhere.

    `values` must be finite everywhere, also outside the mask.
    """
    return (values * mask).sum() / mask.sum().clamp(min=1)


def constant(values: Tensor) -> Tensor:
    """Return `values` as a number the gradient does not go through: a weight, not a variable.

    Losses that weight pixels by what the network predicts state here what they hold fixed. The
    tests replace this function to check each gradient against differences of the loss with those
    weights held.
    """
    return values.detach()


def _full_precision(logits: Tensor) -> torch.autocast:
    """Switch autocast off, which would lower the class sums to half precision again."""
    return torch.autocast(logits.device.type, enabled=False)


def _promote(logits: Tensor) -> Tensor:
    """Half precision to float32: sums of thousands of pixels overflow or vanish in it."""
    return logits.float() if logits.dtype in {torch.float16, torch.bfloat16} else logits


class _LogTargetProbability(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logits: Tensor, index: Tensor, valid: Tensor) -> Tensor:
        log_probs = _promote(logits).log_softmax(1)
        log_pt = log_probs.gather(1, index[:, None])[:, 0] * valid
        ctx.dtype = logits.dtype
        ctx.save_for_backward(log_probs.exp_(), index, valid)
        return log_pt

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_log_pt: Tensor) -> tuple[Tensor, None, None]:
        probs, index, valid = ctx.saved_tensors
        grad_log_pt = grad_log_pt * valid
        grad = probs * -grad_log_pt[:, None]
        grad.scatter_add_(1, index[:, None], grad_log_pt[:, None])
        return grad.to(ctx.dtype), None, None


class _Statistics(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, logits: Tensor, index: Tensor, valid: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        log_probs = _promote(logits).log_softmax(1)
        log_pt = log_probs.gather(1, index[:, None])[:, 0] * valid
        probs = log_probs.exp_()
        mask = valid.to(probs.dtype)
        pt = log_pt.exp() * mask
        shape = probs.shape[:2]
        intersection = probs.new_zeros(shape).scatter_add_(1, index.flatten(1), pt.flatten(1))
        target = probs.new_zeros(shape).scatter_add_(1, index.flatten(1), mask.flatten(1))
        predicted = torch.einsum("nchw,nhw->nc", probs, mask)
        ctx.dtype = logits.dtype
        ctx.save_for_backward(probs, pt, index, mask)
        ctx.mark_non_differentiable(target)
        return log_pt, intersection, predicted, target

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, grad_log_pt: Tensor, grad_intersection: Tensor, grad_predicted: Tensor, _: Tensor
    ) -> tuple[Tensor, None, None]:
        probs, pt, index, mask = ctx.saved_tensors
        own = grad_intersection.gather(1, index.flatten(1)).view_as(pt)
        own = own.mul_(pt).addcmul_(grad_log_pt, mask)
        with _full_precision(probs):
            shift = torch.einsum("nchw,nc->nhw", probs, grad_predicted).mul_(mask).add_(own)
        grad = torch.addcmul(-shift[:, None], grad_predicted[:, :, None, None], mask[:, None])
        grad.mul_(probs).scatter_add_(1, index[:, None], own[:, None])
        return grad.to(ctx.dtype), None, None
