"""Reading one frame: decode, check, encode as train ids, resize."""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from lossstudy.datasets._frames import Frame
from lossstudy.labels import UNDECLARED

_MODES = {  # what Pillow calls it: what it is
    "1": "black and white",
    "L": "8-bit greyscale",
    "P": "8-bit palette",
    "RGB": "8-bit colour",
    "RGBA": "8-bit colour with an alpha channel",
    "I;16": "16-bit greyscale",
}


def read_frame(
    frame: Frame, lut: npt.NDArray[np.int16], size: tuple[int, int]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Read a frame at a given size.

    Args:
        frame: The two files.
        lut: Train id for each value of the label image, from `lossstudy.labels.encoding`.
        size: Height and width of the result, pixels.

    Returns:
        Image `(3, H, W)` and train ids `(H, W)`.

    Raises:
        ValueError: A file cannot be decoded or has the wrong kind of pixels, image and label
            image differ in size, or the label image holds a value outside the encoding.
    """
    image = _open(frame.image, "RGB", "an RGB image with 8 bits a channel")
    label = _open(frame.label, "L", "one channel of 8-bit class ids")
    if image.size != label.size:
        raise ValueError(
            f"{frame.label} is {label.width}x{label.height} pixels, its image {frame.image} "
            f"{image.width}x{image.height}; expected the same size"
        )
    encoded = lut[np.asarray(label)]
    if (encoded == UNDECLARED).any():
        strange = np.unique(np.asarray(label)[encoded == UNDECLARED]).tolist()
        raise ValueError(
            f"{frame.label} holds the values {strange}, which its encoding does not contain; "
            f"expected only {_ranges(np.flatnonzero(lut != UNDECLARED).tolist())}. Check that the "
            "label images belong to this dataset and this encoding"
        )
    height, width = size
    image = image.resize((width, height), Image.Resampling.BILINEAR)
    label = Image.fromarray(encoded.astype(np.uint8)).resize(
        (width, height), Image.Resampling.NEAREST
    )
    return np.asarray(image).transpose(2, 0, 1), np.asarray(label)


def _open(path: Path, mode: str, expected: str) -> Image.Image:
    """Return the decoded file.

    Raises:
        ValueError: It cannot be decoded, or its pixels are of another mode.
    """
    try:
        with Image.open(path) as image:
            image.load()
    except (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError) as error:
        raise ValueError(
            f"{path} cannot be read as an image ({error}); expected {expected}. The file may be "
            "incomplete: unpack or download it again"
        ) from error
    if image.mode != mode:
        found = _MODES.get(image.mode, f"mode {image.mode}")
        raise ValueError(f"{path} is {found}; expected {expected}. Convert the file")
    return image


def _ranges(values: list[int]) -> str:
    """Return sorted integers as text, runs shortened: `0-33, 255`."""
    runs: list[list[int]] = []
    for value in values:
        if runs and value == runs[-1][1] + 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)
