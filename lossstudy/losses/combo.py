"""Combo loss: a weighted sum of cross entropy and Dice, class by class."""

from torch import Tensor

from lossstudy.losses._combo import CrossEntropyAndDice
from lossstudy.losses._overlap import dice_loss
from lossstudy.pixels import PixelStatistics


class Combo(CrossEntropyAndDice):
    r"""Cross entropy for the pixels, macro Dice for the classes.

    \[ L = \alpha L_{CE} + (1 - \alpha) L_{Dice} \]

    with `CrossEntropy` and `Dice` (mean over the classes present in the batch) as defined in this
    package. With V the valid pixels, K the classes present, \(D_c\) the Dice overlap and
    \(M_c = P_c + Y_c + s\) its denominator, the gradient at a valid pixel of class y is

    \[ \frac{\partial L}{\partial z_c} = \frac{\alpha}{|V|} (p_c - [y = c])
         + (1 - \alpha)\, p_c \Big(u_c - \sum_j u_j p_j\Big), \qquad
       u_c = \frac{[c \in K]}{|K|} \cdot \frac{D_c - 2\,[y = c]}{M_c} . \]

    Where a class is missed with certainty, the second term vanishes and the first does not.

    After Taghanaki et al. (2019), who state it for one foreground with a sigmoid and a
    second weight beta inside the binary cross entropy; at their default beta = 0.5 false
    positives and false negatives weigh the same, as they do in softmax cross entropy. The paper
    gives neither weights nor the way Dice is averaged over classes, and the latter decides the
    result: see `ComboMicro` for the other reading.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        alpha: Share of cross entropy, in [0, 1]; 1 is cross entropy, 0 is Dice.
        smooth: s >= 0 of the Dice term, in pixels.

    Example:
        >>> import torch
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> round(Combo(num_classes=2, smooth=0.0)(logits, targets).item(), 4)
        0.5132
    """

    def dice_term(self, stats: PixelStatistics) -> Tensor:
        """Return macro Dice loss over the classes present in the batch."""
        return dice_loss(stats, self.smooth, "present", "batch")
