"""Decoded splits on disk: every file is decoded and resized once.

A split becomes a folder `<cache>/<key>` with `images.npy`, `targets.npy`, `class_pixels.npy` and
`meta.json`. The key is a SHA-256 over everything the content depends on: the version of this
format, the dataset, the label space, the size, the encoding of the label files, and path, length
and modification time (in an archive: checksum) of every file. A changed file is therefore another
key; stale folders are never read and may be deleted at any time.

A folder is filled under a temporary name and renamed when it is complete, under a lock, so that
runs started side by side decode once and never see half of it.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock
from tqdm import tqdm

from lossstudy.datasets._arrays import ArrayFile, writing
from lossstudy.datasets._decode import read_frame
from lossstudy.datasets._encodings import Encoding
from lossstudy.datasets._frames import Frame
from lossstudy.labels import IGNORED, label_space

FORMAT = 3
"""Raise it when decoding or resizing changes, so that old folders are not read."""

BAR_DELAY = 1.0
"""Seconds of work after which a progress bar appears."""


@dataclass(frozen=True)
class Arrays:
    """A decoded split.

    Attributes:
        images: uint8 `(N, 3, H, W)`, read-only.
        targets: Train ids, uint8 `(N, H, W)`, read-only.
        class_pixels: Labelled pixels of each image and class, int64 `(N, C)`.
        fingerprint: First 16 hex digits of a SHA-256 over arrays, size and label space.
    """

    images: npt.NDArray[np.uint8]
    targets: npt.NDArray[np.uint8]
    class_pixels: npt.NDArray[np.int64]
    fingerprint: str


def decoded(
    frames: Sequence[Frame],
    encoding: Encoding | None,
    names: tuple[str, str],
    size: tuple[int, int],
    cache: Path,
    *,
    progress: bool = True,
) -> tuple[Path, Arrays]:
    """Open the decoded split, decoding it first if no run has done so.

    Nothing is kept of a split that raises an error while it is decoded: one with a file that
    `read_frame` refuses, without a labelled pixel, or larger than the disk.

    Args:
        frames: Files of the split.
        encoding: Reader of its label files; None for a split without labels.
        names: The dataset and the label space.
        size: Height and width, pixels.
        cache: Folder of all decoded splits.
        progress: Show a bar once decoding takes longer than `BAR_DELAY`.

    Returns:
        The folder of the decoded split, and its arrays.
    """
    folder = cache / _key(frames, encoding, names, size)
    shape = (len(frames), *size)
    if (arrays := _open(folder, shape)) is not None:
        return folder, arrays
    with writing(cache):
        cache.mkdir(parents=True, exist_ok=True)
        held = FileLock(folder.with_suffix(".lock")).acquire()
    with held:
        if (arrays := _open(folder, shape)) is not None:  # another run was first
            return folder, arrays
        shutil.rmtree(folder, ignore_errors=True)  # incomplete: a file was lost or cut short
        with writing(cache):
            aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=cache))
        try:
            _build(aside, frames, encoding, names, size, progress=progress)
            with writing(cache):
                aside.rename(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    arrays = _open(folder, shape)
    assert arrays is not None
    return folder, arrays


def mapped(folder: Path) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return images and targets of a decoded split, memory-mapped and read-only."""
    images = np.load(folder / "images.npy", mmap_mode="r")
    targets = np.load(folder / "targets.npy", mmap_mode="r")
    return images, targets


def _key(
    frames: Sequence[Frame],
    encoding: Encoding | None,
    names: tuple[str, str],
    size: tuple[int, int],
) -> str:
    """Return the name of the folder that holds exactly this content."""
    reader = None if encoding is None else [type(encoding).__name__, encoding.key()]
    digest = hashlib.sha256(json.dumps([FORMAT, names, size, reader]).encode())
    for frame in frames:
        for file in (frame.image, frame.label):
            digest.update(f"{file.stamp() if file else None}\n".encode())
    return f"{names[0]}-{digest.hexdigest()[:20]}"


def _open(folder: Path, shape: tuple[int, int, int]) -> Arrays | None:
    """Return the arrays of a complete folder, None if it is missing or damaged."""
    count, height, width = shape
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        images, targets = mapped(folder)
        class_pixels = np.load(folder / "class_pixels.npy")
        fingerprint = meta["fingerprint"]
    except (OSError, ValueError, EOFError, KeyError):
        return None
    if images.shape != (count, 3, height, width) or targets.shape != shape:
        return None
    return Arrays(images, targets, class_pixels, fingerprint)


def _build(
    folder: Path,
    frames: Sequence[Frame],
    encoding: Encoding | None,
    names: tuple[str, str],
    size: tuple[int, int],
    *,
    progress: bool,
) -> None:
    """Write the four files of a decoded split.

    Raises:
        OSError: The disk has no room for the arrays; asked before an hour of decoding.
        ValueError: No pixel is labelled although there are label files.
    """
    count, num_classes = len(frames), label_space(names[1]).num_classes
    needed, free = 4 * count * size[0] * size[1], shutil.disk_usage(folder).free
    if needed > free:
        raise OSError(
            f"{folder.parent} has {free / 1e9:.1f} GB free, the decoded {names[0]} split at "
            f"{size[0]}x{size[1]} needs {needed / 1e9:.1f} GB; make room, choose a smaller size "
            "or set LOSSSTUDY_HOME to another disk"
        )
    images = ArrayFile(folder / "images.npy", (count, 3, *size))
    targets = ArrayFile(folder / "targets.npy", (count, *size))

    def fill(index: int) -> npt.NDArray[np.int64]:
        image, target = read_frame(frames[index], encoding, size)
        images.write(index, image)
        targets.write(index, target)
        pixels = np.bincount(target.ravel(), minlength=256)
        assert pixels[:num_classes].sum() + pixels[IGNORED] == target.size
        return pixels[:num_classes]

    with images, targets, ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        counts = pool.map(fill, range(count))
        bar = tqdm(
            counts,
            desc=f"decoding {names[0]}",
            total=count,
            unit="frame",
            delay=BAR_DELAY,
            disable=not progress,
        )
        class_pixels = np.array(list(bar))
    if encoding is not None and not class_pixels.any():
        raise ValueError(
            f"none of the {count} label files beside {frames[0].label} labels a pixel: all hold "
            "only ignored ids, as in test splits that are published without labels"
        )
    digest = hashlib.sha256(json.dumps([names[1], size]).encode())
    for array in mapped(folder):
        digest.update(array.data)
    meta = {"fingerprint": digest.hexdigest()[:16]}
    with writing(folder.parent):
        np.save(folder / "class_pixels.npy", class_pixels)
        (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
