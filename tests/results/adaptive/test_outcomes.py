import json
from dataclasses import replace

import numpy as np
import pytest

from lossstudy.files import write_npz
from lossstudy.results import alike, read_record, write_record
from lossstudy.results.adaptive import (
    _outcomes,
    best_reading,
    difference,
    of,
    outcomes,
    rare_classes,
    without_each_class,
)
from lossstudy.study import ADAPTIVE_SETTINGS, setting_of, study
from tests.results.adaptive.made import NUM_CLASSES, UNION, found, write

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
    record = read_record(write(tmp_path, "combo", 0.5))
    assert len(outcomes([record])) == 2  # by argmax and by the rule
    assert outcomes([replace(record, held_out=None)]) == []


def with_another_lr(folder, to):
    """Write the same run again as one with another learning rate."""
    data = json.loads((folder / "record.json").read_text())
    data["id"] += "-lr"
    data["config"]["lr"] = 2 * data["config"]["lr"]
    write_record(to / data["id"], data)
    return to / data["id"]


def test_two_runs_of_one_contender_and_seed_are_refused(tmp_path):
    run = write(tmp_path, "adaptive", 0.5)
    with pytest.raises(ValueError, match="one run of adaptive with seed 0 on Cityscapes-like"):
        found(run, with_another_lr(run, tmp_path))


def test_explorer_groups_what_differs_in_loss_and_seed_alone(tmp_path):
    runs = [write(tmp_path, "adaptive", 0.5), write(tmp_path, "combo", 0.5)]
    other = with_another_lr(runs[0], tmp_path)
    (group,) = alike([read_record(folder) for folder in (other, *runs)]).values()
    assert {record.id for record in group} == {folder.name for folder in runs}


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


def test_tuned_may_have_a_rule(tmp_path):
    outcomes = found(
        write(tmp_path, "focal", 0.60, held_out=0.30, gamma=2.0),
        write(tmp_path, "focal", 0.50, held_out=0.40, gamma=1.0, with_rule=0.55),
        write(tmp_path, "focal", 0.70, held_out=0.20, gamma=5.0),
    )
    assert of(outcomes, NATURAL, "focal (tuned) + rule")[0].iou() == pytest.approx(0.55)


def test_a_class_in_one_image_counts_for_both_sides_or_for_none(tmp_path):
    """One side predicts it elsewhere too: a draw without its image has an IoU for that side."""
    folders = write(tmp_path, "adaptive", 0.5), write(tmp_path, "combo", 0.5)
    for folder, false_positives in zip(folders, (0, 10), strict=True):
        counts = np.full((8, NUM_CLASSES), UNION)
        both = counts // 2
        both[:, 3] = counts[:, 3] = 0
        both[0, 3], counts[0, 3] = 5, 10
        counts[1:, 3] += false_positives
        parts = {"intersection": both, "union": counts}
        write_npz(
            folder / "images.npz",
            {f"cityscapes{r}_{k}": v for r in ("", "_rule") for k, v in parts.items()},
        )
    ours, theirs = (of(found(*folders), NATURAL, name) for name in ("adaptive", "combo"))
    # At most by what the class itself differs: 5 of 10 against 5 of 80 pixels.
    assert difference(ours, theirs).high < 0.5 / NUM_CLASSES
    assert difference(ours, theirs).low >= 0


def test_frames_of_a_video_are_drawn_in_blocks(tmp_path, monkeypatch):
    """A block as long as the video holds every frame, so that nothing is left to chance."""
    outcomes = found(write(tmp_path, "adaptive", 0.5, noise=100), write(tmp_path, "combo", 0.4))
    ours, theirs = (of(outcomes, NATURAL, name) for name in ("adaptive", "combo"))
    single = difference(ours, theirs)
    assert single.low < single.mean < single.high
    monkeypatch.setitem(_outcomes.BLOCKS, "cityscapes", 8)
    whole = difference(ours, theirs)
    assert whole == pytest.approx((single.mean,) * 3)
