"""Combo loss: a weighted sum of cross entropy and Dice, class by class."""

from torch import Tensor

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._overlap import macro_dice_loss
from lossstudy.pixels import IGNORE_INDEX, masked_mean, pixel_statistics


class Combo(SegmentationLoss):
    r"""Cross entropy for the pixels, macro Dice for the classes.

    \[ L = \alpha L_{CE} + (1 - \alpha) L_{Dice} \]

    with `CrossEntropy` and `Dice` (mean over the classes present in the batch) as defined in this
    package. After Taghanaki et al. (2019), who state it for one foreground with a sigmoid and a
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
        """Return alpha times cross entropy plus (1 - alpha) times macro Dice."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        cross_entropy = -masked_mean(stats.log_pt, stats.valid)
        dice = macro_dice_loss(
            stats.intersection.sum(0), stats.predicted.sum(0), stats.target.sum(0), self.smooth
        )
        return self.alpha * cross_entropy + (1 - self.alpha) * dice
