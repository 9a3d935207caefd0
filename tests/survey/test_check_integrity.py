import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from lossstudy.survey._integrity import examine


def encoded(kind, mode="RGB", size=(64, 48)):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_whole_file_has_a_header(kind):
    header = examine(encoded(kind), unpack=True)
    assert (header.size, header.mode, header.depth) == ((64, 48), "RGB", 8)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_file_that_ends_early_is_noticed(kind, share):
    content = encoded(kind)
    with pytest.raises(ValueError, match=r"cut off|cannot be decoded|neither"):
        examine(content[: int(share * len(content))], unpack=True)


def test_every_byte_of_a_png_is_covered():
    content = encoded("PNG", size=(4, 3))
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 4
        with pytest.raises(ValueError, match=r"damaged|cut off|neither"):
            examine(bytes(changed), unpack=True)


def test_every_length_of_a_png_but_the_whole_is_noticed():
    content = encoded("PNG", size=(4, 3))
    for length in range(len(content)):
        with pytest.raises(ValueError, match=r"empty|cut off|neither"):
            examine(content[:length], unpack=True)


def test_something_else_is_shown_by_its_first_bytes():
    with pytest.raises(ValueError, match="neither PNG nor JPEG: it begins with b'<!DOCTYPE"):
        examine(b"<!DOCTYPE html><title>Please log in</title>", unpack=True)
    with pytest.raises(ValueError, match="is empty"):
        examine(b"", unpack=True)


def test_an_absurd_size_is_refused_before_it_is_decoded():
    with pytest.raises(ValueError, match="announces 65000x1100 pixels"):
        examine(
            encoded("JPEG", "L", (64, 48)).replace(b"\0\x30\0\x40", b"\x04\x4c\xfd\xe8", 1),
            unpack=True,
        )


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_pixels_of_every_kind_are_counted(mode):
    content = encoded("PNG", "L" if mode == "I;16" else mode)
    if mode == "I;16":
        file = BytesIO()
        Image.open(BytesIO(content)).convert(mode).save(file, "PNG")
        content = file.getvalue()
    assert examine(content, unpack=True).size == (64, 48)
    taller = content[:16] + bytes([0, 0, 0, 64, 0, 0, 0, 96]) + content[24:]
    header = taller[12:29]
    taller = taller[:29] + zlib.crc32(header).to_bytes(4, "big") + taller[33:]
    assert examine(taller, unpack=False).size == (64, 96)
    with pytest.raises(ValueError, match="its pixels are not 64x96"):
        examine(taller, unpack=True)
