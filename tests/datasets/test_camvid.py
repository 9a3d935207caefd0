import os
from pathlib import Path

import numpy as np
import pytest

from lossstudy.datasets import make_dataset

SIZE = (12, 16)
REAL = os.environ.get("LOSSSTUDY_CAMVID")


def test_without_a_list_a_split_is_its_folder(camvid_tree):
    dataset = make_dataset("camvid", camvid_tree(), "train", "camvid11", SIZE)
    assert dataset.names == ["0001TP_006690", "0001TP_006720"]


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_list_orders_the_frames_and_its_folders_do_not_count(camvid_tree, suffix):
    root = camvid_tree(suffix)
    lines = [
        f"/SegNet/CamVid/train/{stem}.png /SegNet/CamVid/trainannot/{stem}.png"
        for stem in ("0001TP_006720", "0001TP_006690")
    ]
    (root / "train.txt").write_text("\n".join(lines) + "\n")
    dataset = make_dataset("camvid", root, "train", "camvid11", SIZE)
    assert dataset.names == ["0001TP_006720", "0001TP_006690"]


def test_a_list_may_leave_frames_out(camvid_tree):
    root = camvid_tree()
    (root / "train.txt").write_text("0001TP_006720\n")
    assert make_dataset("camvid", root, "train", "camvid11", SIZE).names == ["0001TP_006720"]


def test_a_listed_frame_that_is_not_there_is_named(camvid_tree):
    root = camvid_tree()
    (root / "train.txt").write_text("0001TP_006690\nSeq05VD_f00000\n")
    with pytest.raises(FileNotFoundError, match=r"train.txt lists Seq05VD_f00000 \(entry 2\)"):
        make_dataset("camvid", root, "train", "camvid11", SIZE)


def test_an_empty_list_and_an_empty_folder_are_refused(camvid_tree):
    root = camvid_tree()
    (root / "train.txt").write_text("\n")
    with pytest.raises(ValueError, match="lists no frames"):
        make_dataset("camvid", root, "train", "camvid11", SIZE)
    (root / "val" / "0016E5_07959.png").unlink()
    with pytest.raises(ValueError, match=r"val holds no .png or .jpg"):
        make_dataset("camvid", root, "val", "camvid11", SIZE)


def test_a_missing_label_image_is_named(camvid_tree):
    root = camvid_tree()
    (root / "trainannot" / "0001TP_006720.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"trainannot/0001TP_006720.png .*1 of 2"):
        make_dataset("camvid", root, "train", "camvid11", SIZE)


@pytest.mark.data
@pytest.mark.skipif(REAL is None, reason="LOSSSTUDY_CAMVID does not name the real CamVid")
@pytest.mark.parametrize(("split", "count"), [("train", 367), ("val", 101)])
def test_the_real_camvid(split, count):
    dataset = make_dataset("camvid", Path(REAL), split, "camvid11", (30, 40))
    assert len(dataset) == count
    assert set(np.unique(dataset.targets)) == {*range(11), 255}
    assert dataset.class_share().sum() == pytest.approx(1)
    assert 0.25 < dataset.class_share()[3] < 0.40  # road
