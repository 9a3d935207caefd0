import numpy as np
import pytest
from PIL import Image

from lossstudy.datasets import make_dataset
from lossstudy.labels import encoding

SIZE = (12, 16)


def test_frames_are_sorted_by_city_and_name(city_tree):
    dataset = make_dataset("cityscapes", city_tree(), "train", "cityscapes19", SIZE)
    assert dataset.names == [
        "aachen/aachen_000000_000019",
        "aachen/aachen_000001_000019",
        "ulm/ulm_000000_000019",
    ]


def test_pixels_are_those_of_the_files(city_tree):
    root = city_tree()
    dataset = make_dataset("cityscapes", root, "val", "cityscapes19", SIZE)
    stem = "val/munster/munster_000001_000019"
    image = np.asarray(Image.open(root / "leftImg8bit" / f"{stem}_leftImg8bit.png"))
    ids = np.asarray(Image.open(root / "gtFine" / f"{stem}_gtFine_labelIds.png"))
    np.testing.assert_array_equal(dataset.images[1], image.transpose(2, 0, 1))
    lut = encoding("cityscapes", "id", "cityscapes19")
    np.testing.assert_array_equal(dataset.targets[1], lut[ids])


def test_train_id_files_serve_where_there_are_no_label_ids(city_tree):
    by_id = make_dataset("cityscapes", city_tree(), "train", "cityscapes19", SIZE)
    root = city_tree(encodings=[("TrainIds", "train_id")], folder="train_ids")
    by_train_id = make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)
    assert by_train_id.fingerprint == by_id.fingerprint


def test_other_files_of_the_release_are_left_alone(city_tree):
    root = city_tree()
    plain = make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)
    for name in ("instanceIds.png", "color.png", "polygons.json", "labelTrainIds.png"):
        (root / "gtFine/train/ulm" / f"ulm_000000_000019_gtFine_{name}").write_bytes(b"no image")
    again = make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)
    assert again.fingerprint == plain.fingerprint


def test_a_missing_label_image_is_named(city_tree):
    root = city_tree()
    missing = root / "gtFine/train/ulm/ulm_000000_000019_gtFine_labelIds.png"
    missing.unlink()
    with pytest.raises(FileNotFoundError, match=rf"{missing.name} .*1 of 3 label images"):
        make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)


def test_a_split_without_label_images_lists_what_was_expected(city_tree):
    root = city_tree()
    for path in (root / "gtFine" / "train").rglob("*.png"):
        path.unlink()
    with pytest.raises(ValueError, match=r"label\{Ids,TrainIds\}.png, found .* nothing"):
        make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)


def test_an_empty_split_is_refused(city_tree):
    root = city_tree()
    for path in (root / "leftImg8bit" / "train").rglob("*.png"):
        path.unlink()
    with pytest.raises(ValueError, match="holds no images"):
        make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)


def test_a_split_whose_labels_are_all_ignored_is_refused(city_tree):
    root = city_tree()
    for path in (root / "gtFine" / "val").rglob("*.png"):
        Image.new("L", (16, 12), 3).save(path)  # 3: out of roi
    with pytest.raises(ValueError, match="none of the 2 label images"):
        make_dataset("cityscapes", root, "val", "cityscapes19", SIZE)


def test_idd_labels_in_a_cityscapes_tree_are_an_error(city_tree):
    """IDD's ids reach 39, those of Cityscapes 33: the mix-up must not pass as data."""
    root = city_tree("idd", [("Ids", "id")])
    with pytest.raises(ValueError, match=r"labelIds.png holds the values \[34, .*only 0-33"):
        make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)
