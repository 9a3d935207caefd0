"""Cross entropy, the baseline of the study."""

from torch import Tensor

from lossstudy.losses._base import SegmentationLoss
from lossstudy.pixels import log_target_probability, masked_mean


class CrossEntropy(SegmentationLoss):
    r"""Mean negative log-probability of the target class over the valid pixels.

    \[ L = -\frac{1}{|V|} \sum_{n \in V} \log p_t(n) \]

    with V the pixels that are not ignored and \(p_t\) the softmax probability of the pixel's own
    class. Unit: nats per pixel. Equal to `torch.nn.functional.cross_entropy` with
    `ignore_index`, except that a batch without a valid pixel gives 0 where torch gives NaN.

    Its gradient at a pixel is \(p - y\), whatever the class: a class with few pixels has little
    say, which is the imbalance the paper sets out from (section III).

    Example:
        >>> import torch
        >>> loss = CrossEntropy(num_classes=4)
        >>> loss(torch.zeros(1, 4, 2, 2), torch.zeros(1, 2, 2, dtype=torch.long)).item()
        1.3862943649291992
    """

    family = "pixels"

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of -log p_t."""
        log_pt, valid = log_target_probability(logits, targets, self.ignore_index)
        return -masked_mean(log_pt, valid)
