"""Connected regions of a label map, and instances where the files tell them apart."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from lossstudy.labels import IGNORED, encoding

Sizes = list[npt.NDArray[np.int64]]
"""Sizes in pixels, one array per class."""

_QUANTILES = {"size 10 %": 0.1, "size 50 %": 0.5, "size 90 %": 0.9}


def connected_regions(
    label_map: npt.NDArray[np.integer],
) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.int64]]:
    """Return class and size of each region: pixels of one class joined through their sides.

    Rows are cut into runs of equal pixels; runs that touch across rows are joined by giving both
    the lower number, until nothing changes.

    Args:
        label_map: Train ids, (height, width).

    Returns:
        Two arrays with one entry a region, ordered by its first pixel.

    Example:
        >>> classes, sizes = connected_regions(np.array([[1, 0, 1], [1, 0, 0]]))
        >>> classes.tolist(), sizes.tolist()
        ([1, 0, 1], [2, 3, 1])
    """
    starts = np.ones(label_map.shape, dtype=bool)
    starts[:, 1:] = label_map[:, 1:] != label_map[:, :-1]
    runs = (np.cumsum(starts) - 1).reshape(label_map.shape)
    # Where neither run begins, the two were neighbours one pixel to the left already.
    touch = (label_map[1:] == label_map[:-1]) & (starts[1:] | starts[:-1])
    above, below = runs[:-1][touch], runs[1:][touch]
    root = np.arange(starts.sum())
    while (root[above] != root[below]).any():
        lower = np.minimum(root[above], root[below])
        np.minimum.at(root, root[above], lower)
        np.minimum.at(root, root[below], lower)
        while (root[root] != root).any():
            root = root[root]
    regions, region_of_run = np.unique(root, return_inverse=True)
    sizes = np.bincount(region_of_run, weights=np.bincount(runs.ravel()))
    return label_map[starts][regions], sizes.astype(np.int64)


def region_sizes(targets: Iterable[npt.NDArray[np.uint8]], num_classes: int) -> Sizes:
    """Return the sizes of all connected regions of each class.

    An object that something in front of it cuts in two is two regions, and two that overlap are
    one: a region is what a network sees of a class in one piece, not an instance.

    Args:
        targets: Label maps of train ids, 255 for ignored pixels.
        num_classes: Number of classes.
    """
    found = [connected_regions(np.asarray(target)) for target in targets]
    classes = np.concatenate([classes for classes, _ in found])
    sizes = np.concatenate([sizes for _, sizes in found])
    return [sizes[classes == index] for index in range(num_classes)]


def instance_files(root: Path, split: str) -> list[Path]:
    """Return the instance images of a split in the layout of Cityscapes; none if it has none."""
    return sorted((root / "gtFine" / split).glob("*/*_gtFine_instanceIds.png"))


def instance_sizes(
    files: Iterable[Path], table: str, space: str, num_classes: int
) -> tuple[Sizes, int]:
    """Return the sizes of the annotated instances of each class.

    Args:
        files: Instance images of one size as Cityscapes encodes them, 16 bits: 1000 times the
            class id plus the number of the object. Lower values are classes without instances,
            or groups.
        table: Dataset whose label table applies.
        space: Label space of the result.
        num_classes: Number of its classes.

    Returns:
        Sizes in pixels, one array per class, empty for a class without instances; and the number
        of pixels of an image.
    """
    lut = encoding(table, "id", space)
    sizes: list[list[int]] = [[] for _ in range(num_classes)]
    pixels = 0
    for file in files:
        with Image.open(file) as image:
            values, counts = np.unique(np.asarray(image), return_counts=True)
        pixels = int(counts.sum())
        for value, count in zip(values.tolist(), counts.tolist(), strict=True):
            train_id = int(lut[value // 1000]) if value >= 1000 else IGNORED
            if 0 <= train_id < IGNORED:
                sizes[train_id].append(count)
    return [np.array(each, dtype=np.int64) for each in sizes], pixels


def size_table(sizes: Sizes, classes: Sequence[str], image_pixels: int) -> pd.DataFrame:
    """Return how many regions or instances each class has, and how large they are.

    Args:
        sizes: As from `region_sizes` or `instance_sizes`.
        classes: Class names.
        image_pixels: Pixels of an image the sizes were measured in.

    Returns:
        Rows: classes. Columns: `count`; `size 10 %`, `size 50 %` and `size 90 %`, quantiles of the
        size as a share of the image; `largest`; and `size around a pixel`, the mean over the
        pixels of the class of the size of the region each lies in, which single pixels that
        resizing has cut off do not move. NaN for a class without any.
    """
    rows = {}
    for name, values in zip(classes, sizes, strict=True):
        shares = values / image_pixels
        rows[name] = {
            "count": len(values),
            **{
                column: np.quantile(shares, q) if len(values) else np.nan
                for column, q in _QUANTILES.items()
            },
            "largest": shares.max() if len(values) else np.nan,
            "size around a pixel": np.average(shares, weights=shares) if len(values) else np.nan,
        }
    return pd.DataFrame.from_dict(rows, orient="index")
