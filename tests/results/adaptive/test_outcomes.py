import numpy as np
import pytest

from lossstudy.results.adaptive import (
    best_reading,
    difference,
    of,
    outcomes,
    rare_classes,
    without_each_class,
)
from lossstudy.study import ADAPTIVE_SETTINGS, setting_of, study
from tests.records import record_data
from tests.results.adaptive.made import found, write

NATURAL = "Cityscapes-like"


def test_every_run_of_the_study_knows_its_setting():
    runs = study("standard", {"camvid": "/data/camvid"}, "adaptive")
    settings = {setting_of(run.to_dict()) for run in runs}
    assert None not in settings
    assert set(ADAPTIVE_SETTINGS) < settings


@pytest.mark.parametrize("name", ["paper", "semi", "networks"])
def test_runs_of_other_studies_have_none(name):
    assert {setting_of(run.to_dict()) for run in study("standard", {}, name)} == {None}


def test_a_run_without_images_held_out_is_no_outcome(tmp_path):
    folder = write(tmp_path, "combo", 0.5)
    assert len(found(folder)) == 2  # by argmax and by the rule
    assert outcomes([]) == []
    assert record_data()["config"].get("held_out") is None


def test_rule_is_a_contender_of_its_own(tmp_path):
    outcomes = found(write(tmp_path, "cross_entropy", 0.4, with_rule=0.45))
    assert of(outcomes, NATURAL, "cross_entropy")[0].iou() == pytest.approx(0.4)
    assert of(outcomes, NATURAL, "cross_entropy + rule")[0].iou() == pytest.approx(0.45)


def test_tuned_is_the_best_on_images_held_out_not_on_the_validation(tmp_path):
    outcomes = found(
        write(tmp_path, "focal", 0.60, held_out=0.30, gamma=2.0),
        write(tmp_path, "focal", 0.50, held_out=0.40, gamma=1.0),
        write(tmp_path, "focal", 0.70, held_out=0.20, gamma=5.0),
    )
    assert best_reading(outcomes, NATURAL, "focal") == "focal, gamma = 1"
    assert of(outcomes, NATURAL, "focal (tuned)")[0].iou() == pytest.approx(0.5)


def test_without_the_whole_grid_nothing_is_tuned(tmp_path):
    outcomes = found(
        write(tmp_path, "focal", 0.5, gamma=2.0), write(tmp_path, "focal", 0.6, gamma=1.0)
    )
    assert best_reading(outcomes, NATURAL, "focal") is None
    assert of(outcomes, NATURAL, "focal (tuned)") == {}


def test_rare_third_is_that_of_the_training_pixels(tmp_path):
    # The made-up shares fall from the first class to the last, which has none.
    rare = rare_classes(found(write(tmp_path, "combo", 0.5)), NATURAL)
    assert np.flatnonzero(rare).tolist() == [12, 13, 14, 15, 16, 17]


def test_difference_is_that_of_mean_iou_over_shared_seeds(tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.55, seed=0),
        write(tmp_path, "adaptive", 0.53, seed=1),
        write(tmp_path, "adaptive", 0.99, seed=2),
        write(tmp_path, "combo", 0.50, seed=0),
        write(tmp_path, "combo", 0.51, seed=1),
    )
    ours, theirs = (of(outcomes, NATURAL, name) for name in ("adaptive", "combo"))
    gap = difference(ours, theirs)
    assert gap.mean == pytest.approx(0.035)
    assert (gap.low, gap.high) == pytest.approx((0.02, 0.05))  # either seed drawn twice
    back = difference(theirs, ours)
    assert back.mean == pytest.approx(-gap.mean)


def test_interval_covers_other_images(tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.5, noise=100), write(tmp_path, "combo", 0.5, noise=0)
    )
    gap = difference(*(of(outcomes, NATURAL, name) for name in ("adaptive", "combo")))
    assert gap.low < 0 < gap.high
    # Intersections spread evenly over +- 100 of 1000: 0.058; over 8 images and 19 classes / 12.3.
    assert (gap.high - gap.low) / 2 == pytest.approx(1.96 * 0.058 / 12.3, rel=0.4)


def test_difference_can_run_over_some_classes(tmp_path):
    better = np.full(19, 0.5)
    better[18] = 0.9
    outcomes = found(write(tmp_path, "adaptive", better), write(tmp_path, "combo", 0.5))
    ours, theirs = (of(outcomes, NATURAL, name) for name in ("adaptive", "combo"))
    last = np.arange(19) == 18
    assert difference(ours, theirs, last).mean == pytest.approx(0.4)
    assert difference(ours, theirs, ~last).mean == pytest.approx(0)


def test_without_the_one_class_that_gained_nothing_is_left(tmp_path):
    better = np.full(19, 0.5)
    better[4] = 0.88
    outcomes = found(write(tmp_path, "adaptive", better), write(tmp_path, "combo", 0.5))
    left = without_each_class(*(of(outcomes, NATURAL, name) for name in ("adaptive", "combo")))
    assert left[4] == pytest.approx(0)
    assert np.delete(left, 4) == pytest.approx(0.38 / 18)
