"""Tiny datasets in the published layouts, written with the names of the releases."""

import json

import numpy as np
import pytest
from PIL import Image

from tests.datasets.trees import annotation, column_values, drawn_rows, photo, save, table_rows

CITY_FRAMES = {
    "train": [
        "aachen/aachen_000000_000019",
        "aachen/aachen_000001_000019",
        "ulm/ulm_000000_000019",
    ],
    "val": ["munster/munster_000000_000019", "munster/munster_000001_000019"],
}
LITE_FRAMES = {"train": ["1/024541", "1/024703", "38/475092"], "val": ["119/772300"]}
CAMVID_FRAMES = {"train": ["0001TP_006690", "0001TP_006720"], "val": ["0016E5_07959"]}
STILLS = ["0001TP_006690", "0001TP_008550", "0006R0_f00930", "0016E5_07961", "Seq05VD_f00000"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Keep caches and scenes of a test to itself."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LOSSSTUDY_HOME", str(folder))
    return folder


@pytest.fixture
def city_tree(tmp_path):
    """Builder of a tree in the layout of Cityscapes and IDD; the same content at every call."""

    def build(
        table="cityscapes", encodings=(("Ids", "id"),), suffix=".png", folder="data", kind="gtFine"
    ):
        generator, root = np.random.default_rng(0), tmp_path / folder
        for split, frames in CITY_FRAMES.items():
            for frame in frames:
                image = root / "leftImg8bit" / split / f"{frame}_leftImg8bit{suffix}"
                save(image, photo(generator))
                rows = drawn_rows(table, generator)
                for name, column in encodings:
                    label = root / kind / split / f"{frame}_{kind}_label{name}.png"
                    save(label, column_values(table, column)[rows].astype(np.uint8))
        return root

    return build


@pytest.fixture
def polygon_tree(city_tree):
    """Builder of IDD as released: one object a pixel, which says what the label images would."""

    def build(folder="data"):
        root = city_tree("idd", [("ids", "id")], folder=folder)
        names = [row["name"] for row in table_rows("idd")]
        for path in root.rglob("*_labelids.png"):
            ids = np.asarray(Image.open(path))
            pixels = [
                (names[ids[y, x]], [[x, y], [x, y], [x, y]]) for y, x in np.ndindex(ids.shape)
            ]
            text = json.dumps(annotation(*pixels))
            path.with_name(path.name.replace("labelids.png", "polygons.json")).write_text(text)
            path.unlink()
        return root

    return build


@pytest.fixture
def lite_tree(tmp_path):
    """Builder of a tree in the layout of IDD Lite."""

    def build(folder="data"):
        generator, root = np.random.default_rng(0), tmp_path / folder
        for split, frames in LITE_FRAMES.items():
            for frame in frames:
                save(root / "leftImg8bit" / split / f"{frame}_image.jpg", photo(generator))
                rows = drawn_rows("idd_lite", generator)
                labels = column_values("idd_lite", "id")[rows].astype(np.uint8)
                save(root / "gtFine" / split / f"{frame}_label.png", labels)
                save(root / "gtFine" / split / f"{frame}_inst_label.png", labels)
        return root

    return build


@pytest.fixture
def kitti_tree(tmp_path):
    """Builder of a tree in the layout of KITTI's `data_semantics.zip`."""

    def build(folder="data", count=11):
        generator, root = np.random.default_rng(0), tmp_path / folder
        for number in range(count):
            name = f"{number:06d}_10.png"
            save(root / "training" / "image_2" / name, photo(generator))
            save(root / "testing" / "image_2" / name, photo(generator))
            rows = drawn_rows("cityscapes", generator)
            ids = column_values("cityscapes", "id")[rows].astype(np.uint8)
            save(root / "training" / "semantic" / name, ids)
        return root

    return build


@pytest.fixture
def camvid_tree(tmp_path):
    """Builder of a tree in the layout of the SegNet release of CamVid."""

    def build(suffix=".png", folder="data"):
        generator, root = np.random.default_rng(0), tmp_path / folder
        for split, frames in CAMVID_FRAMES.items():
            for frame in frames:
                save(root / split / f"{frame}{suffix}", photo(generator))
                rows = drawn_rows("camvid", generator)
                ids = column_values("camvid", "id")[rows].astype(np.uint8)
                save(root / f"{split}annot" / f"{frame}.png", ids)
        return root

    return build


@pytest.fixture
def stills_tree(tmp_path):
    """Builder of a tree in the layout of the original release of CamVid."""

    def build(folder="data"):
        generator, root = np.random.default_rng(0), tmp_path / folder
        colors = [bytes.fromhex(row["color"][1:]) for row in table_rows("camvid")]
        colors = np.array([list(color) for color in colors], dtype=np.uint8)
        for frame in STILLS:
            save(root / "701_StillsRaw_full" / f"{frame}.png", photo(generator))
            label = root / "LabeledApproved_full" / f"{frame}_L.png"
            save(label, colors[drawn_rows("camvid", generator)])
        return root

    return build


@pytest.fixture
def trees(city_tree, lite_tree, kitti_tree, camvid_tree, stills_tree):
    """For each dataset and label space a builder of a tree: `trees[name, space](folder=...)`."""

    def idd(folder="data"):
        return city_tree("idd", [("ids", "id")], folder=folder)

    return {
        ("cityscapes", "cityscapes19"): city_tree,
        ("idd", "idd30"): idd,
        ("idd", "idd26"): idd,
        ("idd", "cityscapes19"): idd,
        ("idd_lite", "iddlite7"): lite_tree,
        ("kitti", "cityscapes19"): kitti_tree,
        ("camvid", "camvid11"): camvid_tree,
        ("camvid", "camvid32"): stills_tree,
    }
