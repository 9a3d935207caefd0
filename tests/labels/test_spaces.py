import pytest

from lossstudy.labels import LABEL_SPACES, label_space, thin_classes


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("cityscapes19", 19),
        ("idd30", 30),
        ("idd26", 26),
        ("iddlite7", 7),
        ("camvid11", 11),
        ("camvid32", 31),  # Void is the 32nd
    ],
)
def test_a_space_has_its_published_number_of_distinct_classes(name, count):
    space = label_space(name)
    assert space.name == name
    assert space.num_classes == len(set(space.classes)) == len(space.colors) == count


@pytest.mark.parametrize("name", LABEL_SPACES)
def test_colors_are_hex(name):
    colors = label_space(name).colors
    assert all(len(bytes.fromhex(color.removeprefix("#"))) == 3 for color in colors)


@pytest.mark.parametrize("name", LABEL_SPACES)
def test_no_class_of_a_space_is_ignored_in_it(name):
    space = label_space(name)
    assert space.ignored
    assert not set(space.ignored) & set(space.classes)


def test_what_a_space_ignores():
    assert {"parking", "rail track", "caravan"} <= set(label_space("cityscapes19").ignored)
    assert label_space("idd30").ignored[0] == "unlabeled"
    assert label_space("camvid11").ignored == ("Void",)


def test_known_colors():
    assert label_space("cityscapes19").colors[0] == "#804080"
    assert label_space("camvid11").colors[:3] == ("#808080", "#800000", "#c0c080")


def test_the_names_of_the_seven_and_of_the_eleven():
    assert label_space("iddlite7").classes == (
        "drivable", "non-drivable", "living-things", "vehicles", "road-side-objs", "far-objects",
        "sky",
    )  # fmt: skip
    assert label_space("camvid11").classes == (
        "sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car",
        "pedestrian", "bicyclist",
    )  # fmt: skip


def test_a_shared_class_is_named_after_its_cityscapes_class():
    classes = label_space("idd30").classes
    assert [classes[i] for i in (3, 15, 23, 26)] == ["sidewalk", "train", "pole", "bridge"]
    assert label_space("idd26").classes[3] == "non-drivable fallback"


def test_thin_classes_follow_the_tables():
    assert thin_classes("idd", "cityscapes19") == ("train",)
    assert thin_classes("idd", "idd30") == ("animal", "caravan", "train")
    for dataset, space in [
        ("cityscapes", "cityscapes19"),
        ("kitti", "cityscapes19"),
        ("idd_lite", "iddlite7"),
        ("camvid", "camvid32"),
    ]:
        assert thin_classes(dataset, space) == ()


def test_unknown_spaces_are_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"idd30.*got 'idd19'"):
        label_space("idd19")
