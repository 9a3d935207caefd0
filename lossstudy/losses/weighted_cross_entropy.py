"""Cross entropy with a weight for each class."""

from collections.abc import Sequence

from torch import Tensor

from lossstudy.counts import ClassCounts
from lossstudy.losses._base import SegmentationLoss
from lossstudy.losses._class_weights import BETA, class_weights
from lossstudy.losses._overlap import EPS
from lossstudy.pixels import IGNORE_INDEX, log_target_probability


class WeightedCrossEntropy(SegmentationLoss):
    r"""Cross entropy in which a pixel weighs as much as its class says.

    \[ L = -\frac{\sum_{n \in V} w_{y_n} \log p_t(n)}{\sum_{n \in V} w_{y_n}} \]

    the weighted mean, as in `torch.nn.functional.cross_entropy` with `weight`. With
    \(\bar w = w_y / \sum w\), its gradient at a pixel is

    \[ \frac{\partial L}{\partial z_c} = \bar w\,(p_c - [y = c]) , \]

    cross entropy's, with another share of the whole. The weights, \(n_c\) pixels and \(m_c\)
    images of class c in the training set:

    - `inverse`: \(1 / n_c\). Every class gets the same say, whatever its size, and the rarest
      pixel of the set the loudest voice.
    - `median`: \(\mathrm{median}(f) / f_c\), with \(f_c\) the share of c in the images that
      contain it (Eigen and Fergus 2015).
    - `enet`: \(1 / \ln(1.02 + n_c / n)\), bounded (Paszke et al. 2016).
    - `effective`: \((1 - \beta) / (1 - \beta^{m_c})\), the effective number of samples (Cui et
      al. 2019). Over images: over pixels every class has so many that all weights are equal.
    - numbers, one a class: taken as they are.

    segmentation-models-pytorch leaves class weights to torch, as here; mmsegmentation divides the
    weighted sum by the number of pixels instead, so that its weights also move the learning rate.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        counts: Class counts of the training set; not needed for weights given as numbers.
        class_weight: A scheme above, or numbers separated by commas.
        beta: Of `effective`, in (0, 1).

    Example:
        >>> import torch
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.tensor([[[0, 1]]])
        >>> logits[0, 0, 0, 0] = 2.0
        >>> loss = WeightedCrossEntropy(2, class_weight=[3.0, 1.0])
        >>> round(loss(logits, targets).item(), 4)  # (3 * 0.1269 + 1 * 0.6931) / 4
        0.2685
    """

    family = "pixels"
    weight: Tensor

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        counts: ClassCounts | None = None,
        *,
        class_weight: str | Sequence[float] = "median",
        beta: float = BETA,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.class_weight = class_weight
        self.beta = beta
        self.register_buffer("weight", class_weights(class_weight, num_classes, counts, beta))

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the weighted mean of -log p_t."""
        log_pt, valid = log_target_probability(logits, targets, self.ignore_index)
        weight = self.weight.to(log_pt.dtype)[targets.where(valid, 0).long()] * valid
        return -(weight * log_pt).sum() / weight.sum().clamp(min=EPS)
