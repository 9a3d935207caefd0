"""Cross entropy of logits shifted by how frequent their class is."""

import numpy as np
import torch
from torch import Tensor

from lossstudy.counts import ClassCounts
from lossstudy.losses._base import SegmentationLoss, check_range
from lossstudy.losses._class_weights import check_counts
from lossstudy.pixels import IGNORE_INDEX, log_target_probability, masked_mean


class LogitAdjustment(SegmentationLoss):
    r"""Cross entropy in which a frequent class has a head start that it loses at test time.

    \[ L = -\frac{1}{|V|} \sum_{n \in V} \log \tilde p_{y_n}(n), \qquad
       \tilde p = \mathrm{softmax}(z + \tau \log \pi), \qquad \pi_c = \frac{n_c}{\sum_j n_j} \]

    with \(n_c\) the pixels of class c in the training set: Menon et al. (2021), equation (10).
    With \(\tau = 1\) it is the balanced softmax of Ren et al. (2020). The gradient at a valid
    pixel is

    \[ \frac{\partial L}{\partial z_c} = \frac{\tilde p_c - [y = c]}{|V|} . \]

    A network trained so and used without the shift, as here, predicts as if all classes were
    equally frequent: the best there is for the mean recall of the classes, and too much for the
    mean IoU, since a rare class is predicted wherever it is as likely as its small prior, and
    each of its false positives counts against it. \(\tau = 0\) is cross entropy; only ratios of
    frequencies matter, so classes of one frequency are cross entropy as well.

    A class without a pixel in the training set has no logarithm; it counts as having one pixel,
    no more than any that occurs. kornia, MONAI and segmentation-models-pytorch offer no such loss.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.
        counts: Class counts of the training set.
        tau: \(\tau \ge 0\), how much of the frequency is taken out; 1 in the paper's theory.

    Example:
        >>> pixels = np.array([[3, 1]])
        >>> loss = LogitAdjustment(2, counts=ClassCounts.of(pixels))
        >>> logits, targets = torch.zeros(1, 2, 1, 1), torch.ones(1, 1, 1, dtype=torch.long)
        >>> round(loss(logits, targets).item(), 4)  # log 4: its frequency is where it starts
        1.3863
    """

    family = "margins"
    shift: Tensor

    def __init__(
        self,
        num_classes: int,
        ignore_index: int = IGNORE_INDEX,
        counts: ClassCounts | None = None,
        *,
        tau: float = 1.0,
    ) -> None:
        super().__init__(num_classes, ignore_index)
        self.tau = check_range("tau", tau, 0.0)
        pixels = check_counts(counts, num_classes, "logit_adjustment").pixels.clip(min=1)
        shift = torch.from_numpy(tau * np.log(pixels / pixels.sum()))
        self.register_buffer("shift", shift.float()[:, None, None])

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the cross entropy of the shifted logits."""
        adjusted = logits + self.shift
        log_pt, valid = log_target_probability(adjusted, targets, self.ignore_index)
        return -masked_mean(log_pt, valid)
