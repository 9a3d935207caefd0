"""Dice loss, macro-averaged over the classes present in the batch."""

from torch import Tensor

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._overlap import macro_dice_loss
from lossstudy.pixels import IGNORE_INDEX, pixel_statistics


class Dice(SegmentationLoss):
    r"""One minus the soft Dice overlap, averaged over the classes in the batch's targets.

    \[ L = \frac{1}{|K|} \sum_{c \in K} \left( 1 - \frac{2 I_c + s}{P_c + Y_c + s} \right) \]

    with \(I_c = \sum p_c [y=c]\), \(P_c = \sum p_c\), \(Y_c = \sum [y=c]\) over the valid pixels
    of the whole batch and K the classes with \(Y_c > 0\). Unit: none, in [0, 1].

    After Milletari et al. (2016) and Sudre et al. (2017), with linear rather than squared masses.
    A class that is absent from the batch has no overlap to speak of and is left out: counted in,
    it would only push its probability down everywhere. Averaging over classes gives a rare class
    the same say as a frequent one, which is what distinguishes this loss from Dice over all
    classes flattened together (`combo_micro`), where the imbalance remains.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        smooth: s >= 0, in pixels, added to numerator and denominator.

    Example:
        >>> import torch
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> Dice(num_classes=2, smooth=0.0)(logits, targets).item()  # 1 - 2 * 1 / (1 + 2)
        0.3333333134651184
    """

    def __init__(
        self, num_classes: int, ignore_index: int = IGNORE_INDEX, *, smooth: float = 1.0
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.smooth = check_range("smooth", smooth, 0.0)

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean over present classes of one minus their Dice."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        return macro_dice_loss(
            stats.intersection.sum(0), stats.predicted.sum(0), stats.target.sum(0), self.smooth
        )
