import pytest
from PIL import Image

from lossstudy import labels
from lossstudy.datasets import make_dataset
from lossstudy.datasets.idd import ENCODINGS, Idd

SIZE = (12, 16)
CASES = [
    ("idd30", "level4Ids", "level4_id"),
    ("idd26", "level3Ids", "level3_id"),
    ("cityscapes19", "csTrainIds", "cs_train_id"),
]


def test_the_usable_encodings_are_exactly_those_that_can_express_the_space():
    for column, usable in ENCODINGS.values():
        if column == "polygons":
            continue
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
    with pytest.raises(
        ValueError,
        match=rf"\{{labelids.png,labelcsTrainIds.png,polygons.json\}}, found label{name}.png;",
    ):
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


def test_both_parts_in_one_folder_are_one_split(city_tree):
    root = city_tree("idd", [("ids", "id")], suffix=".jpg")
    frame = root / "leftImg8bit/train/aachen/aachen_000000_000019_leftImg8bit"
    Image.open(f"{frame}.jpg").save(f"{frame}.png")
    frame.with_suffix(".jpg").unlink()
    assert len(make_dataset("idd", root, "train", "idd30", SIZE)) == 3


def test_two_images_of_one_frame_are_named(city_tree):
    root = city_tree("idd", [("ids", "id")])
    frame = root / "leftImg8bit/train/aachen/aachen_000000_000019_leftImg8bit"
    Image.open(f"{frame}.png").save(f"{frame}.jpg")
    with pytest.raises(ValueError, match=rf"{frame.name}.jpg and .*png are the same frame"):
        make_dataset("idd", root, "train", "idd30", SIZE)


@pytest.mark.parametrize("space", labels.spaces("idd"))
def test_without_label_images_the_polygons_are_drawn(city_tree, polygon_tree, space):
    masks = make_dataset("idd", city_tree("idd", [("ids", "id")]), "val", space, SIZE)
    root = polygon_tree(folder="polygons")
    assert Idd.listing(root, "val", space).encoding == "polygons"
    assert make_dataset("idd", root, "val", space, SIZE).fingerprint == masks.fingerprint


def test_polygons_serve_where_label_images_say_too_little(city_tree, polygon_tree):
    root = polygon_tree(folder="both")
    coarse = city_tree("idd", [("csIds", "cs_id"), ("level3Ids", "level3_id")])
    for path in coarse.rglob("gtFine/**/*.png"):
        path.rename(root / path.relative_to(coarse))
    assert Idd.listing(root, "train", "idd30").encoding == "polygons"
    assert Idd.listing(root, "train", "idd26").encoding == "level3_id"


def test_an_unknown_label_is_reported_with_its_file(polygon_tree):
    root = polygon_tree()
    path = root / "gtFine/train/ulm/ulm_000000_000019_gtFine_polygons.json"
    path.write_text(path.read_text().replace('"sky"', '"heaven"'))
    with pytest.raises(ValueError, match=rf"{path.name} labels an object 'heaven'"):
        make_dataset("idd", root, "train", "idd30", SIZE)


def test_polygons_of_another_size_than_the_image_are_refused(polygon_tree):
    root = polygon_tree()
    path = root / "gtFine/train/ulm/ulm_000000_000019_gtFine_polygons.json"
    path.write_text(path.read_text().replace('"imgWidth": 16', '"imgWidth": 20'))
    with pytest.raises(ValueError, match=rf"{path.name} is 20x12 pixels, its image .* 16x12"):
        make_dataset("idd", root, "train", "idd30", SIZE)


def test_the_published_parts_have_the_same_splits():
    assert Idd.official.keys() == Idd.official_part_2.keys()
