import pytest

from lossstudy.datasets import make_dataset
from lossstudy.datasets.kitti import Kitti

SIZE = (6, 8)


def opened(root, split):
    return make_dataset("kitti", root, split, "cityscapes19", SIZE)


def test_every_fifth_frame_is_validation(kitti_tree):
    root = kitti_tree(count=11)
    assert opened(root, "val").names == ["000004_10", "000009_10"]
    train = opened(root, "train").names
    assert len(train) == 9
    assert not set(train) & {"000004_10", "000009_10"}


def test_a_missing_frame_moves_no_other_into_another_split(kitti_tree):
    root = kitti_tree(count=11)
    (root / "training" / "image_2" / "000002_10.png").unlink()
    assert opened(root, "val").names == ["000004_10", "000009_10"]


def test_of_the_published_200_frames_a_fifth_is_validation():
    assert Kitti.official["train"] == 4 * Kitti.official["val"]
    assert Kitti.official["train"] + Kitti.official["val"] == 200


def test_the_test_split_has_no_labels(kitti_tree):
    test = opened(kitti_tree(count=5), "test")
    assert len(test) == 5
    assert (test.targets == 255).all()


def test_fewer_than_five_frames_have_no_validation(kitti_tree):
    with pytest.raises(ValueError, match="holds no frames of the val split"):
        opened(kitti_tree(count=4), "val")


def test_a_missing_label_image_is_named_in_its_split_only(kitti_tree):
    root = kitti_tree()
    (root / "training" / "semantic" / "000004_10.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"semantic/000004_10.png .*1 of 2"):
        opened(root, "val")
    assert len(opened(root, "train")) == 9
