"""How sure a mean over seeds is: the Student-t interval."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_T_975 = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
)  # fmt: skip
_Z_975 = 1.959964


class Interval(NamedTuple):
    """A mean and the bounds of its 95 % interval; the bounds are NaN where there is none."""

    mean: float
    low: float
    high: float


def t_quantile(degrees: int) -> float:
    """Return the 97.5 % quantile of Student's t distribution.

    From a table up to 30 degrees of freedom; beyond, from the expansion around the normal
    quantile z, t = z + (z³ + z) / 4ν + (5z⁵ + 16z³ + 3z) / 96ν² (Abramowitz & Stegun, 26.7.5),
    which is exact to four digits there.

    Args:
        degrees: Degrees of freedom ν, at least 1.

    Returns:
        The quantile.

    Example:
        >>> t_quantile(2), round(t_quantile(60), 4)
        (4.3027, 2.0003)
    """
    if degrees <= len(_T_975):
        return _T_975[degrees - 1]
    z = _Z_975
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / degrees + second / degrees**2


def interval(values: Sequence[float]) -> Interval:
    """Return the mean of some seeds' results with its 95 % Student-t interval.

    mean ± t(0.975, n - 1) · s / √n, where s is the sample standard deviation. It describes the
    spread between seeds: what another seed might have given, on the same validation images.

    Args:
        values: One number per seed; NaN, a class absent from the ground truth, is left out.

    Returns:
        Mean and bounds. All NaN for no values; the bounds NaN for one.

    Example:
        >>> mean, low, high = interval([0.4, 0.5, 0.6])
        >>> round(mean, 3), round(low, 3), round(high, 3)
        (0.5, 0.252, 0.748)
        >>> interval([0.4])
        Interval(mean=0.4, low=nan, high=nan)
    """
    known = [float(value) for value in values if not math.isnan(value)]
    if not known:
        return Interval(math.nan, math.nan, math.nan)
    mean = float(np.mean(known))
    if len(known) == 1:
        return Interval(mean, math.nan, math.nan)
    half = t_quantile(len(known) - 1) * float(np.std(known, ddof=1)) / math.sqrt(len(known))
    return Interval(mean, mean - half, mean + half)
