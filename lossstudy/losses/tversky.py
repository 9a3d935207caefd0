"""Tversky loss: Dice with a weight for false positives and one for false negatives."""

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


class Tversky(SegmentationLoss):
    r"""One minus the soft Tversky index of each class, averaged over classes.

    \[ L = \frac{1}{|K|} \sum_{c \in K} (1 - T_c), \qquad
       T_c = \frac{I_c + s}{I_c + \alpha (P_c - I_c) + \beta (Y_c - I_c) + s} \]

    with \(I_c = \sum p_c [y=c]\), \(P_c = \sum p_c\), \(Y_c = \sum [y=c]\) over the valid pixels
    of the whole batch, so that \(P_c - I_c\) is the mass of the false positives and
    \(Y_c - I_c\) that of the false negatives, and K the classes with \(Y_c > 0\). Unit: none, in
    [0, 1].

    With \(M_c\) the denominator of \(T_c\), the gradient at a valid pixel of class y is

    \[ \frac{\partial L}{\partial z_c} = p_c \Big(u_c - \sum_j u_j p_j\Big), \qquad
       u_c = \frac{[c \in K]}{|K|} \cdot
             \frac{\alpha T_c - [y = c]\,\big(1 - (1 - \alpha - \beta) T_c\big)}{M_c} . \]

    Salehi et al. (2017), for one foreground; the weights with the best result there are the
    defaults. With beta above alpha a missed pixel costs more than a false one, which trades
    precision for recall. With softmax the trade is between classes: what one misses is a false
    positive of another.

    alpha = beta = 1/2 is `Dice` with twice the smoothing, alpha = beta = 1 is `Jaccard`.
    `classes` and `per` are those of `Dice`.

    segmentation-models-pytorch divides the sum over present classes by the number of all; MONAI
    counts every class of each image, kornia 0.9 the present classes of each image. Over all
    classes flattened into one, as in earlier releases of kornia, softmax makes the two errors
    equal and only alpha + beta has an effect.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        alpha: Weight of false positives, at least 0.
        beta: Weight of false negatives, at least 0.
        smooth: s >= 0, in pixels, added to numerator and denominator.
        classes: `present` or `all`.
        per: `batch` or `image`.

    Example:
        >>> import torch
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> loss = Tversky(num_classes=2, smooth=0.0)
        >>> round(loss(logits, targets).item(), 4)  # 1 - 1 / (1 + 0.3 * 0 + 0.7 * 1)
        0.4118
    """

    family = "regions"

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        *,
        alpha: float = 0.3,
        beta: float = 0.7,
        smooth: float = 1.0,
        classes: Classes = "present",
        per: Per = "batch",
    ) -> None:
        super().__init__(num_classes, ignore_index)
        check_average(classes, per)
        self.alpha = check_range("alpha", alpha, 0.0)
        self.beta = check_range("beta", beta, 0.0)
        self.smooth = check_range("smooth", smooth, 0.0)
        self.classes = classes
        self.per = per

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of one minus the Tversky index."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        sums = masses(stats, self.per)
        index = tversky_index(*sums, alpha=self.alpha, beta=self.beta, smooth=self.smooth)
        return average(1 - index, sums[2], self.classes)
