import numpy as np
import pytest

from lossstudy import encodings
from lossstudy.labels import label_space, mapping
from lossstudy.results import read_record
from tests.records import make_record

VALUES = encodings.hypotheses()
RIGHT = VALUES[encodings.RIGHT]
NAMES = tuple(label_space("cityscapes19").classes)


def random_counts(seed=0):
    return np.random.default_rng(seed).integers(1, 1000, (19, 40))


def slow_iou(counts, values, others):
    """IoU from one list of pixels a class, as in the definition."""
    pixels = [
        (pred, value, count)
        for pred, row in enumerate(counts)
        for value, count in zip(values, row, strict=True)
        if value != 255 and (value < 19 or others == "counted")
    ]
    found = []
    for c in range(19):
        both = sum(n for pred, value, n in pixels if pred == c and value == c)
        either = sum(n for pred, value, n in pixels if c in {pred, value})
        found.append(both / either if either else np.nan)
    return found


def test_hand_made_example_of_three_classes():
    counts = np.array([[6, 1, 0, 4], [2, 5, 0, 1], [0, 2, 3, 0]])  # last raw class: none of them
    right = np.array([0, 1, 2, 255])
    np.testing.assert_allclose(encodings.iou(counts, right, num_classes=3), [6 / 9, 5 / 10, 3 / 5])
    moved = np.array([1, 2, 0, 3])
    left_out = [0 / (3 + 7), 2 / (8 + 7 - 2), 2 / (8 + 5 - 2)]
    np.testing.assert_allclose(encodings.iou(counts, moved, num_classes=3), left_out)
    counted = [0 / (3 + 11), 2 / (8 + 8 - 2), 2 / (8 + 5 - 2)]
    np.testing.assert_allclose(encodings.iou(counts, moved, "counted", num_classes=3), counted)


@pytest.mark.parametrize("others", encodings.TREATMENTS)
@pytest.mark.parametrize("name", VALUES)
def test_iou_is_that_of_its_definition(name, others):
    counts = random_counts()
    ours = encodings.iou(counts, VALUES[name], others)
    np.testing.assert_allclose(ours, slow_iou(counts, VALUES[name], others))


def test_perfect_predictor_is_perfect_in_the_right_encoding_alone():
    control = encodings.perfect(random_counts())
    for name, values in VALUES.items():
        found = encodings.iou(control, values)
        if name == encodings.RIGHT:
            assert (found == 1).all()
        else:
            assert np.nanmin(found) == 0 or np.isnan(found).any()


@pytest.mark.parametrize("name", ["level-4 ids", "raw ids"])
def test_in_idds_own_ids_road_alone_survives(name):
    found = encodings.iou(encodings.perfect(random_counts()), VALUES[name])
    assert found[0] == 1
    assert (found[1:] == 0).all()
    assert np.nanmean(found) == pytest.approx(1 / 19)


@pytest.mark.parametrize("name", ["csIds", f"{encodings.RIGHT} + 1", f"{encodings.RIGHT} − 1"])
def test_nothing_survives_where_every_class_has_another_number(name):
    found = encodings.iou(encodings.perfect(random_counts()), VALUES[name])
    assert np.nanmax(found) == 0


def test_the_loader_of_cityscapes_reads_its_own_ids_right_but_for_terrain():
    found = encodings.iou(encodings.perfect(random_counts()), VALUES["csIds as Cityscapes ids"])
    terrain = NAMES.index("terrain")
    assert found[terrain] == 0 or np.isnan(found[terrain])
    assert (np.delete(found, terrain) == 1).all()


def test_renumbering_predictions_and_ground_truth_alike_renumbers_the_iou():
    counts, order = random_counts(), np.random.default_rng(1).permutation(19)
    renumbered = np.where(RIGHT < 19, np.argsort(order)[np.minimum(RIGHT, 18)], RIGHT)
    np.testing.assert_allclose(
        encodings.iou(counts[order], renumbered), encodings.iou(counts, RIGHT)[order]
    )


def test_order_of_the_raw_classes_does_not_matter():
    counts, order = random_counts(), np.random.default_rng(2).permutation(40)
    for values in VALUES.values():
        np.testing.assert_array_equal(
            encodings.iou(counts[:, order], values[order]), encodings.iou(counts, values)
        )


def test_right_encoding_is_that_of_the_studys_own_mapping():
    """IDD's level 4 through the mapping to 19 classes, where a level holds one counterpart."""
    table = mapping("idd30", "cityscapes19").table
    for level, train_id in zip(VALUES["level-4 ids"], RIGHT, strict=True):
        if train_id < 19:
            assert table[level] == train_id


def test_runs_without_the_count_are_passed_over(tmp_path):
    record = read_record(make_record(tmp_path, transfer="idd"))
    with pytest.raises(ValueError, match="no finished run holds the count"):
        encodings.runs_with_counts([record])


def test_a_treatment_nobody_knows_is_refused():
    with pytest.raises(ValueError, match=r"one of left out, counted; got 'left'"):
        encodings.iou(random_counts(), RIGHT, "left")
