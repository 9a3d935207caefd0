import pytest

from lossstudy import labels, pixels
from lossstudy.labels import label_space, spaces
from tests.labels.tables import ids, rows


def test_ignored_pixels_have_the_same_id_in_labels_and_losses():
    assert labels.IGNORED == pixels.IGNORE_INDEX


def test_idd_level_4_has_ids_0_to_29_level_3_ids_0_to_25_and_level_1_ids_0_to_6():
    assert {int(row["level4_id"]) for row in rows("idd")} == {*range(30), 255}
    assert {int(row["level3_id"]) for row in rows("idd")} == {*range(26), 255}
    assert {int(row["level1_id"]) for row in rows("idd")} == {*range(7), 255}


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


def test_idd_gives_cityscapes_train_ids_to_classes_of_the_same_name():
    cityscapes = {row["name"]: row["train_id"] for row in rows("cityscapes")}
    differing = {
        row["name"]
        for row in rows("idd")
        if row["name"] in cityscapes and row["cs_train_id"] != cityscapes[row["name"]]
    }
    assert differing == {"license plate"}  # -1 there, 255 here: ignored in both
    terrain = label_space("cityscapes19").classes.index("terrain")
    assert ids("idd", "non-drivable fallback", "cs_train_id") == terrain


def test_camvid_has_32_colours_each_for_one_class():
    table = rows("camvid")
    assert len(table) == len({row["name"] for row in table}) == 32
    assert len({row["color"] for row in table}) == 32


def test_camvids_32_classes_are_grouped_into_11_by_kind():
    """The groups of SegNet: 5 kinds of building, 5 of vehicle, 4 of people and animals."""
    groups = [int(row["train_id"]) for row in rows("camvid")]
    sizes = [groups.count(group) for group in range(11)]
    assert sizes == [1, 5, 2, 3, 3, 2, 3, 1, 5, 4, 2]
    assert groups.count(255) == 1
    names = (*label_space("camvid11").classes, "void")
    of = {row["name"]: names[int(row["id"])] for row in rows("camvid")}
    assert (of["Wall"], of["TrafficLight"], of["Truck_Bus"]) == ("building", "sign", "car")
    assert (of["MotorcycleScooter"], of["Child"]) == ("bicyclist", "pedestrian")


def test_the_spaces_of_a_dataset_start_with_its_own():
    assert spaces("kitti") == spaces("cityscapes") == ("cityscapes19",)
    assert spaces("idd_lite") == ("iddlite7",)
    assert spaces("camvid") == ("camvid11", "camvid32")
    with pytest.raises(ValueError, match=r"cityscapes, kitti, .*got 'mapillary'"):
        spaces("mapillary")
