import pytest

from lossstudy import labels
from lossstudy.datasets import make_dataset
from lossstudy.datasets.idd import ENCODINGS

SIZE = (12, 16)
CASES = [
    ("idd30", "level4Ids", "level4_id"),
    ("idd26", "level3Ids", "level3_id"),
    ("cityscapes19", "csTrainIds", "cs_train_id"),
]


def test_the_usable_encodings_are_exactly_those_that_can_express_the_space():
    for column, usable in ENCODINGS.values():
        for space in labels.spaces("idd"):
            if space in usable:
                labels.encoding("idd", column, space)
            else:
                with pytest.raises(ValueError, match="several of its classes"):
                    labels.encoding("idd", column, space)


@pytest.mark.parametrize(("space", "name", "column"), CASES)
def test_raw_ids_and_the_encoding_of_the_space_give_the_same_targets(
    city_tree, space, name, column
):
    raw = city_tree("idd", [("ids", "id")], folder="raw")
    direct = city_tree("idd", [(name, column)], folder="direct")
    fingerprints = {
        make_dataset("idd", root, "train", space, SIZE).fingerprint for root in (raw, direct)
    }
    assert len(fingerprints) == 1


def test_raw_ids_are_preferred(city_tree):
    root = city_tree("idd", [("ids", "id"), ("level4Ids", "level4_id")])
    plain = make_dataset("idd", root, "train", "idd30", SIZE)
    for path in root.rglob("*_labellevel4Ids.png"):
        path.write_bytes(b"no image")
    assert make_dataset("idd", root, "train", "idd30", SIZE).fingerprint == plain.fingerprint


@pytest.mark.parametrize("name", ["level4Ids", "csIds"])
def test_an_encoding_that_says_too_little_is_refused_with_what_is_there(city_tree, name):
    column = {"level4Ids": "level4_id", "csIds": "cs_id"}[name]
    root = city_tree("idd", [(name, column)])
    with pytest.raises(ValueError, match=rf"label\{{ids,csTrainIds\}}.png, found .*{name};"):
        make_dataset("idd", root, "train", "cityscapes19", SIZE)


def test_jpg_frames_are_read(city_tree):
    root = city_tree("idd", [("ids", "id")], suffix=".jpg")
    assert len(make_dataset("idd", root, "train", "idd30", SIZE)) == 3


def test_frames_of_the_same_name_in_two_sequences_are_told_apart(city_tree):
    root = city_tree("idd", [("ids", "id")])
    for path in list(root.rglob("*_0000*_000019_*")):
        path.rename(path.with_name(path.name.replace("aachen_", "").replace("ulm_", "")))
    names = make_dataset("idd", root, "train", "idd30", SIZE).names
    assert names == ["aachen/000000_000019", "aachen/000001_000019", "ulm/000000_000019"]


def test_level_4_labels_named_as_raw_ids_are_an_error(city_tree):
    root = city_tree("idd", [("ids", "level4_id")])
    with pytest.raises(ValueError, match=r"values \[255\].*expected only 0-39"):
        make_dataset("idd", root, "train", "idd30", SIZE)
