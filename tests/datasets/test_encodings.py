import numpy as np
import pytest
from PIL import Image

from lossstudy import labels
from lossstudy.datasets._encodings import Colors, Ids, Polygons, encoding
from lossstudy.datasets._tree import DiskFile
from tests.datasets.trees import table_rows


@pytest.fixture
def file(tmp_path):
    return DiskFile(tmp_path / "label.png")


def test_the_name_chooses_the_reader():
    assert isinstance(encoding("idd", "id", "idd30"), Ids)
    assert isinstance(encoding("idd", "polygons", "idd30"), Polygons)
    assert isinstance(encoding("camvid", "color", "camvid32"), Colors)


def test_another_space_is_another_key():
    for name in ("id", "polygons"):
        keys = [encoding("idd", name, space).key() for space in labels.spaces("idd")]
        assert keys[0] != keys[1] != keys[2] != keys[0]
    coarse, fine = (encoding("camvid", "color", s).key() for s in ("camvid11", "camvid32"))
    assert coarse != fine


def test_every_id_becomes_its_train_id(file):
    lut = labels.encoding("idd", "id", "idd30")
    ids = np.flatnonzero(lut >= 0).astype(np.uint8).reshape(4, -1)
    Image.fromarray(ids).save(file.path)
    np.testing.assert_array_equal(encoding("idd", "id", "idd30").read(file), lut[ids])


def test_one_undeclared_id_is_enough(file):
    ids = np.zeros((12, 16), dtype=np.uint8)
    ids[5, 5] = 12
    Image.fromarray(ids).save(file.path)
    with pytest.raises(ValueError, match=r"label.png holds the values \[12\].*only 0-11"):
        encoding("camvid", "id", "camvid11").read(file)


@pytest.mark.parametrize("space", ["camvid11", "camvid32"])
def test_every_colour_becomes_its_train_id(file, space):
    rows = table_rows("camvid")
    colors = [list(bytes.fromhex(row["color"][1:])) for row in rows]
    Image.fromarray(np.array([colors], dtype=np.uint8)).save(file.path)
    column = {"camvid11": "train_id", "camvid32": "camvid32_id"}[space]
    expected = [int(row[column]) for row in rows]
    assert np.asarray(encoding("camvid", "color", space).read(file))[0].tolist() == expected


@pytest.mark.parametrize("color", [(64, 128, 65), (255, 255, 255), (1, 0, 0)])
def test_one_unknown_colour_is_enough(file, color):
    pixels = np.zeros((12, 16, 3), dtype=np.uint8)
    pixels[5, 5] = color
    Image.fromarray(pixels).save(file.path)
    match = rf"label.png holds 1 pixels of other .* the 32 of .*first \({color[0]}, {color[1]}, "
    with pytest.raises(ValueError, match=match):
        encoding("camvid", "color", "camvid32").read(file)
