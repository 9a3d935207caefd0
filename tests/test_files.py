import json

import numpy as np
import pytest

from lossstudy.files import append_json_line, read_json_lines, write_npz, write_text


class Unwritable:
    """An array that fails when it is read, half-way through a file."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("pulled the plug")


def test_text_is_written_to_a_new_folder(tmp_path):
    file = tmp_path / "new" / "folder" / "file.txt"
    write_text(file, "ü\n")
    assert file.read_bytes() == "ü\n".encode()
    assert [path.name for path in file.parent.iterdir()] == ["file.txt"]


def test_failed_text_leaves_the_old_file(tmp_path):
    file = tmp_path / "file.txt"
    write_text(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(file, "new \ud800")
    assert file.read_text() == "old"


def test_arrays_come_back(tmp_path):
    file = tmp_path / "new" / "arrays.npz"
    write_npz(file, {"a": np.arange(3), "b": np.zeros((2, 2), np.uint8)})
    with np.load(file) as read:
        assert read["a"].tolist() == [0, 1, 2]
        assert read["b"].dtype == np.uint8
    assert [path.name for path in file.parent.iterdir()] == ["arrays.npz"]


def test_failed_arrays_leave_the_old_file(tmp_path):
    file = tmp_path / "arrays.npz"
    write_npz(file, {"a": np.arange(3)})
    with pytest.raises(RuntimeError, match="pulled the plug"):
        write_npz(file, {"a": np.arange(4), "b": Unwritable()})
    with np.load(file) as read:
        assert read["a"].tolist() == [0, 1, 2]


def test_json_lines_come_back_in_order(tmp_path):
    file = tmp_path / "new" / "log.jsonl"
    lines = [{"step": 1, "loss": 0.1}, {"step": 2, "note": "two\nlines"}]
    for line in lines:
        append_json_line(file, line)
    assert read_json_lines(file) == lines


def test_log_that_does_not_exist_is_empty(tmp_path):
    assert read_json_lines(tmp_path / "log.jsonl") == []


@pytest.mark.parametrize("left", range(1, 24))
def test_line_cut_off_anywhere_is_left_out_and_the_next_is_kept(left, tmp_path):
    file = tmp_path / "log.jsonl"
    append_json_line(file, {"step": 1})
    whole = file.read_bytes()
    append_json_line(file, {"step": 2, "loss": 0.25})
    end = len(json.dumps({"step": 2, "loss": 0.25}))
    file.write_bytes(file.read_bytes()[: len(whole) + min(left, end)])
    append_json_line(file, {"step": 3})
    assert read_json_lines(file) == [{"step": 1}, {"step": 3}]
