"""A decision rule fitted after training: the control that could make a loss unnecessary."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

MAX_ITERATIONS = 20
DAMPING = 0.5
"""Share of the old intersections and unions kept in an iteration; undamped, it oscillates."""


@dataclass(frozen=True)
class DecisionRule:
    r"""Predict the class with the largest \(a_c p_c + b_c\) instead of the largest \(p_c\).

    With intersection \(I_c\), union \(U_c\) and \(J_c = I_c / U_c\) of a dataset, a rule that
    maximises mean IoU satisfies (no other class for one pixel raises \(\sum_c J_c\) more)

    \[ h(x) = \arg\max_c \frac{(1 + J_c)\, p_c(x) - J_c}{U_c} , \]

    so that a rare class wins from about \(p_c > J_c / (1 + J_c)\) on, against one of far larger
    union, earlier than argmax lets it: the threshold that Lipton et al. (2014) derive for F1.
    Probabilities are those of any trained network; nothing is trained.

    Attributes:
        gain: a, one number a class.
        offset: b, one number a class.
    """

    gain: Float[Tensor, " num_classes"]
    offset: Float[Tensor, " num_classes"]

    def __call__(self, probs: Tensor) -> Tensor:
        """Return the class of each pixel, `(N, ...)`, from probabilities `(N, C, ...)`."""
        shape = (1, -1, *[1] * (probs.ndim - 2))
        gain, offset = self.gain.to(probs.device), self.offset.to(probs.device)
        return (gain.view(shape) * probs + offset.view(shape)).argmax(1)

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as JSON values, for a run record."""
        return {"gain": self.gain.tolist(), "offset": self.offset.tolist()}


def fit_decision_rule(
    probs: Float[Tensor, "pixels num_classes"], targets: Int[Tensor, " pixels"]
) -> DecisionRule:
    """Fit the rule by repeating it: decide, count, decide by the new counts.

    The iteration starts at argmax, keeps half of the old counts each time, and returns the
    iterate with the best mean IoU on the given pixels, which may be argmax itself.

    Args:
        probs: Softmax probabilities of labelled pixels the network was not trained on.
        targets: Their classes; no ignored pixels among them.

    Returns:
        The rule. A class without a pixel among the targets has the numbers of the class with the
        smallest gain, mostly the largest one: it is predicted where it is likelier than that.
    """
    num_classes = probs.shape[1]
    present = torch.bincount(targets, minlength=num_classes) > 0
    rule = DecisionRule(torch.ones(num_classes), torch.zeros(num_classes))
    best, best_mean = rule, -1.0
    counts: Tensor | None = None
    for _ in range(MAX_ITERATIONS):
        new = _intersection_and_union(rule(probs), targets, num_classes)
        mean = float((new[0] / new[1].clamp(min=1))[present].mean())
        if mean > best_mean:
            best, best_mean = rule, mean
        counts = new if counts is None else DAMPING * counts + (1 - DAMPING) * new
        intersection, union = counts[0], counts[1].clamp(min=1)
        iou = intersection / union
        # In units of the mean union, so that numbers are near 1; argmax does not mind.
        scale = union[present].mean() / union
        gain, offset = (1 + iou) * scale, -iou * scale
        smallest = torch.where(present, gain, torch.inf).argmin()
        gain[~present], offset[~present] = gain[smallest], offset[smallest]
        rule = DecisionRule(gain.float(), offset.float())
    return best


def _intersection_and_union(preds: Tensor, targets: Tensor, num_classes: int) -> Tensor:
    """Return intersection and union per class, two rows."""
    intersection = torch.bincount(targets[preds == targets], minlength=num_classes)
    areas = torch.bincount(preds, minlength=num_classes) + torch.bincount(
        targets, minlength=num_classes
    )
    return torch.stack([intersection, areas - intersection]).double()
