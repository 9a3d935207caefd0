import numpy as np
import pytest

from lossstudy import labels
from lossstudy.labels import color_table, encoding, label_space
from tests.labels.tables import ids, rows


@pytest.mark.parametrize(
    ("table", "column", "space"),
    [
        ("cityscapes", "id", "cityscapes19"),
        ("cityscapes", "train_id", "cityscapes19"),
        ("kitti", "id", "cityscapes19"),
        ("idd", "id", "cityscapes19"),
        ("idd", "cs_train_id", "cityscapes19"),
        ("idd", "id", "idd30"),
        ("idd", "level4_id", "idd30"),
        ("idd", "id", "idd26"),
        ("idd", "level3_id", "idd26"),
        ("idd_lite", "id", "iddlite7"),
        ("camvid", "id", "camvid11"),
    ],
)
def test_encoding_reaches_every_class_and_nothing_else(table, column, space):
    lut = encoding(table, column, space)
    assert set(lut.tolist()) - {labels.UNDECLARED, 255} == set(
        range(label_space(space).num_classes)
    )
    file = "cityscapes" if table == "kitti" else table
    declared = {int(row[column]) for row in rows(file)} & set(range(256))
    assert set(np.flatnonzero(lut != labels.UNDECLARED).tolist()) == declared


def test_encoding_of_single_classes():
    train = label_space("cityscapes19").classes.index("train")
    assert encoding("idd", "id", "cityscapes19")[ids("idd", "train")] == train
    assert encoding("idd", "id", "idd30")[ids("idd", "trailer")] == 15
    assert encoding("idd", "id", "cityscapes19")[ids("idd", "trailer")] == 255
    assert encoding("camvid", "id", "camvid11")[11] == 255
    assert encoding("idd_lite", "id", "iddlite7")[255] == 255
    assert encoding("idd_lite", "id", "iddlite7")[7] == labels.UNDECLARED


@pytest.mark.parametrize(
    ("table", "column", "space"),
    [
        ("idd", "level4_id", "cityscapes19"),
        ("idd", "level3_id", "idd30"),
        ("idd", "cs_id", "cityscapes19"),
        ("camvid", "id", "camvid32"),
    ],
)
def test_encoding_refuses_a_column_that_says_too_little(table, column, space):
    with pytest.raises(ValueError, match="several of its classes"):
        encoding(table, column, space)


def test_unknown_columns_and_spaces_are_refused():
    with pytest.raises(ValueError, match="cityscapes can be read in label space cityscapes19"):
        encoding("cityscapes", "id", "idd30")
    with pytest.raises(ValueError, match="no column of ids named 'color'"):
        encoding("idd", "color", "idd30")


@pytest.mark.parametrize("space", ["camvid11", "camvid32"])
def test_colours_reach_every_class_of_camvid_and_nothing_else(space):
    colors = color_table("camvid", space)
    assert len(colors) == 32
    assert set(colors.values()) == {*range(label_space(space).num_classes), 255}
    assert colors[0, 0, 0] == 255


def test_a_painted_label_map_reads_back_as_it_was():
    space = label_space("camvid32")
    colors = color_table("camvid", "camvid32")
    for train_id, color in enumerate(space.colors):
        assert colors[tuple(bytes.fromhex(color[1:]))] == train_id


def test_colours_and_ids_of_camvid_agree_on_the_11_classes():
    by_id, by_color = encoding("camvid", "id", "camvid11"), color_table("camvid", "camvid11")
    for row in rows("camvid"):
        assert by_color[tuple(bytes.fromhex(row["color"][1:]))] == by_id[int(row["id"])]


@pytest.mark.parametrize(("table", "space"), [("cityscapes", "cityscapes19"), ("idd", "idd30")])
def test_colours_that_stand_for_several_classes_are_refused(table, space):
    with pytest.raises(ValueError, match=r"colour #.* stands for several of its classes"):
        color_table(table, space)
