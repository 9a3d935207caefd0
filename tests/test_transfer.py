import json

import numpy as np
import pytest
from PIL import Image
from torch import nn

from lossstudy import encodings
from lossstudy.config import ExperimentConfig
from lossstudy.datasets import make_dataset
from lossstudy.evaluation import evaluate
from lossstudy.labels import name_table
from lossstudy.models import SegmentationModel
from lossstudy.transfer import raw_counts, raw_listing, transfer_root

SIZE = (16, 24)
TRAIN_IDS = encodings.hypotheses()[encodings.RIGHT]


class ByBrightness(SegmentationModel):
    """A network whose prediction is the red channel, in 19 steps."""

    def __init__(self):
        super().__init__(19, nn.BatchNorm2d(3))  # parameters, which tell the device

    def forward(self, images):
        steps = (images[:, 0] * 18.9).long()
        return nn.functional.one_hot(steps, 19).permute(0, 3, 1, 2).float()


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Three validation frames of IDD as label images of raw ids, in which every raw class is."""
    monkeypatch.setenv("LOSSSTUDY_HOME", str(tmp_path / "home"))
    generator = np.random.default_rng(0)
    for number in range(3):
        image = generator.integers(0, 256, (*SIZE, 3), dtype=np.uint8)
        ids = generator.permutation(np.arange(384) % 40).reshape(SIZE).astype(np.uint8)
        for folder, kind, pixels in (
            ("leftImg8bit", "leftImg8bit", image),
            ("gtFine", "gtFine_labelids", ids),
        ):
            path = tmp_path / "idd" / folder / "val" / "000" / f"{number:06d}_{kind}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)
    return tmp_path / "idd"


def settings(root):
    return ExperimentConfig(data_root=str(root), transfer_dataset="idd", transfer_root=str(root))


def label_files(root):
    return sorted(root.rglob("*_labelids.png"))


def as_polygons(root):
    """Replace the label images by annotations of one object a pixel; `unlabeled` is not drawn."""
    names = list(name_table("idd", "idd30"))
    for path in label_files(root):
        ids = np.asarray(Image.open(path))
        objects = [
            {"label": names[ids[y, x]], "polygon": [[x, y]] * 3}
            for y, x in np.ndindex(ids.shape)
            if names[ids[y, x]] != "unlabeled"
        ]
        annotation = {"imgWidth": SIZE[1], "imgHeight": SIZE[0], "objects": objects}
        path.with_name(path.name.replace("labelids.png", "polygons.json")).write_text(
            json.dumps(annotation)
        )
        path.unlink()


@pytest.mark.parametrize("batch_size", [2, 16])
def test_count_adds_up_to_the_confusion_matrix_of_the_evaluation(root, batch_size):
    dataset = make_dataset("idd", root, "val", "cityscapes19", SIZE)
    model = ByBrightness()
    counts = np.array(raw_counts(model, dataset, settings(root), batch_size)["raw"]["counts"])
    confusion = evaluate(model, dataset, "cityscapes19").sum(0)[:, :19]
    assert confusion.any()
    summed = [counts[:, train_id == TRAIN_IDS].sum(1) for train_id in range(19)]
    np.testing.assert_array_equal(summed, confusion)


def test_every_pixel_is_counted_in_the_column_of_its_raw_class(root):
    dataset = make_dataset("idd", root, "val", "cityscapes19", SIZE)
    raw = raw_counts(ByBrightness(), dataset, settings(root))["raw"]
    assert raw["source"] == "id"
    pixels = np.concatenate([np.asarray(Image.open(path)).ravel() for path in label_files(root)])
    np.testing.assert_array_equal(
        np.sum(raw["counts"], axis=0), np.bincount(pixels, minlength=40)[raw["ids"]]
    )


def test_polygons_give_the_same_count(root):
    dataset = make_dataset("idd", root, "val", "cityscapes19", SIZE)
    from_ids = raw_counts(ByBrightness(), dataset, settings(root))["raw"]
    as_polygons(root)
    from_polygons = raw_counts(ByBrightness(), dataset, settings(root))["raw"]
    assert from_polygons == {**from_ids, "source": "polygons"}


def test_encodings_that_merge_raw_classes_give_no_count(root):
    for path in label_files(root):
        train_ids = TRAIN_IDS[np.asarray(Image.open(path))].astype(np.uint8)
        Image.fromarray(train_ids).save(
            path.with_name(path.name.replace("labelids", "labelcsTrainIds"))
        )
        path.unlink()
    dataset = make_dataset("idd", root, "val", "cityscapes19", SIZE)
    assert raw_listing(root) is None
    assert raw_counts(ByBrightness(), dataset, settings(root)) == {}


def test_generated_scenes_are_found_where_the_dataset_reads_them(tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSSTUDY_HOME", str(tmp_path))
    config = ExperimentConfig(
        transfer_dataset="idd", train_scenes=1, val_scenes=2, height=32, width=64
    )
    dataset = make_dataset(
        "idd", None, "val", "cityscapes19", config.size, num_train_scenes=1, num_val_scenes=2
    )
    (only,) = (tmp_path / "data" / "scenes").glob("scenes-idd-*")
    assert transfer_root(config) == only
    found = raw_listing(only)
    assert [frame.name for frame in found.frames] == dataset.names
