"""What every dataset offers: decoded images and train ids in memory-mapped arrays."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import UInt8
from torch import Tensor
from torch.utils.data import Dataset

from lossstudy import labels
from lossstudy.datasets import _cache
from lossstudy.datasets._frames import Frame
from lossstudy.paths import data_dir


class SegmentationDataset(Dataset[tuple[Tensor, Tensor]]):
    """One split of a dataset, resized, in the train ids of one label space.

    The files are decoded once, into arrays under `data_dir() / "cache"` (see
    `lossstudy.datasets._cache`); a later run with the same files, size and label space maps those
    arrays and decodes nothing. Images are resized bilinearly with antialiasing, label images by
    nearest neighbour. Pixels without a class hold 255.

    A subclass names its layout and implements `find`.

    Args:
        root: Folder of the dataset, in its published layout.
        split: One of `splits`.
        space: Label space of the targets, one of `labels.spaces(name)`.
        size: Height and width of the arrays, pixels.
        progress: Show a bar if decoding takes long.

    Attributes:
        names: Name of each frame, in order.
        space: The label space.
        images: All images, uint8 `(N, 3, H, W)`, memory-mapped and read-only.
        targets: All train ids, uint8 `(N, H, W)`, memory-mapped and read-only.
        fingerprint: 16 hex digits of a SHA-256 over the two arrays, the size and the space: equal
            wherever the decoded content is equal.
        generated: Whether this package rendered the dataset itself.

    Raises:
        FileNotFoundError: The root, a folder of the split or a label image is missing.
        ValueError: Unknown split or label space, a size that is not positive, or a file that is
            not what its dataset publishes; the message names the file.
    """

    name: ClassVar[str]
    """Name of the module, and of the label table in `lossstudy.labels`."""

    layout: ClassVar[str]
    """The published layout in one line, for error messages."""

    splits: ClassVar[tuple[str, ...]] = ("train", "val")
    """Splits published with labels."""

    scene_domain: ClassVar[str | None] = None
    """Domain of the generated scenes that stand in for the dataset, if there are any."""

    def __init__(
        self,
        root: Path,
        split: str,
        space: str,
        size: tuple[int, int],
        *,
        progress: bool = True,
    ) -> None:
        if split not in self.splits:
            raise ValueError(
                f"split of {self.name} must be {' or '.join(self.splits)}, got {split!r}"
            )
        if space not in labels.spaces(self.name):
            possible = ", ".join(labels.spaces(self.name))
            raise ValueError(
                f"label space of {self.name} must be one of {possible}, got {space!r}"
            )
        if min(size) < 1:
            raise ValueError(f"size must be a positive height and width in pixels, got {size}")
        if not root.is_dir():
            raise FileNotFoundError(
                f"no folder {root}; expected the {self.name} dataset there: {self.layout}"
            )
        frames, column = self.find(root, split, space)
        self.names = [frame.name for frame in frames]
        self.space = labels.label_space(space)
        self.size = size
        self.generated = _is_generated(root)
        arrays = _cache.decoded(
            frames,
            labels.encoding(self.name, column, space),
            (self.name, space),
            size,
            data_dir() / "cache",
            progress=progress,
        )
        self.images: npt.NDArray[np.uint8] = arrays.images
        self.targets: npt.NDArray[np.uint8] = arrays.targets
        self.fingerprint = arrays.fingerprint
        self._class_pixels = arrays.class_pixels

    @classmethod
    def find(cls, root: Path, split: str, space: str) -> tuple[list[Frame], str]:
        """Return the frames of a split and the column of the label table they are encoded in.

        Raises:
            FileNotFoundError: A folder or label image is missing.
            ValueError: The split holds no frames, or no labels that can express `space`.
        """
        raise NotImplementedError

    @property
    def num_classes(self) -> int:
        """Number of classes of the label space."""
        return self.space.num_classes

    def class_share(self) -> npt.NDArray[np.float64]:
        """Return the share of each class in the labelled pixels of the split; sums to 1."""
        share: npt.NDArray[np.float64] = self._class_pixels / self._class_pixels.sum()
        return share

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.names)

    def __getitem__(
        self, index: int
    ) -> tuple[UInt8[Tensor, "3 height width"], UInt8[Tensor, " height width"]]:
        """Return an image and its train ids, both uint8; 255 marks ignored pixels."""
        image, target = np.array(self.images[index]), np.array(self.targets[index])
        return torch.from_numpy(image), torch.from_numpy(target)


def _is_generated(root: Path) -> bool:
    """Return whether `root` carries the manifest that the scene generator writes."""
    manifest = root / "manifest.json"
    return manifest.is_file() and '"generator"' in manifest.read_text(encoding="utf-8")
