"""Soft Jaccard loss: one minus intersection over union, class by class."""

from torch import Tensor

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._overlap import (
    Classes,
    Per,
    average,
    check_average,
    masses,
    tversky_index,
)
from lossstudy.pixels import IGNORE_INDEX, pixel_statistics


class Jaccard(SegmentationLoss):
    r"""One minus the soft intersection over union of each class, averaged over classes.

    \[ L = \frac{1}{|K|} \sum_{c \in K} (1 - J_c), \qquad
       J_c = \frac{I_c + s}{P_c + Y_c - I_c + s} \]

    with \(I_c = \sum p_c [y=c]\), \(P_c = \sum p_c\), \(Y_c = \sum [y=c]\) over the valid pixels
    of the whole batch and K the classes with \(Y_c > 0\). Unit: none, in [0, 1].

    With \(U_c\) the denominator of \(J_c\), the gradient at a valid pixel of class y is

    \[ \frac{\partial L}{\partial z_c} = p_c \Big(u_c - \sum_j u_j p_j\Big), \qquad
       u_c = \frac{[c \in K]}{|K|} \cdot \frac{J_c - [y = c]\,(1 + J_c)}{U_c} . \]

    After Rahman and Wang (2016). It is the measure the study reports, made smooth, and yet not
    that measure: it is taken over a batch and over probabilities. For predictions of 0 and 1,
    J = D / (2 - D) of the Dice overlap D, so that both losses prefer the same of two masks of one
    class; the means over classes differ. `classes` and `per` are those of `Dice`.

    segmentation-models-pytorch divides the sum over present classes by the number of all; MONAI
    (`DiceLoss` with `jaccard=True`) counts every class of each image.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        smooth: s >= 0, in pixels, added to numerator and denominator.
        classes: `present` or `all`.
        per: `batch` or `image`.

    Example:
        >>> import torch
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> Jaccard(num_classes=2, smooth=0.0)(logits, targets).item()  # 1 - 1 / (1 + 2 - 1)
        0.5
    """

    family = "regions"

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        *,
        smooth: float = 1.0,
        classes: Classes = "present",
        per: Per = "batch",
    ) -> None:
        super().__init__(num_classes, ignore_index)
        check_average(classes, per)
        self.smooth = check_range("smooth", smooth, 0.0)
        self.classes = classes
        self.per = per

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of one minus soft intersection over union."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        sums = masses(stats, self.per)
        index = tversky_index(*sums, alpha=1.0, beta=1.0, smooth=self.smooth)
        return average(1 - index, sums[2], self.classes)
