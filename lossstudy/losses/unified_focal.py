"""Unified focal loss: focal loss for the pixels, focal Tversky loss for the classes."""

import torch
from torch import Tensor

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._overlap import average, focused, masses, tversky_index
from lossstudy.pixels import IGNORE_INDEX, masked_mean, pixel_statistics


class UnifiedFocal(SegmentationLoss):
    r"""A weighted sum of focal and focal Tversky loss with their parameters tied together.

    \[ L = \lambda\, \delta\, \frac{1}{|V|} \sum_{n \in V} -(1 - p_t(n))^\gamma \log p_t(n)
         + (1 - \lambda) \frac{1}{|K|} \sum_{c \in K} (1 - T_c)^{1 - \gamma} \]

    with V the valid pixels and \(T_c\) the Tversky index of `Tversky` for
    \(\alpha = 1 - \delta\), \(\beta = \delta\) and s = 0: one \(\delta\) in place of three
    weights, one \(\gamma\) that plays down easy pixels and raises classes that are nearly right.

    At a pixel of class y, with \(p = p_y\) and \(M_c\) the denominator of \(T_c\), the gradient is

    \[ \frac{\partial L}{\partial z_c} = g\,(p_c - [y = c])
         + p_c \Big(u_c - \sum_j u_j p_j\Big), \]
    \[ g = \frac{\lambda \delta}{|V|} (1 - p)^{\gamma - 1} \big(1 - p - \gamma\, p \log p\big),
       \qquad
       u_c = \frac{[c \in K]}{|K|} \cdot \frac{(1 - \lambda)(1 - \gamma)}{(1 - T_c)^\gamma} \cdot
             \frac{(1 - \delta) T_c - [y = c]}{M_c} . \]

    Yeung et al. (2022) give a symmetric form, this one, and an asymmetric one, which spares a rare
    class the first factor and a background class the second. The asymmetric form needs to be told
    which class is which; street scenes have no background and more than one rare class, so there
    is no agreed reading of it for them. The authors' code, for two classes, weighs the pixels of
    one by \(\delta\) and of the other by \(1 - \delta\); without a background all weigh
    \(\delta\). It puts \(\gamma\) where it stands here and lambda before the other term; the
    paper's symmetric equations exchange \(\gamma\) and \(1 - \gamma\). At the published 0.5 for
    both, neither makes a difference.

    MONAI's `AsymmetricUnifiedFocalLoss` is for two classes and takes probabilities.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        lam: \(\lambda\), share of the focal term, in [0, 1].
        delta: \(\delta\), weight of false negatives against false positives, in [0, 1].
        gamma: \(\gamma\) in [0, 1]; 0 is cross entropy and Tversky, 1 holds the second term fixed.

    Example:
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> loss = UnifiedFocal(num_classes=2)  # 0.3 * 0.5**0.5 * log 2 + 0.5 * (0.6 / 1.6)**0.5
        >>> round(loss(logits, targets).item(), 4)
        0.4532
    """

    family = "sums"

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        *,
        lam: float = 0.5,
        delta: float = 0.6,
        gamma: float = 0.5,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.lam = check_range("lam", lam, 0.0, 1.0)
        self.delta = check_range("delta", delta, 0.0, 1.0)
        self.gamma = check_range("gamma", gamma, 0.0, 1.0)

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the weighted sum of the focal and the focal Tversky term."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        weight = focused(-torch.expm1(stats.log_pt), self.gamma)
        pixels = -masked_mean(weight * stats.log_pt, stats.valid)
        sums = masses(stats, "batch")
        index = tversky_index(*sums, alpha=1 - self.delta, beta=self.delta, smooth=0.0)
        regions = average(focused(1 - index, 1 - self.gamma), sums[2], "present")
        return self.lam * self.delta * pixels + (1 - self.lam) * regions
