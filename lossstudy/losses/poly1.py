"""Poly-1, cross entropy with another first term of its series."""

import torch
from torch import Tensor

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.pixels import IGNORE_INDEX, log_target_probability, masked_mean


class Poly1(SegmentationLoss):
    r"""Cross entropy plus a multiple of the probability that is missing.

    \[ L = \frac{1}{|V|} \sum_{n \in V} \left( -\log p_t(n) + \epsilon\,(1 - p_t(n)) \right) \]

    Written as a series, \(-\log p_t = \sum_{j \ge 1} (1 - p_t)^j / j\); Poly-1 of Leng et al.
    (2022) changes the coefficient of its first term from 1 to \(1 + \epsilon\). Unit: nats per
    pixel. The gradient at a valid pixel of class y is

    \[ \frac{\partial L}{\partial z_c} = \frac{1 + \epsilon\,p_t}{|V|}\,(p_c - [y = c]) , \]

    cross entropy's for a pixel that is missed, \(1 + \epsilon\) times as much near \(p_t = 1\):
    a positive \(\epsilon\) goes on pushing pixels that are right already, where focal loss lets
    go of them. \(\epsilon = 0\) is cross entropy. The second term is one minus the mean \(p_t\),
    which is Dice over all classes flattened together (`combo_micro`): \(\epsilon = 1\) is that
    sum of cross entropy and Dice, without its smoothing and times two.

    The paper tunes \(\epsilon\) for each task: 2 for classification on ImageNet, -1 for detection.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        epsilon: \(\epsilon \ge -1\); below, sure and right pixels would be pushed away.

    Example:
        >>> logits, targets = torch.zeros(1, 4, 1, 1), torch.zeros(1, 1, 1, dtype=torch.long)
        >>> round(Poly1(num_classes=4)(logits, targets).item(), 4)  # log 4 + 0.75
        2.1363
    """

    family = "pixels"

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        *,
        epsilon: float = 1.0,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.epsilon = check_range("epsilon", epsilon, -1.0)

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of -log p_t + epsilon (1 - p_t)."""
        log_pt, valid = log_target_probability(logits, targets, self.ignore_index)
        return -masked_mean(log_pt + self.epsilon * torch.expm1(log_pt), valid)
