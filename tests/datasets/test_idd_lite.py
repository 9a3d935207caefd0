import numpy as np
import pytest
from PIL import Image

from lossstudy.datasets import make_dataset
from lossstudy.datasets.idd_lite import IddLite


def opened(root, split="train"):
    return make_dataset("idd_lite", root, split, "iddlite7", (12, 16))


def test_ids_are_train_ids_and_255_is_ignored(lite_tree):
    root = lite_tree()
    labels = np.asarray(Image.open(root / "gtFine" / "train" / "38" / "475092_label.png"))
    dataset = opened(root)
    assert dataset.names == ["1/024541", "1/024703", "38/475092"]
    np.testing.assert_array_equal(dataset.targets[2], labels)
    assert set(np.unique(labels)) == {*range(7), 255}


def test_instances_are_neither_read_nor_missed(lite_tree):
    listing = IddLite.listing(lite_tree(), "train", "iddlite7")
    assert listing.unused == []
    assert all("_inst_" not in str(frame.label) for frame in listing.frames)


def test_an_id_outside_the_encoding_is_named(lite_tree):
    root = lite_tree()
    path = root / "gtFine" / "train" / "1" / "024541_label.png"
    Image.new("L", (16, 12), 7).save(path)
    with pytest.raises(ValueError, match=r"024541_label.png holds the values \[7\].*0-6, 255"):
        opened(root)


def test_a_missing_label_image_is_named(lite_tree):
    root = lite_tree()
    (root / "gtFine" / "val" / "119" / "772300_label.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"119/772300_label.png .*1 of 1"):
        opened(root, "val")


def test_the_test_split_has_no_labels(lite_tree):
    root = lite_tree()
    (root / "leftImg8bit" / "val").rename(root / "leftImg8bit" / "test")
    assert (opened(root, "test").targets == 255).all()
