"""Combo loss with Dice over all classes flattened together."""

from torch import Tensor

from lossstudy.losses._combo import CrossEntropyAndDice
from lossstudy.losses._overlap import EPS
from lossstudy.pixels import PixelStatistics


class ComboMicro(CrossEntropyAndDice):
    r"""Cross entropy plus Dice of the flattened one-hot map, as the combo authors' code flattens.

    \[ L = \alpha L_{CE}
         + (1 - \alpha) \left( 1 - \frac{2 \sum_c I_c + s}{\sum_c (P_c + Y_c) + s} \right) \]

    With softmax both masses of the denominator equal the number of valid pixels, so for s = 0 the
    Dice term is exactly \(1 - \text{mean}(p_t)\), the mean absolute error: it balances nothing
    between classes. With V the valid pixels, the gradient at one of class y is

    \[ \frac{\partial L}{\partial z_c} = \left( \frac{\alpha}{|V|}
         + (1 - \alpha) \frac{2 p_y}{2 |V| + s} \right) (p_c - [y = c]) , \]

    that of cross entropy with a weight that grows with the probability of the pixel's own class,
    so that hard pixels lose.

    It is in the study because "combo loss" names both this and `Combo`.

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

    def dice_term(self, stats: PixelStatistics) -> Tensor:
        """Return Dice loss of all classes counted as one."""
        mass = (stats.predicted.sum() + stats.target.sum() + self.smooth).clamp(min=EPS)
        # The gap of numerator and denominator, not one minus their ratio: 0, not 1, when the
        # batch holds no valid pixel and s = 0.
        gap = stats.predicted.sum() + stats.target.sum() - 2 * stats.intersection.sum()
        return gap / mass
