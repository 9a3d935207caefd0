"""Generalised Dice: one overlap of all classes, each weighted by its size."""

import torch
from torch import Tensor

from lossstudy.losses._base import SegmentationLoss
from lossstudy.losses._overlap import EPS, masses
from lossstudy.pixels import pixel_statistics


class GeneralizedDice(SegmentationLoss):
    r"""One minus a single Dice overlap, in which classes weigh by one over their squared size.

    \[ L = 1 - \frac{2 \sum_c w_c I_c}{\sum_c w_c (P_c + Y_c)}, \qquad
       w_c = \frac{[Y_c > 0]}{Y_c^2} \]

    with \(I_c = \sum p_c [y=c]\), \(P_c = \sum p_c\), \(Y_c = \sum [y=c]\) over the valid pixels
    of the whole batch. Sudre et al. (2017) state it for a foreground and a background. Unit: none,
    in [0, 1].

    With G the ratio and M its denominator, the gradient at a valid pixel of class y is

    \[ \frac{\partial L}{\partial z_c} = p_c \Big(u_c - \sum_j u_j p_j\Big), \qquad
       u_c = \frac{w_c}{M} \big(G - 2\,[y = c]\big) . \]

    Between the classes it is the square of the size that counts: where one class has three pixels
    and another 300, a pixel of the first weighs 10,000 times one of the second, and the rarest
    class of a batch all but decides the loss. `Dice` divides by the size, not by its square.

    A class that is absent from the batch has no size to weigh by; here it takes no part. MONAI
    gives it the largest weight among the present classes, and counts each image by itself unless
    told otherwise; SegLossOdyssey gives it 1e20, beside which no other class is seen.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.

    Example:
        >>> logits, targets = torch.zeros(1, 2, 1, 3), torch.tensor([[[0, 0, 1]]])
        >>> loss = GeneralizedDice(num_classes=2)
        >>> round(loss(logits, targets).item(), 4)  # 1 - 2 (1 / 4 + 0.5) / (3.5 / 4 + 2.5)
        0.5556
    """

    family = "regions"

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return one minus generalised Dice."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        intersection, predicted, target = masses(stats, "batch")
        weight = torch.where(target > 0, 1 / target.clamp(min=1) ** 2, 0)
        # The gap of the two, not one minus their ratio: 0 where there is no valid pixel.
        gap = weight * (predicted + target - 2 * intersection)
        return gap.sum() / (weight * (predicted + target)).sum().clamp(min=EPS)
