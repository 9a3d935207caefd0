"""Focal Tversky loss: a power of the Tversky loss of each class."""

from torch import Tensor

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._overlap import average, focused, masses, tversky_index
from lossstudy.pixels import IGNORE_INDEX, pixel_statistics


class FocalTversky(SegmentationLoss):
    r"""The root of one minus the Tversky index of each class, averaged over classes.

    \[ L = \frac{1}{|K|} \sum_{c \in K} (1 - T_c)^{1 / \gamma} \]

    with \(T_c\), its denominator \(M_c\) and the classes K as in `Tversky`. The gradient at a
    valid pixel of class y is

    \[ \frac{\partial L}{\partial z_c} = p_c \Big(u_c - \sum_j u_j p_j\Big), \qquad
       u_c = \frac{[c \in K]}{|K|} \cdot \frac{(1 - T_c)^{1 / \gamma - 1}}{\gamma} \cdot
             \frac{\alpha T_c - [y = c]\,\big(1 - (1 - \alpha - \beta) T_c\big)}{M_c} , \]

    that of `Tversky` times a factor that for gamma above 1 is largest for the classes that are
    nearly right: at the published 4/3 it is 3/4 for a class that is entirely missed and passes 1
    where T = 1 - (3/4)^4 = 0.68. The name promises the opposite; gamma below 1 gives what focal
    loss does, more weight to what is hard.

    Abraham and Khan (2019) sum over classes, for which the mean is used here, write the exponent
    as \(1 / \gamma\) with \(\gamma\) in [1, 3], and call alpha what is beta here: both here and
    there, false negatives weigh 0.7 and false positives 0.3. Other code puts \(\gamma\) itself
    into the exponent, where 0.75 is the published value. segmentation-models-pytorch takes the
    power after the mean over classes, which leaves the balance between them as it is.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        alpha: Weight of false positives, at least 0.
        beta: Weight of false negatives, at least 0.
        gamma: The root that is taken, between 0.1 and 10; 1 is `Tversky`.
        smooth: s >= 0, in pixels, added to numerator and denominator.

    Example:
        >>> import torch
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> loss = FocalTversky(num_classes=2, smooth=0.0)
        >>> round(loss(logits, targets).item(), 4)  # (0.7 / 1.7) ** 0.75
        0.514
    """

    family = "regions"

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        *,
        alpha: float = 0.3,
        beta: float = 0.7,
        gamma: float = 4 / 3,
        smooth: float = 1.0,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.alpha = check_range("alpha", alpha, 0.0)
        self.beta = check_range("beta", beta, 0.0)
        self.gamma = check_range("gamma", gamma, 0.1, 10.0)
        self.smooth = check_range("smooth", smooth, 0.0)

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of (1 - T)^(1 / gamma)."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        sums = masses(stats, "batch")
        index = tversky_index(*sums, alpha=self.alpha, beta=self.beta, smooth=self.smooth)
        return average(focused(1 - index, 1 / self.gamma), sums[2], "present")
