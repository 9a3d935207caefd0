"""Two overlapping score distributions, cut at one place; see `trade_off.js`.

Shares are of all pixels. The probability that a score lies above a cut is a table, the same
numbers for Python and the page.
"""

import math
from statistics import NormalDist
from typing import NamedTuple

import torch
from jaxtyping import Float64
from torch import Tensor

from lossstudy.losses import SegmentationLoss

LOW, STEP, CUTS = -1.0, 0.05, 121
"""Lowest cut, the distance to the next, and how many there are."""

_FARTHEST = 3.0
_SHIFTS = round(_FARTHEST / STEP)
TAILS = [NormalDist().cdf(_FARTHEST - LOW - STEP * i) for i in range(CUTS + _SHIFTS)]
"""Probability that a standard normal score lies above a place; the last `CUTS` are those above
the cuts. Distances of up to 3 between the classes find theirs before them."""

SIDE = 10
"""Pixels along the image on which a loss is asked: shares are multiples of its hundredth."""


def settle(risk: Float64[Tensor, " cuts"]) -> int:
    """Return the place of the least risk; of several, which symmetry can make, the lowest cut."""
    return int((risk <= risk.min() + 1e-9).nonzero()[0])


class Outcomes(NamedTuple):
    """What comes of predicting foreground above each cut."""

    share: float
    true_rate: Float64[Tensor, " cuts"]
    """Probability that a foreground pixel lies above."""
    false_rate: Float64[Tensor, " cuts"]
    """The same of a background pixel."""
    posterior: Float64[Tensor, " cuts"]
    """Probability that a pixel whose score is the cut is foreground."""

    @classmethod
    def of(cls, share: float, distance: float) -> "Outcomes":
        """Cut scores of which foreground has a given share, and lies a given distance higher."""
        tails = torch.tensor(TAILS, dtype=torch.float64)
        shift = round(distance / STEP)
        cuts = LOW + STEP * torch.arange(CUTS, dtype=torch.float64)
        odds = distance * cuts - distance**2 / 2 + math.log(share / (1 - share))
        return cls(
            share=share,
            true_rate=tails[_SHIFTS - shift : len(tails) - shift],
            false_rate=tails[_SHIFTS:],
            posterior=odds.sigmoid(),
        )

    @property
    def hit(self) -> Float64[Tensor, " cuts"]:
        """Share of the true positives."""
        return self.share * self.true_rate

    @property
    def missed(self) -> Float64[Tensor, " cuts"]:
        """Share of the false negatives."""
        return self.share * (1 - self.true_rate)

    @property
    def false_positive(self) -> Float64[Tensor, " cuts"]:
        """Share of the false positives."""
        return (1 - self.share) * self.false_rate

    def losses(self, loss: SegmentationLoss) -> Float64[Tensor, " cuts"]:
        """Evaluate a loss that knows a class by its masses at every cut.

        It is asked on an image whose pixels of a class all have the probability with which such
        a pixel lies above the cut, so that the masses of the image are those of the population.
        """
        targets = torch.arange(SIDE * SIDE).lt(round(self.share * SIDE * SIDE)).long()
        rates = torch.stack([self.false_rate, self.true_rate], dim=1).logit()
        margins = rates[:, targets].view(-1, SIDE, SIDE)
        logits = torch.stack([torch.zeros_like(margins), margins], dim=1)
        image = targets.view(1, SIDE, SIDE)
        with torch.inference_mode():
            return torch.stack([loss(one[None], image) for one in logits])
