"""Dice loss, class by class."""

from torch import Tensor

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._overlap import Classes, Per, check_average, dice_loss
from lossstudy.pixels import IGNORE_INDEX, pixel_statistics


class Dice(SegmentationLoss):
    r"""One minus the soft Dice overlap of each class, averaged over classes.

    \[ L = \frac{1}{|K|} \sum_{c \in K} \left( 1 - \frac{2 I_c + s}{P_c + Y_c + s} \right) \]

    with \(I_c = \sum p_c [y=c]\), \(P_c = \sum p_c\), \(Y_c = \sum [y=c]\) over the valid pixels
    of the whole batch and K the classes with \(Y_c > 0\). Unit: none, in [0, 1].

    With \(D_c\) the overlap and \(M_c = P_c + Y_c + s\), the gradient at a valid pixel of
    class y is

    \[ \frac{\partial L}{\partial z_c} = p_c \Big(u_c - \sum_j u_j p_j\Big), \qquad
       u_c = \frac{[c \in K]}{|K|} \cdot \frac{D_c - 2\,[y = c]}{M_c} . \]

    It is divided by the size of the class, which gives a rare class the say of a frequent one,
    and multiplied by p, which leaves a class that is missed with certainty without a gradient.

    After Milletari et al. (2016) and Sudre et al. (2017), with linear rather than squared masses.
    A class that is absent from the batch has no overlap to speak of and is left out
    (`classes="present"`); counted in (`"all"`), its loss is near 1 whatever the network does, and
    its gradient pushes its probability down everywhere. `per="image"` counts each image by itself
    and averages the images: the mean over many small ratios instead of one ratio of sums.

    Other things are called Dice, too. kornia's default flattens the classes of each image into
    one (`combo_micro` with alpha 0 does so for the batch: the imbalance remains), its `macro`
    averages the classes present in each image; MONAI counts all classes of each image;
    segmentation-models-pytorch counts over the batch and sets absent classes to 0, but divides by
    all classes; older mmsegmentation squares the masses.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        smooth: s >= 0, in pixels, added to numerator and denominator.
        classes: `present` or `all`.
        per: `batch` or `image`.

    Example:
        >>> import torch
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> Dice(num_classes=2, smooth=0.0)(logits, targets).item()  # 1 - 2 * 1 / (1 + 2)
        0.3333333134651184
    """

    family = "regions"

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        *,
        smooth: float = 1.0,
        classes: Classes = "present",
        per: Per = "batch",
    ) -> None:
        super().__init__(num_classes, ignore_index)
        check_average(classes, per)
        self.smooth = check_range("smooth", smooth, 0.0)
        self.classes = classes
        self.per = per

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of one minus Dice."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        return dice_loss(stats, self.smooth, self.classes, self.per)
