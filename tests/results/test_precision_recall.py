from dataclasses import replace

import numpy as np
import pytest

from lossstudy.results import alike, precision_recall, read_record, read_records
from tests.records import make_record


def made(folder, counts, **overrides):
    """A run of three classes with these counts, true x predicted."""
    record = read_record(make_record(folder, **overrides))
    scores = {"classes": ["sky", "road", "train"], "confusion": counts}
    evaluation = {**record.evaluations["cityscapes"], **scores}
    return replace(record, evaluations={"cityscapes": evaluation})


def test_precision_and_recall_are_counted_and_averaged_over_runs(tmp_path):
    first = made(tmp_path, [[8, 2, 0, 0], [0, 6, 0, 4], [0, 0, 0, 0]])
    second = made(tmp_path, [[5, 5, 0, 0], [5, 5, 0, 0], [0, 0, 0, 0]], seed=1)
    table = precision_recall([first, second]).set_index("class_name")
    assert table.precision["sky"] == pytest.approx((8 / 8 + 5 / 10) / 2)
    assert table.recall["sky"] == pytest.approx((8 / 10 + 5 / 10) / 2)
    # predictions outside the classes are missed, and nobody's false positives
    assert table.precision["road"] == pytest.approx((6 / 8 + 5 / 10) / 2)
    assert table.iou["road"] == pytest.approx((6 / 12 + 5 / 15) / 2)
    assert table.n.tolist() == [2, 2, 2]


def test_a_class_nobody_predicts_has_no_precision(tmp_path):
    record = made(tmp_path, [[10, 0, 0, 0], [10, 0, 0, 0], [0, 0, 0, 0]])
    table = precision_recall([record]).set_index("class_name")
    assert np.isnan(table.precision["road"])
    assert table.recall["road"] == table.iou["road"] == 0
    assert np.isnan(table.loc["train", ["precision", "recall", "iou"]].astype(float)).all()


def test_losses_are_told_apart_by_the_parameters_that_are_not_the_papers(tmp_path):
    counts = np.eye(3, 4, dtype=int).tolist()
    runs = [
        made(tmp_path, counts, loss="focal"),
        made(tmp_path, counts, loss="focal", loss_params={"gamma": 5.0}),
    ]
    names = precision_recall(runs).loss.unique().tolist()
    assert names == ["focal", "focal, gamma = 5"]


def test_groups_say_what_the_images_were(tmp_path):
    for loss in ("cross_entropy", "combo"):
        make_record(tmp_path, loss=loss)
        make_record(tmp_path, loss=loss, dataset="idd", generated=False)
    found = alike(read_records(tmp_path))
    assert sorted(found) == ["cityscapes, generated scenes", "idd, real images"]
    assert {run.loss for run in found["idd, real images"]} == {"cross_entropy", "combo"}
