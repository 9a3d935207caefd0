"""Whether a network is right as often as it is sure: reliability and calibration error."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy.typing import NDArray
from torch import Tensor

NUM_BINS = 15
"""Bins of equal width on [0, 1], as in Guo et al. (2017)."""


def _empty() -> NDArray[np.float64]:
    return np.zeros((3, NUM_BINS))


@dataclass
class Reliability:
    r"""Confidence against accuracy, pixel by pixel, in bins of confidence.

    The confidence of a pixel is the largest of its softmax probabilities. With the share
    \(s_b\) of the pixels in bin b, their mean confidence and the share that is right,

    \[ \mathrm{ECE} = \sum_b s_b\, | \mathrm{accuracy}_b - \mathrm{confidence}_b | . \]

    Guo et al. (2017), equation 3. Unit: probability.

    Attributes:
        sums: Rows: pixels, summed confidence, correct pixels; one column a bin.

    Example:
        >>> reliability = Reliability()
        >>> reliability.add(torch.tensor([0.9, 0.9]), torch.tensor([True, False]))
        >>> round(reliability.error(), 4)  # sure to 0.9, right in a half
        0.4
    """

    sums: NDArray[np.float64] = field(default_factory=_empty)

    def add(self, confidence: Float[Tensor, " pixels"], correct: Bool[Tensor, " pixels"]) -> None:
        """Count pixels: their confidence in [0, 1], and whether the prediction was right."""
        confidence = confidence.double()
        index = (confidence * NUM_BINS).long().clamp(max=NUM_BINS - 1)
        rows = (torch.ones_like(confidence), confidence, correct.double())
        added = [torch.bincount(index, values, minlength=NUM_BINS) for values in rows]
        self.sums += torch.stack(added).cpu().numpy()

    def error(self) -> float:
        """Return the expected calibration error; NaN without a pixel."""
        pixels, confidence, correct = self.sums
        total = pixels.sum()
        return float(np.abs(correct - confidence).sum() / total) if total else float("nan")

    def to_dict(self) -> dict[str, Any]:
        """Return error and bins as JSON values, for a run record."""
        pixels, confidence, correct = self.sums
        return {
            "ece": self.error(),
            "pixels": pixels.astype(int).tolist(),
            "confidence": confidence.round(2).tolist(),
            "correct": correct.astype(int).tolist(),
        }
