"""Cross entropy in which rare classes have to win by a margin."""

import torch
from torch import Tensor
from torch.nn import functional as F

from lossstudy.counts import ClassCounts
from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._class_weights import check_counts
from lossstudy.pixels import IGNORE_INDEX, log_target_probability, masked_mean


class Ldam(SegmentationLoss):
    r"""Label-distribution-aware margins: the own logit counts for less, the rarer its class.

    \[ L = -\frac{1}{|V|} \sum_{n \in V} \log
           \frac{e^{s (z_y - \Delta_y)}}{e^{s (z_y - \Delta_y)} + \sum_{j \ne y} e^{s z_j}},
       \qquad \Delta_c = m \left( \frac{\min_j n_j}{n_c} \right)^{1/4} \]

    with \(n_c\) the pixels of class c in the training set: Cao et al. (2019), section 3.2. The
    fourth root follows from a bound on the balanced error, whose best margins for a sample of
    \(n_c\) examples are \(\propto n_c^{-1/4}\). The rarest class that occurs has margin m; so has
    one that does not occur. With \(\tilde p\) the softmax that includes the margin, the gradient
    at a valid pixel is

    \[ \frac{\partial L}{\partial z_c} = \frac{s}{|V|}\,(\tilde p_c - [y = c]) . \]

    Pixels are counted, not images, since the loss is a mean over pixels; over images a pole, in
    nearly each of them, would have the margin of a road.

    The scale s is 30 in the paper, whose last layer takes the cosine between feature and class,
    so that all logits lie in [-1, 1]. A segmentation network's logits have no such bound: there
    s multiplies the gradient, and the network learns logits s times too small, whose softmax is
    far less sure than its predictions are right. Hence 1 by default, with m in nats.

    m = 0 with s = 1 is cross entropy. Margin calibration (Yu et al. 2022) differs: it derives two
    margins for each class, one for its own pixels and one for all others, from a bound on the
    IoU, and puts them into one-against-rest logistic terms of each logit minus the best of them.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        counts: Class counts of the training set.
        max_margin: m >= 0, the margin of the rarest class, in units of a logit.
        scale: s >= 0, the factor of all logits.

    Example:
        >>> import numpy as np
        >>> loss = Ldam(2, counts=ClassCounts.of(np.array([[160, 10]])))
        >>> loss.margin.tolist()
        [0.25, 0.5]
        >>> logits, targets = torch.zeros(1, 2, 1, 1), torch.ones(1, 1, 1, dtype=torch.long)
        >>> round(loss(logits, targets).item(), 4)  # log(1 + e^0.5)
        0.9741
    """

    family = "margins"
    margin: Tensor

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        counts: ClassCounts | None = None,
        *,
        max_margin: float = 0.5,
        scale: float = 1.0,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.max_margin = check_range("max_margin", max_margin, 0.0)
        self.scale = check_range("scale", scale, 0.0)
        pixels = check_counts(counts, num_classes, "ldam").pixels
        rarest = pixels[pixels > 0].min(initial=pixels.max(initial=1))
        margin = max_margin * (rarest / pixels.clip(min=rarest)) ** 0.25
        self.register_buffer("margin", torch.from_numpy(margin).float())

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the cross entropy with margins."""
        if self.scale != 1.0:
            logits = self.scale * logits.to(torch.promote_types(logits.dtype, torch.float32))
        log_pt, valid = log_target_probability(logits, targets, self.ignore_index)
        margin = self.scale * self.margin.to(log_pt.dtype)[targets.where(valid, 0).long()]
        # The margin divides the odds of the own class by e^margin, and -log of a probability is
        # the softplus of its negative log-odds. The clamp keeps the odds of a sure pixel finite.
        missing = -torch.expm1(log_pt)
        log_odds = log_pt - missing.clamp(min=torch.finfo(log_pt.dtype).eps ** 2).log()
        return masked_mean(F.softplus(margin - log_odds), valid)
