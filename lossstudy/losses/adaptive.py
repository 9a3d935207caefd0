"""The loss the paper asks for and does not build: classes weigh what they still lack."""

from typing import Literal, get_args

import torch
from torch import Tensor
from typing_extensions import override

from lossstudy.counts import ClassCounts
from lossstudy.losses._base import check_choice, check_range
from lossstudy.losses._class_weights import check_counts
from lossstudy.losses._overlap import EPS, masses, tversky_index
from lossstudy.losses._state import StatefulLoss
from lossstudy.pixels import IGNORE_INDEX, PixelStatistics, constant, pixel_statistics

Adapt = Literal["pixels", "regions", "both", "neither"]
Memory = Literal["epoch", "batch", "forever"]
Measure = Literal["iou", "recall"]


class Adaptive(StatefulLoss):
    r"""Cross entropy in which a class weighs what its running IoU lacks, and Jaccard.

    \[ L = \alpha\, \frac{\sum_{n \in V} w_{y_n} (-\log p_t(n))}{\sum_{n \in V} w_{y_n}}
         + (1 - \alpha)\, \frac{1}{|K|} \sum_{c \in K} (1 - J_c), \qquad
       w_c = 1 - \bar J_c \]

    with \(J_c\) the soft Jaccard index of the batch as in `Jaccard`, V the valid pixels, K the
    classes with a labelled pixel in the batch, and the running index

    \[ \bar J_c = \frac{\bar I_c}{\bar P_c + \bar Y_c - \bar I_c}, \qquad
       (\bar I, \bar P, \bar Y) \leftarrow \Big(1 - \frac{|V|}{n}\Big)_+ (\bar I, \bar P, \bar Y)
         + (I, P, Y) \]

    of sums that forget at the pace of one epoch: n is the number of labelled pixels in the
    training set. (Steps over crops bring fewer, and the memory is longer than one pass by as
    much.) The weights are held fixed, so that the gradient is that of a weighted sum.

    Why these two: the region term gives every class in the batch the same say, however few its
    pixels, but its gradient carries a factor \(p (1 - p)\) and is gone where a class is missed
    for certain. The pixel term has no such hole, and spends its gradient on the frequent classes.
    The weights move some of it to where the region term is blind: a class never found weighs 1,
    one found whole asks for nothing. Frequency has no say in a weight. A rare class that is easy
    loses its own, a frequent one that is hard keeps it, and a false positive counts as a miss
    does, since IoU sees both. No weight exceeds 1, however rare a class is.

    With every weight 1, as in evaluation mode before the first batch and with `adapt="neither"`
    always, the loss is `CrossEntropyJaccard`, in the shares of Wang et al. (2023). In training
    mode a batch counts before it is weighed.

    Nothing here is set per dataset, as the paper's proposal (section V) demands. `alpha` and
    `power` are constants of the definition, and the other arguments change one ingredient; they
    exist for the ablations.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        counts: Class counts of the training set; read for the number of labelled pixels alone.
        alpha: Share of the pixel term, in [0, 1].
        power: Exponent of the weights, at least 0; 0 takes them away.
        smooth: Pixels added to numerator and denominator of \(J_c\), at least 0.
        adapt: Which terms are weighted: `pixels`, `regions` (the mean over K becomes a weighted
            one), `both` or `neither`.
        memory: What the running sums remember: an `epoch`, the `batch`, or everything (`forever`).
        measure: What a class lacks: `iou`, or `recall`, which does not see false positives.

    Example:
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> loss = Adaptive(num_classes=2, counts=ClassCounts.even(2), smooth=0.0)
        >>> round(loss(logits, targets).item(), 4)  # one class: log 2 / 4 + (1 - 1 / 2) * 3 / 4
        0.5483
        >>> loss.weight().tolist()
        [0.5, 1.0]
    """

    family = "sums"

    sums: Tensor
    """Running I, P and Y, in pixels, `(3, num_classes)`."""

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        counts: ClassCounts | None = None,
        *,
        alpha: float = 0.25,
        power: float = 1.0,
        smooth: float = 1.0,
        adapt: Adapt = "pixels",
        memory: Memory = "epoch",
        measure: Measure = "iou",
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.alpha = check_range("alpha", alpha, 0.0, 1.0)
        self.power = check_range("power", power, 0.0)
        self.smooth = check_range("smooth", smooth, 0.0)
        self.adapt = check_choice("adapt", adapt, get_args(Adapt))
        self.memory = check_choice("memory", memory, get_args(Memory))
        self.measure = check_choice("measure", measure, get_args(Measure))
        self.epoch_pixels = float(check_counts(counts, num_classes, "adaptive").pixels.sum())
        self.register_buffer("sums", torch.zeros(3, num_classes))

    def weight(self) -> Tensor:
        """Return w, one number a class: 1 where nothing is found of it, 0 where all is."""
        lacking = (1 - self.index()).clamp(min=torch.finfo(self.sums.dtype).eps)
        return torch.float_power(lacking, self.power).to(lacking.dtype)

    def index(self) -> Tensor:
        """Return the running index of each class, IoU or recall, 0 before it has been seen."""
        intersection, predicted, target = self.sums.unbind(0)
        whole = target if self.measure == "recall" else predicted + target - intersection
        return intersection / whole.clamp(min=EPS)

    @override
    def reading(self) -> dict[str, list[float]]:
        """Return the weights and the running index, for the record of the run."""
        return {"weight": self.weight().tolist(), "running_iou": self.index().tolist()}

    @override
    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the sum of both weighted terms."""
        stats = pixel_statistics(logits, targets, self.ignore_index)
        sums = torch.cat(masses(stats, "batch"))
        self.learn(sums)
        weight = constant(self.weight().to(sums.dtype))
        even = torch.ones_like(weight)
        pixels = self._pixel_term(stats, targets, weight if self._adapts("pixels") else even)
        regions = self._region_term(sums, weight if self._adapts("regions") else even)
        return self.alpha * pixels + (1 - self.alpha) * regions

    @override
    def update(self, sums: Tensor) -> None:
        """Forget the share of an epoch that a step is, and add the sums of the step."""
        kept = {
            "epoch": (1 - sums[2].sum() / self.epoch_pixels).clamp(min=0),
            "batch": sums.new_zeros(()),
            "forever": sums.new_ones(()),
        }
        self.sums.mul_(kept[self.memory]).add_(sums)

    def _adapts(self, term: str) -> bool:
        return self.adapt in {term, "both"}

    def _pixel_term(self, stats: PixelStatistics, targets: Tensor, weight: Tensor) -> Tensor:
        """Return the weighted mean of -log p_t; 0 without a valid pixel."""
        of_pixel = weight[targets.where(stats.valid, 0).long()] * stats.valid
        return -(of_pixel * stats.log_pt).sum() / of_pixel.sum().clamp(min=EPS)

    def _region_term(self, sums: Tensor, weight: Tensor) -> Tensor:
        """Return the weighted mean of one minus Jaccard over the classes present."""
        index = tversky_index(*sums, alpha=1.0, beta=1.0, smooth=self.smooth)
        of_class = weight * (sums[2] > 0)
        return (of_class * (1 - index)).sum() / of_class.sum().clamp(min=EPS)
