"""Which dataset a folder holds, where it is not the one that was named."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from lossstudy import labels, registry
from lossstudy.datasets import SegmentationDataset
from lossstudy.datasets._frames import Frame

_FRAME_NAMES = {  # of the two datasets that share a layout
    "cityscapes": re.compile(r".+_\d{6}_\d{6}"),
    "idd": re.compile(r"(frame)?\d+"),
}


def lookalikes(name: str, root: Path) -> list[str]:
    """Return the other datasets whose layout a folder or an archive has."""
    members = registry.discover("lossstudy.datasets", SegmentationDataset)
    return [other for other, cls in members.items() if other != name and _fits(cls, root)]


def named_as(name: str, frames: Sequence[Frame]) -> str:
    """Return the dataset whose names of frames these are; `name` unless it is surely another."""
    stems = [PurePosixPath(frame.name).name for frame in frames]
    for other, pattern in _FRAME_NAMES.items():
        if name in _FRAME_NAMES and name != other and all(map(pattern.fullmatch, stems)):
            return other
    return name


def _fits(cls: type[SegmentationDataset], root: Path) -> bool:
    for split in cls.splits:
        try:
            frames = cls.listing(root, split, labels.spaces(cls.name)[0]).frames
        except (FileNotFoundError, ValueError):
            continue
        return named_as(cls.name, frames) == cls.name
    return False
