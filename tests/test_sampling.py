import numpy as np
import pytest

from lossstudy.sampling import ClassUniformSampler, crop_around

PIXELS = np.array([[50, 0, 0, 0], [40, 10, 0, 0], [30, 10, 0, 10], [50, 0, 0, 0]])
"""Class 0 is everywhere, 1 in two images, 2 nowhere, 3 in one."""


def test_every_class_is_drawn_alike_and_only_from_images_that_hold_it():
    sampler = ClassUniformSampler(PIXELS, [0, 1, 2, 3])
    rng = np.random.default_rng(0)
    drawn = [sampler.draw(rng) for _ in range(3000)]
    assert all(PIXELS[index, label] > 0 for index, label in drawn)
    shares = np.bincount([label for _, label in drawn], minlength=4) / len(drawn)
    assert shares == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3], abs=0.04)  # 4.6 standard errors


def test_images_are_drawn_with_the_stated_probability():
    sampler = ClassUniformSampler(PIXELS, [0, 1, 2, 3])
    by_hand = [1 / 4, 1 / 4 + 1 / 2, 1 / 4 + 1 / 2 + 1, 1 / 4]
    assert sampler.probabilities() == pytest.approx(np.array(by_hand) / 3)
    rng = np.random.default_rng(1)
    found = np.bincount([sampler.draw(rng)[0] for _ in range(3000)], minlength=4) / 3000
    assert found == pytest.approx(sampler.probabilities(), abs=0.04)


def test_only_the_pool_is_drawn_from():
    sampler = ClassUniformSampler(PIXELS, [1, 3])
    rng = np.random.default_rng(0)
    assert {sampler.draw(rng) for _ in range(100)} == {(1, 0), (3, 0), (1, 1)}
    assert sampler.probabilities().sum() == pytest.approx(1)


def test_a_pool_without_labels_is_refused():
    with pytest.raises(ValueError, match="class-uniform sampling needs labelled pixels; the 2"):
        ClassUniformSampler(np.zeros((3, 4), dtype=np.int64), [0, 2])


@pytest.mark.parametrize("size", [(3, 4), (1, 1), (8, 10), (8, 1)])
def test_a_crop_lies_in_the_image_and_holds_the_class(size):
    rng = np.random.default_rng(0)
    target = np.zeros((8, 10), dtype=np.uint8)
    target[0, 9] = target[7, 0] = target[4, 5] = 3
    for _ in range(200):
        top, left = crop_around(target, 3, size, rng)
        crop = target[top : top + size[0], left : left + size[1]]
        assert crop.shape == size
        assert (crop == 3).any()


def test_crops_around_one_pixel_are_all_as_likely():
    rng = np.random.default_rng(0)
    target = np.zeros((9, 9), dtype=np.uint8)
    target[4, 4] = 1
    corners = [crop_around(target, 1, (3, 3), rng) for _ in range(1800)]
    places, times = np.unique(corners, axis=0, return_counts=True)
    assert places.min(axis=0).tolist() == [2, 2]
    assert places.max(axis=0).tolist() == [4, 4]
    assert times == pytest.approx(np.full(9, 200), abs=65)
