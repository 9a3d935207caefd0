"""Cross entropy against targets that are not quite sure."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.pixels import IGNORE_INDEX, masked_mean


class LabelSmoothing(SegmentationLoss):
    r"""Cross entropy in which each class gets a small share of every target.

    \[ L = -\frac{1}{|V|} \sum_{n \in V} \sum_c q_c(n) \log p_c(n), \qquad
       q_c = (1 - s)\,[y = c] + \frac{s}{C} \]

    Szegedy et al. (2016), section 7. Unit: nats per pixel. Since
    \(\log p_c = z_c - \log \sum_j e^{z_j}\), this is cross entropy plus a price on the lead of the
    own class over the mean logit, \(s\,(z_y - \bar z)\). The gradient at a valid pixel is

    \[ \frac{\partial L}{\partial z_c} = \frac{p_c - q_c}{|V|} , \]

    which is zero not at certainty but at \(p = q\): the least loss is the entropy of q, above 0,
    and a prediction that is right with certainty costs more the surer it is.

    Equal to `torch.nn.functional.cross_entropy` with `label_smoothing` and `ignore_index`, except
    that a batch without a valid pixel gives 0. `SoftCrossEntropyLoss` of
    segmentation-models-pytorch spreads the share as here but divides by all pixels, the ignored
    included, so its size depends on how much is ignored.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        smoothing: s in [0, 1], the share spread over all classes, the own one included.

    Example:
        >>> logits, targets = torch.zeros(1, 2, 1, 1), torch.zeros(1, 1, 1, dtype=torch.long)
        >>> logits[0, 0] = 2.0
        >>> loss = LabelSmoothing(num_classes=2)
        >>> round(loss(logits, targets).item(), 4)  # 0.1269 + 0.1 * (2 - 1)
        0.2269
    """

    family = "pixels"

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        *,
        smoothing: float = 0.1,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.smoothing = check_range("smoothing", smoothing, 0.0, 1.0)

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of -log p over the classes, weighted with the smoothed target."""
        valid = targets != self.ignore_index
        index = targets.where(valid, 0).long()
        losses = _SmoothedCrossEntropy.apply(  # type: ignore[no-untyped-call]
            logits, index, valid, self.smoothing
        )
        return masked_mean(losses, valid)


class _SmoothedCrossEntropy(torch.autograd.Function):
    """The loss of each pixel, 0 where ignored; keeps one array of the size of the logits."""

    @staticmethod
    def forward(
        ctx: Any, logits: Tensor, index: Tensor, valid: Tensor, smoothing: float
    ) -> Tensor:
        full = torch.promote_types(logits.dtype, torch.float32)
        log_probs = logits.to(full).log_softmax(1)
        log_pt = log_probs.gather(1, index[:, None])[:, 0]
        losses = torch.lerp(log_pt, log_probs.mean(1), smoothing).neg_() * valid
        ctx.smoothing = smoothing
        ctx.dtype = logits.dtype
        ctx.save_for_backward(log_probs.exp_(), index, valid)
        return losses

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_losses: Tensor) -> tuple[Tensor, None, None, None]:
        probs, index, valid = ctx.saved_tensors
        grad_losses = (grad_losses * valid)[:, None]
        grad = (probs - ctx.smoothing / probs.shape[1]).mul_(grad_losses)
        grad.scatter_add_(1, index[:, None], (ctx.smoothing - 1) * grad_losses)
        return grad.to(ctx.dtype), None, None, None
