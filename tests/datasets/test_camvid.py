import os
from pathlib import Path

import numpy as np
import pytest

from lossstudy.datasets import make_dataset
from lossstudy.datasets.camvid import segnet_split

SIZE = (12, 16)
REAL = os.environ.get("LOSSSTUDY_CAMVID")


def opened(root, split, space):
    return make_dataset("camvid", root, split, space, SIZE)


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
    with pytest.raises(ValueError, match=r"val holds no images \*.png or"):
        make_dataset("camvid", root, "val", "camvid11", SIZE)


def test_a_missing_label_image_is_named(camvid_tree):
    root = camvid_tree()
    (root / "trainannot" / "0001TP_006720.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"trainannot/0001TP_006720.png .*1 of 2"):
        make_dataset("camvid", root, "train", "camvid11", SIZE)


def test_the_original_release_is_split_as_the_lists_of_segnet_do(stills_tree):
    root = stills_tree()
    names = {split: opened(root, split, "camvid32").names for split in ("train", "val", "test")}
    assert names == {
        "train": ["0001TP_006690", "0006R0_f00930"],
        "val": ["0016E5_07961"],
        "test": ["0001TP_008550", "Seq05VD_f00000"],
    }


@pytest.mark.parametrize(
    ("stem", "split"),
    [
        ("0016E5_07920", "train"),
        ("0016E5_07959", "val"),
        ("0016E5_08159", "val"),
        ("0016E5_08190", "train"),
        ("0001TP_008520", "train"),
        ("0001TP_010380", "test"),
    ],
)
def test_the_borders_of_the_splits(stem, split):
    assert segnet_split(stem) == split


def test_the_original_release_can_be_read_in_11_classes(stills_tree):
    dataset = opened(stills_tree(), "train", "camvid11")
    fine = opened(stills_tree(), "train", "camvid32")
    assert dataset.num_classes == 11
    assert (dataset.targets[fine.targets == 17] == 3).all()  # road
    np.testing.assert_array_equal(dataset.targets == 255, fine.targets == 255)


def test_the_release_of_segnet_cannot_express_32_classes(camvid_tree):
    with pytest.raises(ValueError, match=r"the 11 classes that came with SegNet; .*camvid11"):
        opened(camvid_tree(), "train", "camvid32")


def test_a_list_splits_the_original_release(stills_tree):
    root = stills_tree()
    (root / "val.txt").write_text("Seq05VD_f00000.png\n")
    assert opened(root, "val", "camvid32").names == ["Seq05VD_f00000"]


def test_a_list_that_is_not_text_is_named(camvid_tree):
    root = camvid_tree()
    (root / "train.txt").write_bytes("0001TP_006690 ü".encode("latin-1"))
    with pytest.raises(ValueError, match=r"train.txt is not text in UTF-8"):
        opened(root, "train", "camvid11")


@pytest.mark.data
@pytest.mark.skipif(REAL is None, reason="LOSSSTUDY_CAMVID does not name the real CamVid")
@pytest.mark.parametrize(("split", "count"), [("train", 367), ("val", 101)])
def test_the_real_camvid(split, count):
    dataset = make_dataset("camvid", Path(REAL), split, "camvid11", (30, 40))
    assert len(dataset) == count
    assert set(np.unique(dataset.targets)) == {*range(11), 255}
    assert dataset.class_share().sum() == pytest.approx(1)
    assert 0.25 < dataset.class_share()[3] < 0.40  # road
