"""What every dataset offers: decoded images and train ids in memory-mapped arrays."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import UInt8
from torch import Tensor
from torch.utils.data import Dataset

from lossstudy import labels
from lossstudy.counts import ClassCounts
from lossstudy.datasets import _cache
from lossstudy.datasets._encodings import encoding
from lossstudy.datasets._frames import Listing
from lossstudy.datasets._tree import Tree
from lossstudy.paths import data_dir


class SegmentationDataset(Dataset[tuple[Tensor, Tensor]]):
    """One split of a dataset, resized, in the train ids of one label space.

    The files are decoded once, into arrays under `data_dir() / "cache"` (see
    `lossstudy.datasets._cache`); a later run with the same files, size and label space maps those
    arrays and decodes nothing. Images are resized bilinearly with antialiasing, label images by
    nearest neighbour. Pixels without a class hold 255.

    A label file without an image is never read; an image without its label file is an error.
    A pickled dataset, as DataLoader workers get it, holds the folder of the arrays and not the
    arrays.

    A subclass names its layout and implements `find`.

    Args:
        root: Folder of the dataset in its published layout, its zip archive, or a folder that
            holds the released archives side by side.
        split: One of `splits` or `unlabelled_splits`.
        space: Label space of the targets, one of `labels.spaces(name)`.
        size: Height and width of the arrays, pixels.
        progress: Show a bar if decoding takes long.

    Attributes:
        names: Name of each frame, in order.
        space: The label space.
        images: All images, uint8 `(N, 3, H, W)`, memory-mapped and read-only.
        targets: All train ids, uint8 `(N, H, W)`, memory-mapped and read-only.
        image_class_pixels: Labelled pixels of each image and class, int64 `(N, C)`.
        fingerprint: 16 hex digits of a SHA-256 over the two arrays, the size and the space: equal
            wherever the decoded content is equal.
        generated: Whether this package rendered the dataset itself.

    Raises:
        FileNotFoundError: The root, a folder of the split or a label file is missing.
        ValueError: Unknown split or label space, a size that is not positive, or a file that is
            not what its dataset publishes; the message names the file.
        OSError: The arrays cannot be written; the message names the folder.
    """

    name: ClassVar[str]
    """Name of the module, and of the label table in `lossstudy.labels`."""

    layout: ClassVar[str]
    """The published layout in one line, for error messages."""

    splits: ClassVar[tuple[str, ...]] = ("train", "val")
    """Splits published with labels."""

    unlabelled_splits: ClassVar[tuple[str, ...]] = ()
    """Splits of which only the images are published or read; their targets are all 255."""

    official: ClassVar[dict[str, int]] = {}
    """Published number of frames of each split."""

    official_part_2: ClassVar[dict[str, int]] = {}
    """The same for a second part of the release, where there is one."""

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
        if min(size) < 1:
            raise ValueError(f"size must be a positive height and width in pixels, got {size}")
        found = self.listing(root, split, space).complete()
        self.names = [frame.name for frame in found.frames]
        self.space = labels.label_space(space)
        self.size = size
        self.generated = _is_generated(root)
        self.folder, arrays = _cache.decoded(
            found.frames,
            encoding(self.name, found.encoding, space) if found.encoding else None,
            (self.name, space),
            size,
            data_dir() / "cache",
            progress=progress,
        )
        self.images: npt.NDArray[np.uint8] = arrays.images
        self.targets: npt.NDArray[np.uint8] = arrays.targets
        self.fingerprint = arrays.fingerprint
        self.image_class_pixels = arrays.class_pixels

    @classmethod
    def listing(cls, root: Path, split: str, space: str) -> Listing:
        """Return the files of a split, complete or not, without decoding any.

        Args:
            root: See the class.
            split: One of `splits` or `unlabelled_splits`.
            space: Label space the label files have to express.

        Raises:
            FileNotFoundError: The root or a folder of the split is missing.
            ValueError: Unknown split or label space, a root that is neither a folder nor a zip
                archive, no frames, or no labels that can express `space`.
        """
        known = (*cls.splits, *cls.unlabelled_splits)
        if split not in known:
            raise ValueError(f"split of {cls.name} must be {' or '.join(known)}, got {split!r}")
        if space not in labels.spaces(cls.name):
            possible = ", ".join(labels.spaces(cls.name))
            raise ValueError(f"label space of {cls.name} must be one of {possible}, got {space!r}")
        if not root.exists():
            raise FileNotFoundError(
                f"no folder {root}; expected the {cls.name} dataset there: {cls.layout}"
            )
        if root.is_file() and root.suffix.lower() != ".zip":
            raise ValueError(
                f"{root} is neither a folder nor a .zip archive; unpack it and pass the folder "
                f"that holds {cls.layout}"
            )
        found = cls.find(Tree(root), split, space)
        if not found.frames:
            raise ValueError(f"{root} holds no frames of the {split} split; expected {cls.layout}")
        return found

    @classmethod
    def find(cls, tree: Tree, split: str, space: str) -> Listing:
        """Return the files of a split; `listing` has checked the arguments.

        Raises:
            FileNotFoundError: A folder is missing.
            ValueError: The split holds no frames, or no labels that can express `space`.
        """
        raise NotImplementedError

    @property
    def num_classes(self) -> int:
        """Number of classes of the label space."""
        return self.space.num_classes

    def class_share(self) -> npt.NDArray[np.float64]:
        """Return the share of each class in the labelled pixels of the split; sums to 1.

        Raises:
            ValueError: The split has no labels.
        """
        pixels = self.image_class_pixels.sum(axis=0)
        if not pixels.any():
            raise ValueError(f"this split of {self.name} has no labels, so no class has a share")
        share: npt.NDArray[np.float64] = pixels / pixels.sum()
        return share

    def class_counts(
        self, indices: Sequence[int] | npt.NDArray[np.int_] | None = None
    ) -> ClassCounts:
        """Return how often each class occurs in the frames of `indices`; by default in all."""
        pixels = self.image_class_pixels
        return ClassCounts.of(pixels if indices is None else pixels[np.asarray(indices)])

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.names)

    def __getitem__(
        self, index: int
    ) -> tuple[UInt8[Tensor, "3 height width"], UInt8[Tensor, " height width"]]:
        """Return an image and its train ids, both uint8; 255 marks ignored pixels."""
        image, target = np.array(self.images[index]), np.array(self.targets[index])
        return torch.from_numpy(image), torch.from_numpy(target)

    def __getstate__(self) -> dict[str, Any]:
        """Return everything but the mapped arrays."""
        return {k: v for k, v in self.__dict__.items() if k not in {"images", "targets"}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Map the arrays again."""
        self.__dict__.update(state)
        self.images, self.targets = _cache.mapped(self.folder)


def _is_generated(root: Path) -> bool:
    """Return whether `root` carries the manifest that the scene generator writes."""
    manifest = root / "manifest.json"
    return manifest.is_file() and '"generator"' in manifest.read_text(encoding="utf-8")
