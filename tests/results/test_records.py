import copy
import json
import math
from pathlib import Path

import pytest

from lossstudy.results import read_record, read_records, write_record
from tests.records import make_record, record_data


def test_a_record_comes_back_as_it_was_written(tmp_path):
    data = record_data(loss="focal", dataset="idd", seed=3)
    write_record(tmp_path, data)
    record = read_record(tmp_path)
    assert json.loads((tmp_path / "record.json").read_text()) == data
    assert (record.id, record.loss, record.dataset, record.seed) == (data["id"], "focal", "idd", 3)
    assert record.loss_params == {"gamma": 2.0}
    assert record.folder == tmp_path
    assert record.generated


def test_reading_finds_profiles_and_passes_over_what_is_not_finished(tmp_path):
    make_record(tmp_path / "results" / "standard", profile="standard")
    make_record(tmp_path / "runs")
    (tmp_path / "runs" / "empty").mkdir()
    (tmp_path / "runs" / "started").mkdir()
    (tmp_path / "runs" / "started" / "record.json").write_text('{"schema": 1, "finished": false}')
    records = read_records(tmp_path / "runs", tmp_path / "results", tmp_path / "nowhere")
    assert [record.profile for record in records] == ["quick", "standard"]


def test_a_run_in_two_roots_is_read_from_the_first(tmp_path):
    first, second = make_record(tmp_path / "a"), make_record(tmp_path / "b")
    (record,) = read_records(tmp_path / "b", tmp_path / "a")
    assert record.folder == second != first


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (("config", "loss"), "config.loss"),
        (("timing",), "timing"),
        (("provenance", "git_commit"), "provenance.git_commit"),
        (("evaluations", "cityscapes", "iou"), "evaluations.cityscapes.iou"),
    ],
)
def test_a_missing_field_is_named_with_its_file(tmp_path, path, field):
    run = make_record(tmp_path)
    data = json.loads((run / "record.json").read_text())
    section = data
    for key in path[:-1]:
        section = section[key]
    del section[path[-1]]
    (run / "record.json").write_text(json.dumps(data))
    with pytest.raises(ValueError, match=f"field '{field}' is missing") as caught:
        read_records(tmp_path)
    assert str(run / "record.json") in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, "'schema' must be 1, got 2"),
        ({"finished": 1}, "'finished' must be of type bool"),
        ({"peak_memory_mb": "much"}, "'peak_memory_mb' must be of type int or float or NoneType"),
        ({"peak_memory_mb": math.inf}, "'peak_memory_mb' is not finite"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        write_record(tmp_path / "run", record_data() | change)
    assert not (tmp_path / "run").exists()


def test_an_iou_per_class_is_demanded(tmp_path):
    data = copy.deepcopy(record_data())
    data["evaluations"]["cityscapes"]["iou"].pop()
    with pytest.raises(ValueError, match=r"evaluations.cityscapes.iou.* 19 classes, got 18"):
        write_record(tmp_path, data)


def test_a_file_that_is_not_json_is_named(tmp_path):
    (tmp_path / "record.json").write_text('{"schema": 1,')
    with pytest.raises(ValueError, match=r"record.json: not a run record"):
        read_record(tmp_path)


def test_a_failed_write_leaves_the_old_record(tmp_path, monkeypatch):
    write_record(tmp_path, record_data(seed=1))

    def fail(self, target):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_record(tmp_path, record_data(seed=2))
    assert [record.seed for record in read_records(tmp_path)] == [1]


def test_a_count_of_raw_classes_is_optional_and_checked(tmp_path):
    data = copy.deepcopy(record_data(transfer="idd"))
    write_record(tmp_path, data)
    data["evaluations"]["idd"]["raw"] = {"source": "id", "ids": [0], "counts": [[1]] * 19}
    write_record(tmp_path, data)
    assert read_record(tmp_path).evaluations["idd"]["raw"]["ids"] == [0]
    del data["evaluations"]["idd"]["raw"]["ids"]
    with pytest.raises(ValueError, match=r"evaluations\.idd\.raw\.ids"):
        write_record(tmp_path, data)
