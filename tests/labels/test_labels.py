import csv
from importlib import resources

import numpy as np
import pytest

from lossstudy import labels, pixels
from lossstudy.labels import LABEL_SPACES, encoding, label_space, mapping, spaces, thin_classes


def rows(table):
    text = resources.files("lossstudy.labels").joinpath(f"{table}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def ids(table, name, column="id"):
    return int(next(row[column] for row in rows(table) if row["name"] == name))


@pytest.mark.parametrize(
    ("name", "count"), [("cityscapes19", 19), ("idd30", 30), ("idd26", 26), ("camvid11", 11)]
)
def test_a_space_has_its_published_number_of_distinct_classes(name, count):
    space = label_space(name)
    assert space.name == name
    assert space.num_classes == len(set(space.classes)) == len(space.colors) == count


def test_ignored_pixels_have_the_same_id_in_labels_and_losses():
    assert labels.IGNORED == pixels.IGNORE_INDEX


@pytest.mark.parametrize("name", LABEL_SPACES)
def test_colors_are_hex_and_ignored_classes_belong_to_the_space(name):
    space = label_space(name)
    assert all(len(bytes.fromhex(color.removeprefix("#"))) == 3 for color in space.colors)
    assert space.ignore <= set(space.classes)


def test_known_colors():
    assert label_space("cityscapes19").colors[0] == "#804080"
    assert label_space("camvid11").colors[0] == "#808080"


def test_idd_level_4_has_ids_0_to_29_and_level_3_ids_0_to_25():
    assert {int(row["level4_id"]) for row in rows("idd")} == {*range(30), 255}
    assert {int(row["level3_id"]) for row in rows("idd")} == {*range(26), 255}


@pytest.mark.parametrize(
    ("level4_id", "names"),
    [
        (3, ["sidewalk", "rail track"]),
        (15, ["trailer", "train", "vehicle fallback"]),
        (23, ["pole", "polegroup"]),
        (26, ["bridge", "tunnel"]),
    ],
)
def test_classes_that_share_a_level_4_id(level4_id, names):
    assert [row["name"] for row in rows("idd") if row["level4_id"] == str(level4_id)] == names


def test_only_four_level_4_ids_are_shared():
    level4 = [row["level4_id"] for row in rows("idd") if row["level4_id"] != "255"]
    assert {i for i in level4 if level4.count(i) > 1} == {"3", "15", "23", "26"}


def test_a_shared_class_is_named_after_its_cityscapes_class():
    classes = label_space("idd30").classes
    assert [classes[i] for i in (3, 15, 23, 26)] == ["sidewalk", "train", "pole", "bridge"]
    assert label_space("idd26").classes[3] == "non-drivable fallback"


def test_idd_gives_cityscapes_train_ids_to_classes_of_the_same_name():
    cityscapes = {row["name"]: row["train_id"] for row in rows("cityscapes")}
    differing = {
        row["name"]
        for row in rows("idd")
        if row["name"] in cityscapes and row["cs_train_id"] != cityscapes[row["name"]]
    }
    assert differing == {"license plate"}  # -1 there, 255 here: ignored in both
    assert ids("idd", "non-drivable fallback", "cs_train_id") == cityscapes_train_id("terrain")


def cityscapes_train_id(name):
    return label_space("cityscapes19").classes.index(name)


def test_thin_classes_follow_the_tables():
    assert thin_classes("idd", "cityscapes19") == ("train",)
    assert thin_classes("cityscapes", "cityscapes19") == ()
    assert thin_classes("idd", "idd30") == ("animal", "caravan", "train")
    assert thin_classes("camvid", "camvid11") == ()


@pytest.mark.parametrize(
    ("table", "column", "space"),
    [
        ("cityscapes", "id", "cityscapes19"),
        ("cityscapes", "train_id", "cityscapes19"),
        ("idd", "id", "cityscapes19"),
        ("idd", "cs_train_id", "cityscapes19"),
        ("idd", "id", "idd30"),
        ("idd", "level4_id", "idd30"),
        ("idd", "id", "idd26"),
        ("idd", "level3_id", "idd26"),
        ("camvid", "id", "camvid11"),
    ],
)
def test_encoding_reaches_every_class_and_nothing_else(table, column, space):
    lut = encoding(table, column, space)
    assert set(lut.tolist()) - {labels.UNDECLARED, 255} == set(
        range(label_space(space).num_classes)
    )
    declared = {int(row[column]) for row in rows(table)} & set(range(256))
    assert set(np.flatnonzero(lut != labels.UNDECLARED).tolist()) == declared


def test_encoding_of_single_classes():
    assert encoding("idd", "id", "cityscapes19")[ids("idd", "train")] == cityscapes_train_id(
        "train"
    )
    assert encoding("idd", "id", "idd30")[ids("idd", "trailer")] == 15
    assert encoding("idd", "id", "cityscapes19")[ids("idd", "trailer")] == 255
    assert encoding("camvid", "id", "camvid11")[11] == 255


@pytest.mark.parametrize(
    ("column", "space"),
    [("level4_id", "cityscapes19"), ("level3_id", "idd30"), ("cs_id", "cityscapes19")],
)
def test_encoding_refuses_a_column_that_says_too_little(column, space):
    with pytest.raises(ValueError, match="several of its classes"):
        encoding("idd", column, space)


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"idd30.*got 'idd19'"):
        label_space("idd19")
    with pytest.raises(ValueError, match=r"cityscapes, idd, camvid, got 'kitti'"):
        spaces("kitti")
    with pytest.raises(ValueError, match="cityscapes can be read in label space cityscapes19"):
        encoding("cityscapes", "id", "idd30")
    with pytest.raises(ValueError, match="no column of ids named 'color'"):
        encoding("idd", "color", "idd30")


