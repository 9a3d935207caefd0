import math

import numpy as np
import pytest

from lossstudy.results import interval, t_quantile


@pytest.mark.parametrize("degrees", [1, 2, 3, 7, 15, 30, 31, 40, 100])
def test_the_quantile_leaves_two_and_a_half_percent_above_it(degrees):
    # With t = sqrt(nu) tan(u) the density of t is that of u, cos(u)^(nu - 1).
    upper = math.atan(t_quantile(degrees) / math.sqrt(degrees))
    half = np.linspace(0, math.pi / 2, 400_001)
    density = np.cos(half) ** (degrees - 1)
    below = np.trapezoid(np.where(half <= upper, density, 0), half) / np.trapezoid(density, half)
    assert 0.5 + below / 2 == pytest.approx(0.975, abs=1e-5)


def test_the_interval_of_known_data():
    # mean 5, s = 2, n = 5: half width 2.7764 * 2 / sqrt(5)
    values = 5 + 2 * np.array([-1.0, -1.0, 0.0, 1.0, 1.0])
    mean, low, high = interval(values.tolist())
    assert mean == pytest.approx(5)
    assert high - mean == pytest.approx(2.7764 * 2 / math.sqrt(5))
    assert mean - low == pytest.approx(high - mean)


def test_one_seed_has_no_interval():
    mean, low, high = interval([0.4])
    assert mean == 0.4
    assert math.isnan(low)
    assert math.isnan(high)


def test_absent_values_are_left_out():
    assert interval([0.4, math.nan, 0.6]) == interval([0.4, 0.6])
    assert all(math.isnan(value) for value in interval([math.nan]))
