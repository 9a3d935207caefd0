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
    with pytest.raises(FileNotFoundError, match=rf"{missing.name} .*1 of 3 label files"):
        make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)


def test_a_split_without_label_images_lists_what_was_expected(city_tree):
    root = city_tree()
    for path in (root / "gtFine" / "train").rglob("*.png"):
        path.unlink()
    with pytest.raises(ValueError, match=r"\{labelIds.png,labelTrainIds.png\}, found nothing"):
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
    with pytest.raises(ValueError, match="none of the 2 label files"):
        make_dataset("cityscapes", root, "val", "cityscapes19", SIZE)


def test_idd_labels_in_a_cityscapes_tree_are_an_error(city_tree):
    """IDD's ids reach 39, those of Cityscapes 33: the mix-up must not pass as data."""
    root = city_tree("idd", [("Ids", "id")])
    with pytest.raises(ValueError, match=r"labelIds.png holds the values \[34, .*only 0-33"):
        make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)


@pytest.mark.parametrize(("split", "folder"), [("train_coarse", "train"), ("train_extra", "val")])
def test_coarse_labels_are_read_for_their_splits(city_tree, split, folder):
    """The images of `train` and of `train_extra`, which here are those of `val`."""
    root = city_tree(kind="gtCoarse")
    for part in ("leftImg8bit", "gtCoarse"):
        if split == "train_extra":
            (root / part / "val").rename(root / part / "train_extra")
    coarse = make_dataset("cityscapes", root, split, "cityscapes19", SIZE)
    fine = make_dataset("cityscapes", city_tree(folder="fine"), folder, "cityscapes19", SIZE)
    assert coarse.names == fine.names
    assert coarse.fingerprint == fine.fingerprint


@pytest.mark.parametrize("split", ["test", "train_extra_unlabelled"])
def test_splits_without_labels_are_images_alone(city_tree, split):
    root = city_tree()
    folder = split.removesuffix("_unlabelled")
    (root / "leftImg8bit" / "train").rename(root / "leftImg8bit" / folder)
    (root / "gtFine" / "train").rename(root / "gtFine" / folder)
    dataset = make_dataset("cityscapes", root, split, "cityscapes19", SIZE)
    assert len(dataset) == 3
    assert dataset.images.any()
    assert (dataset.targets == 255).all()
    assert not dataset.image_class_pixels.any()
    with pytest.raises(ValueError, match="this split of cityscapes has no labels"):
        dataset.class_share()


def test_coarse_labels_that_are_not_there_are_asked_for_by_their_name(city_tree):
    with pytest.raises(FileNotFoundError, match=r"gtCoarse/train; expected .*_gtCoarse_labelIds"):
        make_dataset("cityscapes", city_tree(), "train_coarse", "cityscapes19", SIZE)


def test_an_encoding_that_all_frames_have_is_preferred(city_tree):
    root = city_tree(encodings=[("Ids", "id"), ("TrainIds", "train_id")])
    plain = make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)
    (root / "gtFine/train/ulm/ulm_000000_000019_gtFine_labelIds.png").unlink()
    again = make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)
    assert again.fingerprint == plain.fingerprint