@pytest.mark.parametrize("source", ["idd30", "idd26"])
def test_a_perfect_idd_predictor_stays_perfect_on_the_19_classes(source):
    """Every merge of level 4 and level 3 joins at most one of the 19 classes."""
    truth = encoding("idd", "id", "cityscapes19")
    predicted = encoding("idd", "id", source)
    raw = np.flatnonzero((truth != labels.UNDECLARED) & (truth != 255))
    np.testing.assert_array_equal(mapping(source, "cityscapes19")[predicted[raw]], truth[raw])


@pytest.mark.parametrize("name", ["trailer", "vehicle fallback", "rail track", "polegroup"])
def test_the_hidden_part_of_a_shared_class_counts_as_the_class_it_is_named_after(name):
    level4_id = ids("idd", name, "level4_id")
    shared_with = label_space("idd30").classes[level4_id]
    assert mapping("idd30", "cityscapes19")[level4_id] == cityscapes_train_id(shared_with)


def test_a_class_without_a_counterpart_maps_to_other():
    to_19 = mapping("idd30", "cityscapes19")
    names = {c for c, t in zip(label_space("idd30").classes, to_19, strict=True) if t == 19}
    assert {"parking", "autorickshaw", "billboard", "fallback background"} <= names
    assert not names & set(label_space("cityscapes19").classes)
    assert len(names) == 30 - 19


def test_camvid_and_cityscapes_map_to_each_other_and_back():
    there, back = mapping("camvid11", "cityscapes19"), mapping("cityscapes19", "camvid11")
    np.testing.assert_array_equal(back[there], np.arange(11))
    assert label_space("cityscapes19").classes[there[4]] == "sidewalk"
    assert back[cityscapes_train_id("bicycle")] == 11


@pytest.mark.parametrize("name", LABEL_SPACES)
def test_mapping_a_space_to_itself_changes_nothing(name):
    np.testing.assert_array_equal(mapping(name, name), np.arange(label_space(name).num_classes))


@pytest.mark.parametrize(
    ("source", "target"), [("cityscapes19", "idd30"), ("idd30", "camvid11"), ("idd30", "idd26")]
)
def test_undefined_mappings_are_refused(source, target):
    with pytest.raises(ValueError, match=f"from label space {source} to {target}"):
        mapping(source, target)
