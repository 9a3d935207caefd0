"""Reading one frame: decode, check, encode as train ids, resize."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from lossstudy.datasets._encodings import Encoding
from lossstudy.datasets._frames import Frame
from lossstudy.datasets._images import open_image
from lossstudy.labels import IGNORED


def read_frame(
    frame: Frame, encoding: Encoding | None, size: tuple[int, int]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Read a frame at a given size.

    Args:
        frame: The files.
        encoding: Reader of the label file; None for a split without labels.
        size: Height and width of the result, pixels.

    Returns:
        Image `(3, H, W)` and train ids `(H, W)`; 255 everywhere without a label file.

    Raises:
        ValueError: A file cannot be decoded or has the wrong kind of pixels, image and label
            file differ in size, or the label file holds a class outside the encoding.
    """
    height, width = size
    image, label = decode_frame(frame, encoding)
    image = image.resize((width, height), Image.Resampling.BILINEAR)
    target = label.resize((width, height), Image.Resampling.NEAREST)
    return np.asarray(image).transpose(2, 0, 1), np.asarray(target)


def decode_frame(frame: Frame, encoding: Encoding | None) -> tuple[Image.Image, Image.Image]:
    """Return the image of a frame and its train ids at the size of the files.

    Raises:
        ValueError: See `read_frame`.
    """
    image = open_image(frame.image, "RGB", "an RGB image with 8 bits a channel")
    if frame.label is None or encoding is None:
        return image, Image.new("L", image.size, IGNORED)
    label = encoding.read(frame.label)
    if image.size != label.size:
        raise ValueError(
            f"{frame.label} is {label.width}x{label.height} pixels, its image {frame.image} "
            f"{image.width}x{image.height}; expected the same size"
        )
    return image, label
