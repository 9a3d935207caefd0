"""Online hard example mining: the mean over the hard pixels alone."""

import math

import torch
from torch import Tensor

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.pixels import IGNORE_INDEX, log_target_probability, masked_mean


class Ohem(SegmentationLoss):
    r"""Cross entropy over the pixels that are not yet right with some certainty.

    \[ L = -\frac{1}{|H|} \sum_{n \in H} \log p_t(n), \qquad
       H = \{ n \in V : p_t(n) \le \max(t, p_{(k)}) \} \]

    with t the threshold, \(p_{(k)}\) the k-th smallest \(p_t\) and \(k = \lceil r |V| \rceil\):
    all pixels up to the threshold, and never fewer than the share r of the valid ones. With H as
    it is, the gradient at one of its pixels is

    \[ \frac{\partial L}{\partial z_c} = \frac{p_c - [y = c]}{|H|} , \]

    and zero at all others. Unlike focal loss, which lets go of a pixel by degrees, a pixel counts
    fully or not at all, and since the mean is over H, few hard pixels weigh as much together as
    many.

    The threshold form is that of Wu et al. (2016, online bootstrapping), used since to train on
    Cityscapes with t = 0.7. Its implementations differ in the least number of pixels: an absolute
    100000 (HRNet, mmsegmentation), a fifth of a crop of 512 x 1024 and all of a small one, or a
    sixteenth of the valid pixels (CoinCheung's BiSeNet). The share is used here since it means
    the same for every size. Ties are kept together, so that the
    order of pixels does not matter; sorting and cutting would choose among them by position.
    t = 1 or r = 1 is cross entropy.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        thresh: t in [0, 1], the probability up to which a pixel is hard.
        min_share: r in [0, 1], the least share of the valid pixels that count. At least one
            pixel always does.

    Example:
        >>> logits = torch.tensor([[[[5.0, 0.0]], [[0.0, 0.0]]]])
        >>> targets = torch.zeros(1, 1, 2, dtype=torch.long)
        >>> round(Ohem(num_classes=2)(logits, targets).item(), 4)  # log 2: the first is easy
        0.6931
    """

    family = "pixels"

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        *,
        thresh: float = 0.7,
        min_share: float = 0.0625,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.thresh = check_range("thresh", thresh, 0.0, 1.0)
        self.min_share = check_range("min_share", min_share, 0.0, 1.0)

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of -log p_t over the hard pixels."""
        log_pt, valid = log_target_probability(logits, targets, self.ignore_index)
        limit = self._kth_smallest(log_pt.detach(), valid)
        if self.thresh > 0:
            limit = limit.clamp(min=math.log(self.thresh))
        return -masked_mean(log_pt, valid & (log_pt <= limit))

    def _kth_smallest(self, log_pt: Tensor, valid: Tensor) -> Tensor:
        """Return the log p_t of the last of the pixels that count in any case."""
        # k depends on the number of valid pixels, which the host does not know without waiting
        # for the device; it does know the largest it can be.
        at_most = max(1, math.ceil(self.min_share * log_pt.numel()))
        hardest = log_pt.masked_fill(~valid, math.inf).flatten().topk(at_most, largest=False)
        k = (self.min_share * valid.sum(dtype=torch.float64)).ceil().long().clamp(1, at_most)
        return hardest.values.gather(0, k[None] - 1)
