import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lossstudy.metrics import (
    confusion_matrices,
    intersection_and_union,
    iou_per_class,
    pixel_accuracy,
)


def random_maps(generator, shape=(3, 6, 7), num_classes=4, ignored=0.2, other=0.1):
    """Targets with ignored pixels, and predictions some of which are none of the classes."""
    preds = torch.randint(0, num_classes, shape, generator=generator)
    targets = torch.randint(0, num_classes, shape, generator=generator)
    preds[torch.rand(shape, generator=generator) < other] = num_classes
    targets[torch.rand(shape, generator=generator) < ignored] = 255
    return preds, targets


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 999),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4)),
    num_classes=st.integers(1, 5),
    ignored=st.sampled_from([0.0, 0.3, 1.0]),
)
def test_confusion_counts_pixel_by_pixel(seed, shape, num_classes, ignored):
    generator = torch.Generator().manual_seed(seed)
    preds, targets = random_maps(generator, shape, num_classes, ignored)
    expected = np.zeros((shape[0], num_classes, num_classes + 1), dtype=int)
    for image, row, column in np.ndindex(shape):
        target = targets[image, row, column].item()
        if target != 255:
            expected[image, target, preds[image, row, column].item()] += 1
    counts = confusion_matrices(preds, targets, num_classes)
    np.testing.assert_array_equal(counts, expected)


def test_iou_is_overlap_over_union_of_the_masks(generator):
    preds, targets = random_maps(generator)
    valid = targets != 255
    confusion = confusion_matrices(preds, targets, 4).numpy().sum(0)
    for c, iou in enumerate(iou_per_class(confusion)):
        predicted, labelled = (preds == c) & valid, (targets == c) & valid
        overlap, union = (predicted & labelled).sum(), (predicted | labelled).sum()
        assert iou == pytest.approx((overlap / union).item())


def test_accuracy_is_the_share_of_right_pixels(generator):
    preds, targets = random_maps(generator)
    confusion = confusion_matrices(preds, targets, 4).numpy().sum(0)
    valid = targets != 255
    expected = (preds == targets)[valid].float().mean().item()
    assert pixel_accuracy(confusion) == pytest.approx(expected)


def test_class_without_a_target_pixel_has_no_iou_and_costs_the_others():
    targets = torch.zeros(1, 1, 4, dtype=torch.long)
    confusion = confusion_matrices(torch.tensor([[[0, 0, 0, 1]]]), targets, 2).numpy()[0]
    assert iou_per_class(confusion)[0] == 0.75
    assert np.isnan(iou_per_class(confusion)[1])


def test_none_of_the_classes_is_a_miss_but_no_false_positive():
    targets = torch.tensor([[[0, 0, 1, 1]]])
    confusion = confusion_matrices(torch.tensor([[[0, 2, 1, 2]]]), targets, 2).numpy()[0]
    assert iou_per_class(confusion).tolist() == [0.5, 0.5]
    assert pixel_accuracy(confusion) == 0.5


def test_prediction_on_ignored_pixels_does_not_matter(generator):
    preds, targets = random_maps(generator)
    changed = torch.where(targets == 255, 0, preds)
    assert not torch.equal(changed, preds)
    assert torch.equal(
        confusion_matrices(changed, targets, 4), confusion_matrices(preds, targets, 4)
    )


def test_ignored_everywhere_has_no_iou_and_no_accuracy():
    targets = torch.full((1, 2, 2), 255)
    confusion = confusion_matrices(torch.zeros(1, 2, 2, dtype=torch.long), targets, 3).numpy()[0]
    assert confusion.sum() == 0
    assert np.isnan(iou_per_class(confusion)).all()
    assert np.isnan(pixel_accuracy(confusion))


def test_integer_type_does_not_matter(generator):
    preds, targets = random_maps(generator)
    assert torch.equal(
        confusion_matrices(preds.byte(), targets.byte(), 4), confusion_matrices(preds, targets, 4)
    )


def test_many_classes_do_not_overflow_small_integers():
    """The cell of the matrix needs more than the 8 bits of the maps."""
    maps = torch.full((5, 2, 2), 29, dtype=torch.uint8)
    counts = confusion_matrices(maps, maps, 30)
    assert counts[:, 29, 29].tolist() == [4] * 5
    assert counts.sum() == 20


def test_intersection_and_union_of_images_add_up_to_those_of_the_set(generator):
    preds, targets = random_maps(generator)
    confusions = confusion_matrices(preds, targets, 4).numpy()
    per_image, whole = (
        intersection_and_union(confusions),
        intersection_and_union(confusions.sum(0)),
    )
    for parts, total in zip(per_image, whole, strict=True):
        assert parts.shape == (3, 4)
        np.testing.assert_array_equal(parts.sum(0), total)
