import json

import numpy as np

from lossstudy.files import write_npz
from lossstudy.results import keep_lean, read_record, write_record
from tests.records import record_data


def test_what_the_chapter_reads_is_kept_and_the_rest_is_not(tmp_path):
    rng = np.random.default_rng(0)
    counts = {
        name: rng.integers(0, 99, (30, 19)).astype(np.int32)
        for name in ("cityscapes_intersection", "cityscapes_union", "held_out_union")
    }
    data = record_data()
    data["data"]["labelled"] = ["a", "b"]
    write_record(tmp_path / "run", data)
    write_npz(tmp_path / "run" / "images.npz", counts)
    write_npz(tmp_path / "run" / "samples" / "cityscapes_0.npz", {"pred": np.zeros(3)})

    keep_lean(tmp_path / "run", tmp_path / "kept")

    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == [
        "images.npz",
        "record.json",
    ]
    with np.load(tmp_path / "kept" / "images.npz") as kept:
        assert set(kept) == {"cityscapes_intersection", "cityscapes_union"}
        for name in kept:
            np.testing.assert_array_equal(kept[name], counts[name])
            assert kept[name].dtype == np.int32
    record = read_record(tmp_path / "kept")
    assert record.evaluations == data["evaluations"]
    assert json.loads((tmp_path / "kept" / "record.json").read_text())["data"]["labelled"] is None


def test_same_run_is_the_same_bytes(tmp_path):
    rng = np.random.default_rng(0)
    write_record(tmp_path / "run", record_data())
    write_npz(tmp_path / "run" / "images.npz", {"a": rng.integers(0, 9, (5, 4))})
    for name in ("one", "two"):
        keep_lean(tmp_path / "run", tmp_path / name)
    files = [(tmp_path / name / "images.npz").read_bytes() for name in ("one", "two")]
    assert files[0] == files[1]
