"""What a network predicts on each raw class of IDD: the one count that every label encoding needs.

A transfer to IDD is scored in 19 classes. Whoever scores it in another encoding by mistake gets
other numbers; which ones follows from this count and the label table alone, without the network:
see `lossstudy.encodings`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from lossstudy import evaluation
from lossstudy.build import scene_settings
from lossstudy.config import ExperimentConfig
from lossstudy.datasets import SCENE_SIZE, SegmentationDataset
from lossstudy.datasets._city import city_frames, city_images
from lossstudy.datasets._encodings import Encoding, Ids, Polygons
from lossstudy.datasets._frames import Frame, Listing
from lossstudy.datasets._tree import Tree
from lossstudy.datasets.idd import Idd
from lossstudy.datasets.scenes import scenes_root
from lossstudy.labels import UNDECLARED, mapping
from lossstudy.labels._tables import rows
from lossstudy.models import SegmentationModel
from lossstudy.paths import data_dir

RAW_FILES = {"labelids.png": "id", "polygons.json": "polygons"}
"""Suffixes of the label files that tell all raw classes apart; the release always has the second.
The other encodings merge some."""


@torch.inference_mode()
def raw_counts(
    model: SegmentationModel,
    dataset: SegmentationDataset,
    config: ExperimentConfig,
    batch_size: int = 16,
) -> dict[str, Any]:
    """Count predicted class against raw class of the ground truth over IDD's validation split.

    Predictions are those of `evaluation.evaluate`, and the label files are resized as the dataset
    resizes them, so adding up the raw classes of each train id gives the confusion matrix of the
    run's own evaluation, transposed.

    Args:
        model: The trained model; left in evaluation mode.
        dataset: The validation split of IDD, in any label space.
        config: The experiment, whose transfer dataset it is.
        batch_size: Images at a time, as in `evaluation.evaluate`.

    Returns:
        `{"raw": entry}`, to be added to the evaluation, where `entry` holds `source`, the encoding
        of the label files that were read (`"id"` or `"polygons"`); `ids`, the raw classes in the
        order of the columns; and `counts`, pixels by predicted class (row) and raw class (column).
        Pixels no object is drawn on are `unlabeled`. Empty where the split has neither kind of
        label file.
    """
    found = raw_listing(transfer_root(config))
    if found is None:
        return {}
    names = [row["name"] for row in rows("idd")]
    ids = [int(row["id"]) for row in rows("idd")]
    place = np.full(256, names.index("unlabeled"))
    place[ids] = np.arange(len(ids))
    encoding = _raw_encoding(found.encoding)
    identity = mapping(config.label_space, config.label_space)
    counts = np.zeros((model.num_classes, len(ids)), np.int64)
    frames = found.only(dataset.names).frames
    model.eval()
    for start in range(0, len(dataset), batch_size):
        batch = range(start, min(start + batch_size, len(dataset)))
        images = torch.stack([dataset[index][0] for index in batch])
        preds = evaluation.predict(model, images, identity).cpu().numpy()
        raw = place[_read(frames[start : batch.stop], encoding, dataset.size)]
        pairs = preds.astype(np.int64) * len(ids) + raw
        counts += np.bincount(pairs.ravel(), minlength=counts.size).reshape(counts.shape)
    return {"raw": {"source": found.encoding, "ids": ids, "counts": counts.tolist()}}


def raw_listing(root: Path) -> Listing | None:
    """Return IDD's validation frames with label files that tell all raw classes apart.

    Args:
        root: Folder of the dataset.

    Returns:
        The listing, or None where a frame has no such file.
    """
    tree, folder = Tree(root), "gtFine/val"
    if not any(name.endswith(tuple(RAW_FILES)) for name in tree.files(folder)):
        return None
    images = city_images(tree, "leftImg8bit", "val", Idd.layout)
    found = city_frames(tree, images, folder, "gtFine", RAW_FILES, Idd.layout)
    return None if found.missing else found


def transfer_root(config: ExperimentConfig) -> Path:
    """Return the folder of the IDD a run transfers to: the real one, or that of its scenes."""
    if config.transfer_root is not None:
        return Path(config.transfer_root)
    size = max(SCENE_SIZE[0], config.height), max(SCENE_SIZE[1], config.width)
    return scenes_root(
        "idd",
        size,
        config.train_scenes,
        config.val_scenes,
        data_dir() / "scenes",
        settings=scene_settings(config),
    )


def _raw_encoding(name: str | None) -> Encoding:
    """Return the reader of label files whose result is raw ids; 255 where no object is drawn."""
    ids = {row["name"]: int(row["id"]) for row in rows("idd")}
    if name == "polygons":
        return Polygons(ids)
    values = list(ids.values())
    lut = np.full(256, UNDECLARED, np.int16)
    lut[values] = values
    return Ids(lut)


def _read(frames: Sequence[Frame], encoding: Encoding, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return raw ids `(N, H, W)`, resized as the dataset resizes its label files."""
    height, width = size
    labels = []
    for frame in frames:
        assert frame.label is not None
        label = encoding.read(frame.label).resize((width, height), Image.Resampling.NEAREST)
        labels.append(np.asarray(label))
    return np.stack(labels)
