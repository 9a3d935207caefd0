"""Opening an image of known kind."""

import struct
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from lossstudy.datasets._tree import File

MAX_PIXELS = 2**26
"""Largest image that is decoded: thirty times a frame of Cityscapes."""

_MODES = {  # what Pillow calls it: what it is
    "1": "black and white",
    "L": "8-bit greyscale",
    "LA": "8-bit greyscale with an alpha channel",
    "P": "8-bit palette",
    "RGB": "8-bit colour",
    "RGBA": "8-bit colour with an alpha channel",
    "I;16": "16-bit greyscale",
}
_DEPTH = 24
"""Place of the bits a channel in a PNG. Pillow turns 2, 4 and 16 bits into 8 unasked, and scales
the ids with them."""

_ERRORS = (  # of Pillow, on damaged files; the last two where an absurd size is announced
    OSError,
    SyntaxError,
    ValueError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def open_image(file: File, mode: str, expected: str) -> Image.Image:
    """Return the decoded file.

    Args:
        file: The file.
        mode: Pillow's name of the kind of pixels it must have.
        expected: The same in words, for error messages.

    Raises:
        ValueError: It cannot be decoded, is absurdly large, or its pixels are of another kind.
    """
    content = file.read()
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as image:
            if image.width * image.height <= MAX_PIXELS:
                image.load()
    except _ERRORS as error:
        unknown = isinstance(error, UnidentifiedImageError)
        raise ValueError(
            f"{file} cannot be read as an image ({'neither PNG nor JPEG' if unknown else error}); "
            f"expected {expected}. The file may be incomplete: unpack or download it again"
        ) from error
    check_size(file, *image.size)
    if image.mode != mode:
        found = _MODES.get(image.mode, f"mode {image.mode}")
        raise ValueError(f"{file} is {found}; expected {expected}. Convert the file")
    if image.format == "PNG" and content[_DEPTH] != 8:
        raise ValueError(
            f"{file} has {content[_DEPTH]} bits a channel; expected {expected}. Convert the file"
        )
    return image


def check_size(file: File, width: int, height: int) -> None:
    """Refuse an image larger than `MAX_PIXELS`, before any memory is taken for it.

    Raises:
        ValueError: It is.
    """
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"{file} announces {width}x{height} pixels; expected at most {MAX_PIXELS} in all. It "
            "is not a file of the release"
        )
