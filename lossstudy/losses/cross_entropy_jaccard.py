"""Cross entropy, its classes weighted or not, plus soft Jaccard: the adaptive loss held still."""

from collections.abc import Sequence

from torch import Tensor

from lossstudy.counts import ClassCounts
from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._class_weights import UNIFORM, class_weights
from lossstudy.losses._overlap import EPS, average, masses, tversky_index
from lossstudy.pixels import IGNORE_INDEX, pixel_statistics


class CrossEntropyJaccard(SegmentationLoss):
    r"""Cross entropy for the pixels, soft Jaccard for the classes.

    \[ L = \alpha\, \frac{\sum_{n \in V} w_{y_n} (-\log p_t(n))}{\sum_{n \in V} w_{y_n}}
         + (1 - \alpha)\, \frac{1}{|K|} \sum_{c \in K} (1 - J_c) \]

    with `WeightedCrossEntropy` and `Jaccard`, over the classes K present in the batch, as defined
    in this package. With \(\bar w = w_y / \sum w\) and \(U_c\) the denominator of \(J_c\), the
    gradient at a valid pixel of class y is

    \[ \frac{\partial L}{\partial z_c} = \alpha\, \bar w\, (p_c - [y = c])
         + (1 - \alpha)\, p_c \Big(u_c - \sum_j u_j p_j\Big), \qquad
       u_c = \frac{[c \in K]}{|K|} \cdot \frac{J_c - [y = c]\,(1 + J_c)}{U_c} . \]

    Without weights it is the mixture of Wang et al. (2023), in the shares of their code, and what
    `Adaptive` is while nothing adapts. With weights it is what a user would set by hand in the
    place of the adapting: from how frequent the classes are, or as numbers, such as the weights
    at which an adaptive training ended. The region term is not weighted, since the weights of the
    adaptive loss go to the pixels alone.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        counts: Class counts of the training set; only weights from frequency need them.
        alpha: Share of cross entropy, in [0, 1].
        smooth: Pixels added to numerator and denominator of \(J_c\), at least 0.
        class_weight: `uniform`, a scheme of `WeightedCrossEntropy`, or numbers separated by
            commas, one a class.

    Example:
        >>> import torch
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> loss = CrossEntropyJaccard(num_classes=2, smooth=0.0)
        >>> round(loss(logits, targets).item(), 4)  # one class: log 2 / 4 + (1 - 1 / 2) * 3 / 4
        0.5483
    """

    family = "sums"
    weight: Tensor

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        counts: ClassCounts | None = None,
        *,
        alpha: float = 0.25,
        smooth: float = 1.0,
        class_weight: str | Sequence[float] = UNIFORM,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.alpha = check_range("alpha", alpha, 0.0, 1.0)
        self.smooth = check_range("smooth", smooth, 0.0)
        self.class_weight = class_weight
        self.register_buffer("weight", class_weights(class_weight, num_classes, counts))

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the sum of both terms."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        weight = self.weight.to(stats.log_pt.dtype)[targets.where(stats.valid, 0).long()]
        weight = weight * stats.valid
        pixels = -(weight * stats.log_pt).sum() / weight.sum().clamp(min=EPS)
        sums = masses(stats, "batch")
        index = tversky_index(*sums, alpha=1.0, beta=1.0, smooth=self.smooth)
        regions = average(1 - index, sums[2], "present")
        return self.alpha * pixels + (1 - self.alpha) * regions
