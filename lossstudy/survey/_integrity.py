"""Whether an image file is whole, found without decoding more of it than that takes.

A PNG carries a checksum of each of its chunks, so comparing those covers every byte as it was
written. Unpacking the pixels besides finds a file that was written with some of them missing,
which Pillow fills with black and says nothing of. A JPEG carries no checksums: it is decoded at an
eighth of its size, which reads all of its data and so finds a file that ends early, but not one in
which a byte has changed.
"""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from lossstudy.datasets._images import MAX_PIXELS

_PNG = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by the kind of pixels in a PNG's header
_ERRORS = (OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError)


@dataclass(frozen=True)
class Header:
    """What an image file says of itself.

    Attributes:
        size: Width and height, pixels.
        mode: Pillow's name for its kind of pixels.
        depth: Bits a channel.
    """

    size: tuple[int, int]
    mode: str
    depth: int


def examine(content: bytes, *, unpack: bool) -> Header:
    """Return the header of an image file that is whole.

    Args:
        content: The file.
        unpack: Unpack the pixels of a PNG too.

    Raises:
        ValueError: It is damaged, absurdly large, or neither PNG nor JPEG; the message is what to
            say after the name of the file.
    """
    if not content:
        raise ValueError("is empty")
    is_png = content.startswith(_PNG)
    packed = _checked_chunks(memoryview(content)) if is_png else []
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as image:
            width, height = image.size
            header = Header(image.size, image.mode, content[24] if is_png else 8)
            if not is_png and width * height <= MAX_PIXELS:
                image.draft("RGB", (max(1, width // 8), max(1, height // 8)))
                image.load()
    except UnidentifiedImageError:
        raise ValueError(f"is neither PNG nor JPEG: it begins with {content[:12]!r}") from None
    except _ERRORS as error:
        raise ValueError(f"cannot be decoded ({error})") from error
    if width * height > MAX_PIXELS:
        raise ValueError(f"announces {width}x{height} pixels, which no released file has")
    if is_png and unpack:
        _check_pixels(content, width, height, packed)
    return header


def _checked_chunks(content: memoryview) -> list[memoryview]:
    """Go through the chunks of a PNG to its end and return those of its pixels.

    Raises:
        ValueError: The file ends before its last chunk, or a checksum differs.
    """
    place = len(_PNG)
    name, packed = "", []
    while name != "IEND":
        body = place + 8
        length = int.from_bytes(content[place : place + 4], "big")
        end = body + length
        if end + 4 > len(content):
            raise ValueError(f"is cut off: it ends after {len(content)} bytes, within a chunk")
        name = str(content[place + 4 : body], "latin-1")
        if zlib.crc32(content[place + 4 : end]) != int.from_bytes(content[end : end + 4], "big"):
            raise ValueError(f"is damaged: its chunk {name} at byte {place} fails its checksum")
        if name == "IDAT":
            packed.append(content[body:end])
        place = end + 4
    return packed


def _check_pixels(content: bytes, width: int, height: int, packed: list[memoryview]) -> None:
    """Unpack the pixels of a PNG; only of an interlaced one they are not counted.

    Raises:
        ValueError: They cannot be unpacked, or are not as many as announced.
    """
    depth, kind, interlaced = content[24], content[25], content[28]
    row = 1 + (width * _CHANNELS[kind] * depth + 7) // 8
    inflater = zlib.decompressobj()
    try:
        pixels = inflater.decompress(b"".join(packed), 2 * row * height)
    except zlib.error as error:
        raise ValueError(f"is damaged: its pixels cannot be unpacked ({error})") from error
    if not inflater.eof or (len(pixels) != row * height and not interlaced):
        raise ValueError(f"is damaged: its pixels are not {width}x{height}")
