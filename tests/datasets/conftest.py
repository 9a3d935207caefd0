"""Tiny datasets in the published layouts, written with the names of the releases."""

import csv
from importlib import resources

import numpy as np
import pytest
from PIL import Image

HEIGHT, WIDTH = 12, 16
CITY_FRAMES = {
    "train": [
        "aachen/aachen_000000_000019",
        "aachen/aachen_000001_000019",
        "ulm/ulm_000000_000019",
    ],
    "val": ["munster/munster_000000_000019", "munster/munster_000001_000019"],
}
CAMVID_FRAMES = {"train": ["0001TP_006690", "0001TP_006720"], "val": ["0016E5_07959"]}


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def column_values(table, column):
    text = resources.files("lossstudy.labels").joinpath(f"{table}.csv").read_text("utf-8")
    return np.array([int(row[column]) for row in csv.DictReader(text.splitlines())])


def drawn_rows(table, generator):
    """A label image as rows of the label table, of which each has an id a file can hold."""
    drawable = np.flatnonzero(column_values(table, "id") >= 0)
    return generator.choice(drawable, size=(HEIGHT, WIDTH))


def photo(generator):
    return generator.integers(0, 256, size=(HEIGHT, WIDTH, 3), dtype=np.uint8)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Keep caches and scenes of a test to itself."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LOSSSTUDY_HOME", str(folder))
    return folder


@pytest.fixture
def city_tree(tmp_path):
    """Builder of a tree in the layout of Cityscapes and IDD; the same content at every call."""

    def build(table="cityscapes", encodings=(("Ids", "id"),), suffix=".png", folder="data"):
        generator, root = np.random.default_rng(0), tmp_path / folder
        for split, frames in CITY_FRAMES.items():
            for frame in frames:
                image = root / "leftImg8bit" / split / f"{frame}_leftImg8bit{suffix}"
                save(image, photo(generator))
                rows = drawn_rows(table, generator)
                for name, column in encodings:
                    label = root / "gtFine" / split / f"{frame}_gtFine_label{name}.png"
                    save(label, column_values(table, column)[rows].astype(np.uint8))
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
                save(
                    root / f"{split}annot" / f"{frame}.png",
                    drawn_rows("camvid", generator).astype(np.uint8),
                )
        return root

    return build


@pytest.fixture
def trees(city_tree, camvid_tree):
    """For each dataset a builder of a tree: `trees[name](folder=...)`. A new one goes here."""
    return {
        "cityscapes": lambda folder="data": city_tree("cityscapes", folder=folder),
        "idd": lambda folder="data": city_tree("idd", [("ids", "id")], folder=folder),
        "camvid": lambda folder="data": camvid_tree(folder=folder),
    }
