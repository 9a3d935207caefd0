"""Lovász-softmax: the convex extension of the Jaccard loss."""

from torch import Tensor

from lossstudy.losses._base import SegmentationLoss
from lossstudy.losses._lovasz import lovasz_softmax_loss


class LovaszSoftmax(SegmentationLoss):
    r"""The Jaccard loss of each class, extended from sets of wrong pixels to their errors.

    \[ L = \frac{1}{|K|} \sum_{c \in K} \sum_n w_{cn}\, m_{cn}, \qquad
       m_{cn} = \big| [y_n = c] - p_{cn} \big| \]

    over the valid pixels n of the whole batch and the classes K that have one; definition 2 and
    algorithm 1 of Berman et al. (2018). With the pixels in falling order of their error, the
    weight is what a pixel adds to one minus the intersection over union, if it and all before it
    are wrong. For errors of 0 and 1 the loss is one minus the mean intersection over union of the
    batch. Unit: none, in [0, 1].

    The weights do not change until two errors change places, so the gradient at a pixel of
    class y is

    \[ \frac{\partial L}{\partial z_c} = p_c \Big(u_c - \sum_j u_j p_j\Big), \qquad
       u_c = \frac{[c \in K]}{|K|}\, w_c\, (1 - 2\,[y = c]) . \]

    A pixel of a class of G pixels that b other pixels come before weighs 1 / (G + b): the loss
    attends to the worst pixels of each class, and to a rare class as much as to a frequent one.
    The sort makes it the dearest loss here.

    The authors advise it for fine-tuning or beside cross entropy (`CrossEntropyLovasz`).
    segmentation-models-pytorch computes the same; kornia sorts each image by itself and counts
    classes that are absent from it, with their largest probability as their loss.

    Args:
        num_classes: Channels of the logits.
        ignore_index: Target value of ignored pixels.

    Example:
        >>> import torch
        >>> logits, targets = torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long)
        >>> LovaszSoftmax(num_classes=2)(logits, targets).item()  # two errors of 1/2
        0.5
    """

    family = "regions"

    def compute(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean over present classes of the Lovász extension."""
        return lovasz_softmax_loss(logits, targets, self.ignore_index)
