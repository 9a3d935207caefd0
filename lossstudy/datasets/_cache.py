"""Decoded splits on disk: every file is decoded and resized once.

A split becomes a folder `<cache>/<key>` with `images.npy`, `targets.npy` and `meta.json`. The key
is a SHA-256 over everything the content depends on: the version of this format, the dataset, the
label space, the size, the encoding of the label files, and path, length and modification time of
every file. A changed file is therefore another key; stale folders are never read and may be
deleted at any time.

A folder is filled under a temporary name and renamed when it is complete, under a lock, so that
runs started side by side decode once and never see half of it.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock
from tqdm import tqdm

from lossstudy.datasets._decode import read_frame
from lossstudy.datasets._frames import Frame
from lossstudy.labels import IGNORED, label_space

FORMAT = 1
"""Raise it when decoding or resizing changes, so that old folders are not read."""

BAR_DELAY = 1.0
"""Seconds of work after which a progress bar appears."""


@dataclass(frozen=True)
class Arrays:
    """A decoded split.

    Attributes:
        images: uint8 `(N, 3, H, W)`, read-only.
        targets: Train ids, uint8 `(N, H, W)`, read-only.
        class_pixels: Labelled pixels of each class.
        fingerprint: First 16 hex digits of a SHA-256 over arrays, size and label space.
    """

    images: npt.NDArray[np.uint8]
    targets: npt.NDArray[np.uint8]
    class_pixels: npt.NDArray[np.int64]
    fingerprint: str


def decoded(
    frames: list[Frame],
    lut: npt.NDArray[np.int16],
    names: tuple[str, str],
    size: tuple[int, int],
    cache: Path,
    *,
    progress: bool = True,
) -> Arrays:
    """Open the decoded split, decoding it first if no run has done so.

    Nothing is kept of a split that raises a ValueError while it is decoded: one with a file that
    `read_frame` refuses, or without a labelled pixel.

    Args:
        frames: Files of the split.
        lut: Train id for each value of a label file.
        names: The dataset and the label space.
        size: Height and width, pixels.
        cache: Folder of all decoded splits.
        progress: Show a bar once decoding takes longer than `BAR_DELAY`.

    Returns:
        The arrays.

    """
    folder = cache / _key(frames, lut, names, size)
    shape = (len(frames), *size)
    if (arrays := _open(folder, shape)) is not None:
        return arrays
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if (arrays := _open(folder, shape)) is not None:  # another run was first
            return arrays
        shutil.rmtree(folder, ignore_errors=True)  # incomplete: a file was lost or cut short
        aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=cache))
        try:
            _build(aside, frames, lut, names, size, progress=progress)
            aside.rename(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    arrays = _open(folder, shape)
    assert arrays is not None
    return arrays


def _key(
    frames: list[Frame], lut: npt.NDArray[np.int16], names: tuple[str, str], size: tuple[int, int]
) -> str:
    """Return the name of the folder that holds exactly this content."""
    digest = hashlib.sha256(json.dumps([FORMAT, names, size, lut.tolist()]).encode())
    for frame in frames:
        for path in (frame.image, frame.label):
            stat = path.stat()
            digest.update(f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return f"{names[0]}-{digest.hexdigest()[:20]}"


def _open(folder: Path, shape: tuple[int, int, int]) -> Arrays | None:
    """Return the arrays of a complete folder, None if it is missing or damaged."""
    count, height, width = shape
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        images = np.load(folder / "images.npy", mmap_mode="r")
        targets = np.load(folder / "targets.npy", mmap_mode="r")
        class_pixels, fingerprint = np.array(meta["class_pixels"]), meta["fingerprint"]
    except (OSError, ValueError, EOFError, KeyError):
        return None
    if images.shape != (count, 3, height, width) or targets.shape != shape:
        return None
    return Arrays(images, targets, class_pixels, fingerprint)


def _build(
    folder: Path,
    frames: list[Frame],
    lut: npt.NDArray[np.int16],
    names: tuple[str, str],
    size: tuple[int, int],
    *,
    progress: bool,
) -> None:
    """Write the three files of a decoded split.

    Raises:
        OSError: The disk has no room for the arrays. Asked beforehand, because a mapped array on
            a full disk ends the process without a message.
        ValueError: No pixel is labelled.
    """
    count = len(frames)
    needed, free = 4 * count * size[0] * size[1], shutil.disk_usage(folder).free
    if needed > free:
        raise OSError(
            f"{folder.parent} has {free / 1e9:.1f} GB free, the decoded {names[0]} split at "
            f"{size[0]}x{size[1]} needs {needed / 1e9:.1f} GB; make room, choose a smaller size "
            "or set LOSSSTUDY_HOME to another disk"
        )
    images = np.lib.format.open_memmap(
        folder / "images.npy", mode="w+", dtype=np.uint8, shape=(count, 3, *size)
    )
    targets = np.lib.format.open_memmap(
        folder / "targets.npy", mode="w+", dtype=np.uint8, shape=(count, *size)
    )

    def fill(index: int) -> npt.NDArray[np.int64]:
        images[index], targets[index] = read_frame(frames[index], lut, size)
        return np.bincount(targets[index].ravel(), minlength=256)

    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        counts: Iterator[npt.NDArray[np.int64]] = pool.map(fill, range(count))
        bar = tqdm(
            counts,
            desc=f"decoding {names[0]}",
            total=count,
            unit="frame",
            delay=BAR_DELAY,
            disable=not progress,
        )
        pixels = np.sum(list(bar), axis=0)
    class_pixels = pixels[: label_space(names[1]).num_classes]
    if not class_pixels.any():
        raise ValueError(
            f"none of the {count} label images beside {frames[0].label} labels a pixel: all hold "
            "only ignored ids, as in test splits that are published without labels"
        )
    assert class_pixels.sum() + pixels[IGNORED] == pixels.sum()
    images.flush()
    targets.flush()
    digest = hashlib.sha256(json.dumps([names[1], size]).encode())
    digest.update(images.data)
    digest.update(targets.data)
    meta = {"class_pixels": class_pixels.tolist(), "fingerprint": digest.hexdigest()[:16]}
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
