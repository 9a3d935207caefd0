import numpy as np
import pytest
import torch

from lossstudy.calibration import NUM_BINS, Reliability


def test_a_network_as_right_as_it_is_sure_has_no_error(generator):
    confidence = torch.rand(200_000, generator=generator, dtype=torch.float64)
    correct = torch.rand(200_000, generator=generator, dtype=torch.float64) < confidence
    reliability = Reliability()
    reliability.add(confidence, correct)
    assert reliability.error() < 0.01
    overconfident = Reliability()
    overconfident.add(confidence.sqrt(), correct)
    # The mean of sqrt(c) - c for even c is 2/3 - 1/2.
    assert overconfident.error() == pytest.approx(1 / 6, abs=0.01)


def test_error_is_that_of_a_plain_loop_over_the_bins(generator):
    confidence = torch.rand(500, generator=generator, dtype=torch.float64)
    correct = torch.rand(500, generator=generator) < 0.5
    reliability = Reliability()
    for part in (slice(0, 100), slice(100, 500)):  # parts add up
        reliability.add(confidence[part], correct[part])
    expected = 0.0
    for index in range(NUM_BINS):
        low, high = index / NUM_BINS, (index + 1) / NUM_BINS
        inside = (confidence >= low) & (confidence < high)
        if inside.any():
            gap = correct[inside].double().mean() - confidence[inside].mean()
            expected += float(inside.double().mean() * gap.abs())
    assert reliability.error() == pytest.approx(expected)


def test_certainty_belongs_to_the_last_bin_and_no_pixel_to_none():
    reliability = Reliability()
    assert np.isnan(reliability.error())
    reliability.add(torch.ones(3), torch.tensor([True, True, False]))
    found = reliability.to_dict()
    assert found["pixels"] == [0] * (NUM_BINS - 1) + [3]
    assert found["correct"][-1] == 2
    assert found["ece"] == pytest.approx(1 / 3)
