import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lossstudy.datasets import make_dataset
from lossstudy.datasets._polygons import draw
from lossstudy.datasets._tree import DiskFile
from lossstudy.labels import name_table
from tests.datasets.trees import annotation

CLASSES = {"road": 0, "car": 11, "pole": 23, "polegroup": 24, "license plate": 255}
ALL = [[-1, -1], [20, -1], [20, 20], [-1, 20]]
LEFT = [[0, 0], [7, 0], [7, 11], [0, 11]]


@pytest.fixture
def drawn(tmp_path):
    """The label image of an annotation, as an array."""

    def build(content):
        path = tmp_path / "0001_gtFine_polygons.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return np.asarray(draw(DiskFile(path), CLASSES, 255))

    return build


def test_later_objects_lie_over_earlier_ones_and_the_rest_is_background(drawn):
    labels = drawn(annotation(("road", LEFT), ("car", [[0, 0], [3, 0], [3, 11], [0, 11]])))
    assert (labels[:, :4] == 11).all()
    assert (labels[:, 4:8] == 0).all()
    assert (labels[:, 8:] == 255).all()
    other = drawn(annotation(("car", [[0, 0], [3, 0], [3, 11], [0, 11]]), ("road", LEFT)))
    assert (other[:, :8] == 0).all()


def test_deleted_objects_are_left_out(drawn):
    content = annotation(("road", ALL), ("car", ALL), ("pole", ALL))
    content["objects"][1]["deleted"] = 0
    content["objects"][2]["deleted"] = 1
    assert (drawn(content) == 11).all()


@pytest.mark.parametrize(("label", "value"), [("cargroup", 11), ("polegroup", 24), ("car", 11)])
def test_a_group_that_is_no_class_itself_is_its_class(drawn, label, value):
    assert (drawn(annotation((label, ALL))) == value).all()


@pytest.mark.parametrize("points", [[], [[3, 3]], [[3, 3], [9, 9]]])
def test_fewer_than_three_points_draw_nothing(drawn, points):
    assert (drawn(annotation(("car", points))) == 255).all()


@pytest.mark.parametrize(
    ("points", "columns"),
    [
        ([[8, -500], [900, -500], [900, 700], [8, 700]], range(8, 16)),
        ([[40, 0], [60, 0], [60, 12]], []),
        ([[-60, -60], [-40, -60], [-40, -40]], []),
    ],
)
def test_what_lies_outside_the_image_is_cut_off(drawn, points, columns):
    labels = drawn(annotation(("car", points)))
    assert labels.shape == (12, 16)
    assert [x for x in range(16) if (labels[:, x] == 11).all()] == list(columns)
    assert set(np.unique(labels)) <= {11, 255}


def test_fractions_of_a_pixel_are_drawn_as_the_release_does(drawn):
    """Its scripts hand the points to Pillow as they are, without rounding."""
    points = [[1.4, 0.6], [9.7, 2.2], [12.5, 9.5], [3.3, 10.9]]
    image = Image.new("L", (16, 12), 255)
    ImageDraw.Draw(image).polygon([tuple(point) for point in points], fill=11)
    np.testing.assert_array_equal(drawn(annotation(("car", points))), np.asarray(image))


def test_an_unknown_label_is_named(drawn):
    with pytest.raises(ValueError, match=r"polygons.json labels an object 'tram'.* road, car, "):
        drawn(annotation(("road", ALL), ("tram", ALL)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"imgWidth": 16, "obj',
        '{"imgWidth": "ü"}'.encode("latin-1"),
        b"[" * 100_000,
        b"[" + b"9" * 5000 + b"]",
    ],
)
def test_what_is_not_json_in_utf8_is_named(drawn, content):
    with pytest.raises(ValueError, match=r"polygons.json cannot be read as JSON in UTF-8"):
        drawn(content)


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"imgWidth": 16, "imgHeight": 12},
        {"imgWidth": "wide", "imgHeight": 12, "objects": []},
        b'{"imgWidth": 1e400, "imgHeight": 12, "objects": []}',
        annotation(("car", [[0, 0], [10**400, 3], [5, 5]])),
        {"imgWidth": 16, "imgHeight": 12, "objects": [{"label": "car"}]},
        {"imgWidth": 16, "imgHeight": 12, "objects": ["car"]},
        {"imgWidth": 16, "imgHeight": 12, "objects": [{"label": "car", "polygon": [[1, 2, 3]]}]},
    ],
)
def test_json_of_another_kind_is_named(drawn, content):
    with pytest.raises(ValueError, match=r"polygons.json is no annotation .*expected imgWidth"):
        drawn(content)


@pytest.mark.parametrize(("size", "match"), [((0, 12), "0x12"), ((10**6, 10**6), "announces")])
def test_an_absurd_size_is_named(drawn, size, match):
    with pytest.raises(ValueError, match=f"polygons.json .*{match}"):
        drawn(annotation(size=size))


@pytest.mark.parametrize("far", [1e300, float("nan"), float("inf"), -(2.0**21)])
def test_points_beyond_all_images_are_named(drawn, far):
    with pytest.raises(ValueError, match=r"polygons.json draws a car through the point \("):
        drawn(annotation(("car", [[0, 0], [far, 3], [5, 5]])))


def test_class_names_are_those_of_the_table():
    names = name_table("idd", "idd30")
    assert (names["train"], names["trailer"], names["license plate"]) == (15, 15, 255)


def test_polygons_say_what_the_label_images_say(polygon_tree, city_tree):
    drawn = make_dataset("idd", polygon_tree(folder="polygons"), "train", "idd30", (12, 16))
    masks = make_dataset("idd", city_tree("idd", [("ids", "id")]), "train", "idd30", (12, 16))
    assert drawn.fingerprint == masks.fingerprint
