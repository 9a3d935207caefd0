import json
import math

import pytest

from lossstudy.results import (
    interval,
    ledger,
    read_records,
    settings,
    summary,
    tidy,
    training_shares,
)
from tests.records import make_record


def test_one_row_per_run_evaluation_and_class_and_two_for_the_means(tmp_path):
    make_record(tmp_path, transfer="idd")
    table = tidy(read_records(tmp_path))
    assert len(table) == 2 * 21
    on_idd = table[table.validated_on == "idd"].set_index("class_name").iou
    assert on_idd["mean iou"] == pytest.approx(on_idd.iloc[:19].mean())
    assert on_idd["mean iou without thin classes"] == pytest.approx(
        on_idd.iloc[:19].drop("train").mean()
    )


def test_an_absent_class_is_nan_and_has_no_seeds(tmp_path):
    run = make_record(tmp_path)
    data = json.loads((run / "record.json").read_text())
    data["evaluations"]["cityscapes"]["iou"][3] = None
    (run / "record.json").write_text(json.dumps(data))
    row = summary(read_records(tmp_path)).set_index("class_name").loc["wall"]
    assert math.isnan(row["mean"])
    assert (row.n, row.runs) == (0, ())


def test_the_summary_is_the_interval_over_seeds(tmp_path):
    for seed, iou in enumerate((0.3, 0.5, 0.4)):
        make_record(tmp_path, seed=seed, iou=iou)
    row = summary(read_records(tmp_path)).set_index("class_name").loc["mean iou"]
    assert (row["mean"], row.low, row.high) == pytest.approx(interval([0.3, 0.5, 0.4]))
    assert (row.n, row.seeds) == (3, (0, 1, 2))
    assert row["values"] == pytest.approx((0.3, 0.5, 0.4))


def test_runs_in_different_settings_are_never_averaged(tmp_path):
    make_record(tmp_path, loss="focal", loss_params={"gamma": 2.0}, iou=0.4)
    make_record(tmp_path, loss="focal", loss_params={"gamma": 5.0}, iou=0.6)
    make_record(tmp_path, seed=1)
    make_record(tmp_path, seed=2)
    records = read_records(tmp_path)
    by_id = dict(zip([record.id for record in records], settings(records), strict=True))
    assert by_id == {
        "quick-cityscapes-cross_entropy-s1": "",
        "quick-cityscapes-cross_entropy-s2": "",
        "quick-cityscapes-focal-gamma2-s0": "gamma=2",
        "quick-cityscapes-focal-gamma5-s0": "gamma=5",
    }
    means = summary(records).query("class_name == 'mean iou'").set_index(["loss", "settings"])
    assert means.n.to_dict() == {
        ("cross_entropy", ""): 2, ("focal", "gamma=2"): 1, ("focal", "gamma=5"): 1,
    }  # fmt: skip


def test_a_field_without_effect_on_the_result_does_not_split_the_seeds(tmp_path):
    make_record(tmp_path, seed=0, device="cpu")
    make_record(tmp_path, seed=1, device="cuda", transfer="idd")
    assert settings(read_records(tmp_path)) == ["", ""]


def test_the_ledger_names_code_and_cost_of_every_run(tmp_path):
    make_record(tmp_path, loss="focal", dataset="idd", generated=False)
    row = ledger(read_records(tmp_path)).iloc[0]
    assert row.commit == "0123456789ab+"
    assert (row.data, row.loss_params, row.steps, row.wall_s) == (
        "real images",
        "gamma=2",
        50,
        61.5,
    )
    assert row.mean_iou == pytest.approx(0.5)


def test_training_shares_have_a_column_per_training_set(tmp_path):
    make_record(tmp_path, seed=0)
    make_record(tmp_path, seed=1)
    make_record(tmp_path, dataset="idd")
    shares = training_shares(read_records(tmp_path))
    assert list(shares.columns) == [
        "cityscapes, cityscapes19, generated scenes", "idd, idd30, generated scenes",
    ]  # fmt: skip
    assert shares.index[0] == "road"
    assert math.isnan(shares.iloc[:, 0]["animal"])
