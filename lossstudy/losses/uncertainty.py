"""Cross entropy and Dice with weights that are learned beside the network."""

import torch
from torch import Tensor, nn

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._overlap import dice_loss
from lossstudy.pixels import IGNORE_INDEX, masked_mean, pixel_statistics


class Uncertainty(SegmentationLoss):
    r"""Cross entropy and Dice, each divided by a variance that is learned.

    \[ L = \frac{L_{CE}}{2 e^{s_1}} + \frac{s_1}{2} + \frac{L_{Dice}}{2 e^{s_2}} + \frac{s_2}{2} \]

    with `CrossEntropy` and `Dice` (mean over the classes present in the batch) as defined in this
    package and two parameters \(s_i = \log \sigma_i^2\) that start at 0 and are trained beside the
    network's. The gradient with respect to the logits is the sum of those of the two losses,
    times \(e^{-s_1} / 2\) and \(e^{-s_2} / 2\); with respect to the parameters it is
    \(\partial L / \partial s_i = (1 - L_i e^{-s_i}) / 2\).

    After Kendall et al. (2018), who derive it for several tasks and weigh the cross entropy of
    classification by \(1 / \sigma^2\) without the 2; this is the form with one rule for both
    terms, as LibMTL has it.

    What drifts: s is at rest where \(e^{s_i} = L_i\), and there the loss is
    \(\frac{1}{2} \sum_i (1 + \log L_i)\). Its value may fall below 0, and a term that can be
    brought near 0, as Dice can, gets a weight without limit, \(1 / (2 L_i)\). How far it gets is
    decided by the learning rate of s, and weight decay on s would pull the weights back to 1/2.

    A batch without a valid pixel says nothing about the variances either: it gives 0.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        smooth: s >= 0 of the Dice term, in pixels.

    Example:
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> loss = Uncertainty(num_classes=2, smooth=0.0)
        >>> round(loss(logits, targets).item(), 4)  # (log 2 + 1 / 3) / 2
        0.5132
    """

    family = "sums"

    def __init__(
        self, num_classes: int, ignore_index: int = IGNORE_INDEX, *, smooth: float = 1.0
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.smooth = check_range("smooth", smooth, 0.0)
        self.log_variance = nn.Parameter(torch.zeros(2))
        """Logarithms of the variances of cross entropy and of Dice."""

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the sum of both terms, weighted by the learned variances."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        cross_entropy = -masked_mean(stats.log_pt, stats.valid)
        dice = dice_loss(stats, self.smooth, "present", "batch")
        terms = torch.stack([cross_entropy, dice])
        penalty = self.log_variance * stats.valid.any()
        return (terms * torch.exp(-self.log_variance) + penalty).sum() / 2
