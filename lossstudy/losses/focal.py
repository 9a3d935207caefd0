"""Focal loss, with the paper's lambda."""

from collections.abc import Sequence

import torch
from torch import Tensor

from lossstudy.counts import ClassCounts
from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._class_weights import UNIFORM, class_weights
from lossstudy.pixels import IGNORE_INDEX, log_target_probability, masked_mean


class Focal(SegmentationLoss):
    r"""Cross entropy weighted down where the prediction is already sure.

    \[ L = -\frac{1}{|V|} \sum_{n \in V} \alpha_{y_n} (\lambda - p_t(n))^\gamma \log p_t(n) \]

    Equation (1) of Khan and Khan (2021), printed there without the power sign; the text makes
    plain that \(\gamma\) is an exponent. \(\gamma = 0\) is cross entropy; \(\lambda = 1\) is the
    focal loss of Lin et al. (2017), equation (4), with softmax in place of the sigmoid;
    \(\lambda = 2\) is the variant the paper reports from its reference [9], whose weight never
    falls below 1, so that it raises hard pixels where \(\lambda = 1\) lowers easy ones.

    The gradient at a valid pixel of class y, with \(g = \lambda - p_t\), is

    \[ \frac{\partial L}{\partial z_c} = \frac{\alpha_y}{|V|}
       \left( g^\gamma - \gamma\, p_t\, g^{\gamma - 1} \log p_t \right) (p_c - [y = c]) . \]

    The mean divides by the number of valid pixels, as cross entropy does, also where classes are
    weighted: \(\alpha\) is a factor of a pixel's loss, as in the paper of Lin et al., and not the
    weight of a mean, as in `weighted_cross_entropy`. kornia divides by pixels
    times classes, MONAI too unless it is told what to ignore; one-against-rest sigmoid terms are
    added by segmentation-models-pytorch and mmsegmentation, and torchvision has no others. The
    one alpha of MONAI and kornia gives 1 - alpha to the first class and alpha to all others.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        counts: Class counts of the training set; only a scheme of weights needs them.
        gamma: \(\gamma \ge 0\), how strongly easy pixels lose weight. The paper runs 2.
        lam: \(\lambda \ge 1\), the offset; 1 is the published focal loss.
        class_weight: \(\alpha\), `uniform` for 1, a scheme of `weighted_cross_entropy`, or
            numbers separated by commas.

    Example:
        >>> logits, targets = torch.zeros(1, 4, 1, 1), torch.zeros(1, 1, 1, dtype=torch.long)
        >>> Focal(num_classes=4, gamma=2.0)(logits, targets).item()  # 0.75 ** 2 * log 4
        0.7797905802726746
    """

    family = "pixels"
    alpha: Tensor

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        counts: ClassCounts | None = None,
        *,
        gamma: float = 2.0,
        lam: float = 1.0,
        class_weight: str | Sequence[float] = UNIFORM,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.class_weight = class_weight
        self.register_buffer("alpha", class_weights(class_weight, num_classes, counts))
        self.gamma = check_range("gamma", gamma, 0.0)
        self.lam = check_range("lam", lam, 1.0)

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of -alpha (lambda - p_t)^gamma log p_t."""
        log_pt, valid = log_target_probability(logits, targets, self.ignore_index)
        # expm1 keeps 1 - p_t exact near p_t = 1; the clamp keeps the slope of the power finite
        # there for gamma below 1.
        gap = (self.lam - 1.0) - torch.expm1(log_pt)
        weight = gap.clamp(min=torch.finfo(gap.dtype).eps ** 2).pow(self.gamma)
        if self.class_weight != UNIFORM:
            weight = weight * self.alpha.to(weight.dtype)[targets.where(valid, 0).long()]
        return -masked_mean(weight * log_pt, valid)
