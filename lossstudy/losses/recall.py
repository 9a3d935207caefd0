"""Recall loss: a class weighs as much as the batch misses of it."""

import torch
from torch import Tensor

from lossstudy.losses._base import SegmentationLoss
from lossstudy.pixels import constant, log_target_probability, masked_mean


class Recall(SegmentationLoss):
    r"""Cross entropy with a weight for each class that falls as its recall rises.

    \[ L = -\frac{1}{|V|} \sum_{n \in V} w_{y_n} \log p_t(n), \qquad
       w_c = \frac{\max(FN_c, 1)}{Y_c} \]

    with \(Y_c\) the labelled pixels of class c in the batch and \(FN_c\) those of them in which
    another class has a logit at least as high. Tian et al. (2022), section III: the weight is one
    minus the recall. It is held fixed, so that the gradient at a valid pixel of class y is

    \[ \frac{\partial L}{\partial z_c} = \frac{w_y}{|V|}\,(p_c - [y = c]) . \]

    A class that is missed entirely has weight 1, as in cross entropy; all of a class's weights
    add up to \(FN_c\), so what counts is the number of errors, not of pixels. A class does not
    know what it takes from others: false positives have no weight of their own.

    The floor of one error is that of the authors' code, without which a class found whole would
    be let go of entirely. That code also indexes the weights with the ignore value 255, past the
    end of 19 classes, and counts ignored pixels among those of class 1; its focal baseline
    applies the focal factor to the mean cross entropy of the batch rather than to each pixel.
    Neither is repeated here.

    Example:
        >>> logits = torch.tensor([[[[2.0, 2.0]], [[0.0, 0.0]]]])
        >>> loss = Recall(num_classes=2)
        >>> # (1/1 * 0.1269 + 1/1 * 2.1269) / 2: each class has one pixel, the floor is one error
        >>> round(loss(logits, torch.tensor([[[0, 1]]])).item(), 4)
        1.1269
    """

    family = "pixels"

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean of -w log p_t."""
        log_pt, valid = log_target_probability(logits, targets, self.ignore_index)
        index = targets.where(valid, 0).long()
        weight = constant(self._class_weight(logits.detach(), index, valid, log_pt.dtype))
        return -masked_mean(weight[index] * log_pt, valid)

    def _class_weight(
        self, logits: Tensor, index: Tensor, valid: Tensor, dtype: torch.dtype
    ) -> Tensor:
        """Return w, one number a class."""
        own = logits.gather(1, index[:, None])
        # The own class always reaches its own logit; where a second one does, the pixel is missed.
        # The short integer is faster, but keeps a compiler from vectorising the loop it is in.
        integer = torch.int32 if torch.compiler.is_compiling() else torch.int16
        missed = (logits >= own).sum(1, dtype=integer) > 1
        zeros = torch.zeros(self.num_classes, dtype=torch.long, device=index.device)
        labelled = zeros.scatter_add(0, index.flatten(), valid.flatten().long())
        errors = zeros.scatter_add(0, index.flatten(), (missed & valid).flatten().long())
        return errors.clamp(min=1).to(dtype) / labelled.clamp(min=1)
