"""Combo loss with Dice over all classes flattened together."""

from torch import Tensor

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._overlap import EPS
from lossstudy.pixels import IGNORE_INDEX, masked_mean, pixel_statistics


class ComboMicro(SegmentationLoss):
    r"""Cross entropy plus Dice of the flattened one-hot map, as the combo authors' code flattens.

    \[ L = \alpha L_{CE}
         + (1 - \alpha) \left( 1 - \frac{2 \sum_c I_c + s}{\sum_c (P_c + Y_c) + s} \right) \]

    With softmax both masses of the denominator equal the number of valid pixels, so for s = 0 the
    Dice term is exactly \(1 - \text{mean}(p_t)\), the mean absolute error: it balances nothing
    between classes. It is in the study because "combo loss" names both this and `Combo`.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        alpha: Share of cross entropy, in [0, 1].
        smooth: s >= 0 of the Dice term, in pixels.

    Example:
        >>> import torch
        >>> logits, targets = torch.zeros(1, 4, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> ComboMicro(num_classes=4, alpha=0.0, smooth=0.0)(logits, targets).item()
        0.75
    """

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        *,
        alpha: float = 0.5,
        smooth: float = 1.0,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.alpha = check_range("alpha", alpha, 0.0, 1.0)
        self.smooth = check_range("smooth", smooth, 0.0)

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return alpha times cross entropy plus (1 - alpha) times micro Dice."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        cross_entropy = -masked_mean(stats.log_pt, stats.valid)
        mass = (stats.predicted.sum() + stats.target.sum() + self.smooth).clamp(min=EPS)
        # The gap of numerator and denominator, not one minus their ratio: 0, not 1, when the
        # batch holds no valid pixel and s = 0.
        gap = stats.predicted.sum() + stats.target.sum() - 2 * stats.intersection.sum()
        return self.alpha * cross_entropy + (1 - self.alpha) * gap / mass
