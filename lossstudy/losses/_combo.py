"""What the two readings of combo loss share: cross entropy plus a Dice term."""

from jaxtyping import Float
from torch import Tensor

from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.pixels import IGNORE_INDEX, PixelStatistics, masked_mean, pixel_statistics


class CrossEntropyAndDice(SegmentationLoss):
    """Alpha times cross entropy plus (1 - alpha) times the Dice term of a subclass."""

    family = "sums"

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
        """Return the weighted sum."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        cross_entropy = -masked_mean(stats.log_pt, stats.valid)
        return self.alpha * cross_entropy + (1 - self.alpha) * self.dice_term(stats)

    def dice_term(self, stats: PixelStatistics) -> Float[Tensor, ""]:
        """Return one minus the Dice overlap of a batch."""
        raise NotImplementedError
