import math

import numpy as np
import pytest
import torch

from lossstudy.counts import ClassCounts
from lossstudy.losses._class_weights import class_weights

# Three images of 100 labelled pixels each; class 1 fills half of the one it occurs in.
IMAGES = np.array([[80, 0, 20], [90, 0, 10], [40, 50, 10]])
COUNTS = ClassCounts.of(IMAGES)


def weights_of(scheme, counts=COUNTS, **params):
    return class_weights(scheme, counts.num_classes, counts, **params).tolist()


def scaled(raw):
    return pytest.approx([value * len(raw) / sum(raw) for value in raw])


def test_uniform_is_one_for_each_class_and_needs_no_counts():
    assert class_weights("uniform", 3, None).tolist() == [1.0, 1.0, 1.0]


def test_inverse_frequency():
    assert weights_of("inverse") == scaled([1 / 210, 1 / 50, 1 / 40])


def test_median_frequency_is_over_the_images_that_contain_the_class():
    shares = [210 / 300, 50 / 100, 40 / 300]
    assert weights_of("median") == scaled([0.5 / share for share in shares])


def test_enet():
    expected = [1 / math.log(1.02 + n / 300) for n in (210, 50, 40)]
    assert weights_of("enet") == scaled(expected)


@pytest.mark.parametrize("beta", [0.9, 0.999])
def test_effective_number_counts_images(beta):
    expected = [(1 - beta) / (1 - beta**m) for m in (3, 1, 3)]
    assert weights_of("effective", beta=beta) == scaled(expected)


def test_effective_number_ends_at_uniform_and_at_inverse_image_frequency():
    assert weights_of("effective", beta=1e-9) == pytest.approx([1.0, 1.0, 1.0])
    assert weights_of("effective", beta=1 - 1e-9) == scaled([1 / 3, 1.0, 1 / 3])


def test_effective_number_over_pixels_would_be_uniform():
    """Why it counts images: 0.999 to the power of a hundred thousand is nothing."""
    raw = [(1 - 0.999) / (1 - 0.999**n) for n in (210_000, 50_000, 40_000)]
    assert raw == pytest.approx([0.001] * 3, rel=1e-12)


@pytest.mark.parametrize("scheme", ["inverse", "median", "enet", "effective"])
def test_schemes_have_mean_1_over_the_classes_that_occur(scheme):
    weights = weights_of(scheme)
    assert sum(weights) / 3 == pytest.approx(1.0)
    with_absent = weights_of(scheme, ClassCounts.of(np.insert(IMAGES, 1, 0, axis=1)))
    assert with_absent == pytest.approx([weights[0], 1.0, weights[1], weights[2]])


@pytest.mark.parametrize("scheme", ["inverse", "median", "enet", "effective"])
def test_without_a_labelled_pixel_all_weights_are_1(scheme):
    nothing = ClassCounts.of(np.zeros((2, 3), dtype=np.int64))
    assert weights_of(scheme, nothing) == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("numbers", [[2.0, 0.5, 0.0], "2, 0.5,0"])
def test_numbers_are_taken_as_they_are(numbers):
    weights = class_weights(numbers, 3, None)
    assert weights.dtype == torch.float32
    assert weights.tolist() == [2.0, 0.5, 0.0]


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ("mediam", "class_weight must be one of uniform, inverse, .* got 'mediam'"),
        ("1, x, 2", "class_weight must be one of uniform"),
        ([1.0, 2.0], "one number for each of the 3 classes, got 2"),
        ("1,2,3,4", "one number for each of the 3 classes, got 4"),
        ([1.0, -2.0, 1.0], "class_weight of class 1 must be a finite number at least 0, got -2"),
        ("1, nan, 1", "class_weight of class 1 must be a finite number"),
        ([0.0, 0.0, 0.0], "class_weight must be positive for at least one class"),
        ("median", "class_weight='median' needs the class counts"),
    ],
)
def test_refuses_what_are_no_weights(weight, message):
    with pytest.raises(ValueError, match=message):
        class_weights(weight, 3, None)


def test_refuses_counts_of_another_number_of_classes():
    with pytest.raises(ValueError, match="counts must be of 4 classes, got counts of 3"):
        class_weights("enet", 4, COUNTS)


@pytest.mark.parametrize("beta", [-0.1, 0.0, 1.0])
def test_refuses_beta_out_of_range(beta):
    with pytest.raises(ValueError, match="beta must be a finite number above 0 and below 1"):
        weights_of("effective", beta=beta)
