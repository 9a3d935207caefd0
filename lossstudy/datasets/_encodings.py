"""The ways label files write classes, each turned into train ids."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from typing_extensions import override

from lossstudy import labels
from lossstudy.datasets._images import open_image
from lossstudy.datasets._polygons import draw
from lossstudy.datasets._tree import File
from lossstudy.labels import IGNORED, UNDECLARED


class Encoding(ABC):
    """Reader of label files."""

    @abstractmethod
    def read(self, file: File) -> Image.Image:
        """Return the train ids of a label file as an 8-bit greyscale image of its own size.

        Raises:
            ValueError: The file is not what the encoding expects; the message names it.
        """

    @abstractmethod
    def key(self) -> Any:
        """Return a JSON value that changes when the result of `read` would."""


def encoding(table: str, name: str, space: str) -> Encoding:
    """Return the reader of label files.

    Args:
        table: Dataset whose label table applies.
        name: `"color"`, `"polygons"`, or the column of the table that the ids are from.
        space: Label space of the result.

    Raises:
        ValueError: The encoding says less than the label space needs.
    """
    if name == "color":
        return Colors(labels.color_table(table, space))
    if name == "polygons":
        return Polygons(labels.name_table(table, space))
    return Ids(labels.encoding(table, name, space))


@dataclass(frozen=True)
class Ids(Encoding):
    """Images of ids. `lut` is the train id for each value, from `labels.encoding`."""

    lut: npt.NDArray[np.int16]

    @override
    def read(self, file: File) -> Image.Image:
        image = open_image(file, "L", "one channel of 8-bit class ids")
        present = np.flatnonzero(image.histogram())
        strange = present[self.lut[present] == UNDECLARED].tolist()
        if strange:
            raise ValueError(
                f"{file} holds the values {strange}, which its encoding does not contain; "
                f"expected only {_ranges(np.flatnonzero(self.lut != UNDECLARED).tolist())}. Check "
                "that the label images belong to this dataset and this encoding"
            )
        return image.point(self.lut.astype(np.uint8).tolist())

    @override
    def key(self) -> Any:
        return self.lut.tolist()


@dataclass(frozen=True)
class Colors(Encoding):
    """Images of colours. `train_ids` is the train id of each, from `labels.color_table`."""

    train_ids: dict[tuple[int, int, int], int]

    @override
    def read(self, file: File) -> Image.Image:
        pixels = np.asarray(open_image(file, "RGB", "class colours, 8 bits a channel"))
        known = np.array(sorted((_packed(np.array(c)), i) for c, i in self.train_ids.items()))
        packed = _packed(pixels)
        place = np.searchsorted(known[:-1, 0], packed)
        strange = known[place, 0] != packed
        if strange.any():
            raise ValueError(
                f"{file} holds {strange.sum()} pixels of other colours than the {len(known)} of "
                f"its label table, the first {tuple(pixels[strange][0].tolist())}; "
                "expected a label image as released, neither resized nor saved as JPEG"
            )
        return Image.fromarray(known[place, 1].astype(np.uint8))

    @override
    def key(self) -> Any:
        return sorted([*color, train_id] for color, train_id in self.train_ids.items())


@dataclass(frozen=True)
class Polygons(Encoding):
    """Polygons in JSON. `train_ids` is the train id of each class name."""

    train_ids: dict[str, int]

    @override
    def read(self, file: File) -> Image.Image:
        return draw(file, self.train_ids, IGNORED)

    @override
    def key(self) -> Any:
        return self.train_ids


def _packed(colors: npt.NDArray[np.integer[Any]]) -> Any:
    """Return colours as one number each, `0xRRGGBB`."""
    return colors.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])


def _ranges(values: list[int]) -> str:
    """Return sorted integers as text, runs shortened: `0-33, 255`."""
    runs: list[list[int]] = []
    for value in values:
        if runs and value == runs[-1][1] + 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)
