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

LOW, STEP, CUTS = -3.0, 0.05, 161
"""Lowest cut, the distance to the next, and how many there are."""

_FARTHEST = 3.0
_SHIFTS = round(_FARTHEST / STEP)
TAILS = [NormalDist().cdf(_FARTHEST - LOW - STEP * i) for i in range(CUTS + _SHIFTS)]
"""Probability that a standard normal score lies above a place; the last `CUTS` are those above
the cuts. Distances of up to 3 between the classes find theirs before them."""

Cuts = Float64[Tensor, " cuts"]
"""One number for each cut."""


def settle(risk: Cuts) -> int:
    """Return the place of the least risk; of several, which symmetry can make, the lowest cut."""
    return int((risk <= risk.min() + 1e-9).nonzero()[0])


def tversky_index(
    hit: Cuts, false_positive: Cuts, missed: Cuts, alpha: float, beta: float
) -> Cuts:
    """Return true positives over themselves and both kinds of error, weighted."""
    return hit / (hit + alpha * false_positive + beta * missed)


class Outcomes(NamedTuple):
    """What comes of predicting foreground above each cut."""

    share: float
    true_rate: Cuts
    """Probability that a foreground pixel lies above."""
    false_rate: Cuts
    """The same of a background pixel."""
    posterior: Cuts
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
    def hit(self) -> Cuts:
        """Share of the true positives."""
        return self.share * self.true_rate

    @property
    def missed(self) -> Cuts:
        """Share of the false negatives."""
        return self.share * (1 - self.true_rate)

    @property
    def false_positive(self) -> Cuts:
        """Share of the false positives."""
        return (1 - self.share) * self.false_rate

    @property
    def quiet(self) -> Cuts:
        """Share of the true negatives."""
        return (1 - self.share) * (1 - self.false_rate)

    def tversky(self, alpha: float, beta: float) -> Cuts:
        """Return the Tversky index of the foreground."""
        return tversky_index(self.hit, self.false_positive, self.missed, alpha, beta)

    def loss(self, alpha: float, beta: float, gamma: float = 1.0, *, background: bool) -> Cuts:
        """Return focal Tversky loss; Tversky, Dice and Jaccard are special cases.

        With `background` it is the mean over both classes, as in `lossstudy.losses`; what is a
        false positive of the one is a false negative of the other. Without, the foreground's.
        """
        foreground = (1 - self.tversky(alpha, beta)) ** (1 / gamma)
        if not background:
            return foreground
        other = tversky_index(self.quiet, self.missed, self.false_positive, alpha, beta)
        return (foreground + (1 - other) ** (1 / gamma)) / 2
