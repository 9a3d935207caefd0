import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lossstudy.datasets import _images
from lossstudy.datasets._images import open_image
from lossstudy.datasets._tree import DiskFile

COLOR, IDS = ("RGB", "an RGB image"), ("L", "one channel of 8-bit class ids")


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "image.png"
    pixels = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return DiskFile(path)


@pytest.fixture
def label(tmp_path):
    path = tmp_path / "label.png"
    pixels = np.random.default_rng(0).integers(0, 12, (12, 16), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return DiskFile(path)


def png(width, height, depth=8, color=2, pixels=bytes(100)):
    """A PNG file of that header around the pixels, however few they are."""

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    chunks = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.6, 0.8])
def test_a_png_cut_short_is_named(photo, share):
    content = photo.path.read_bytes()
    photo.path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=r"image.png cannot be read as an image"):
        open_image(photo, *COLOR)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.9])
def test_a_jpeg_cut_short_is_named(photo, tmp_path, share):
    path = tmp_path / "image.jpg"
    Image.open(photo.path).resize((64, 48)).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=r"image.jpg cannot be read as an image"):
        open_image(DiskFile(path), *COLOR)


def test_another_format_is_refused(photo):
    Image.open(photo.path).save(photo.path, format="BMP")
    with pytest.raises(ValueError, match=r"image.png cannot .* \(neither PNG nor JPEG\)"):
        open_image(photo, *COLOR)


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        ("RGBA", "8-bit colour with an alpha channel"),
        ("L", "8-bit greyscale"),
        ("LA", "8-bit greyscale with an alpha channel"),
        ("P", "8-bit palette"),
    ],
)
def test_images_that_are_not_rgb_are_refused(photo, mode, found):
    Image.open(photo.path).convert(mode).save(photo.path)
    with pytest.raises(ValueError, match=f"image.png is {found}; expected an RGB image"):
        open_image(photo, *COLOR)


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        ("RGB", "8-bit colour"),
        ("I;16", "16-bit greyscale"),
        ("LA", "8-bit greyscale with an alpha channel"),
        ("P", "8-bit palette"),
        ("1", "black and white"),
    ],
)
def test_label_images_that_are_not_8_bit_ids_are_refused(label, mode, found):
    Image.open(label.path).convert(mode).save(label.path)
    with pytest.raises(ValueError, match=f"label.png is {found}; expected one channel of 8-bit"):
        open_image(label, *IDS)


@pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("width", "height"), [(2**13 + 1, 2**13), (9500, 9500), (65000, 65000), (2**31 - 1, 1)]
)
def test_an_absurd_size_is_refused_before_decoding(photo, width, height):
    photo.path.write_bytes(png(width, height))
    with pytest.raises(ValueError, match=r"image.png (announces \d+x\d+ pixels|cannot be read)"):
        open_image(photo, *COLOR)


def test_the_largest_size_is_still_read(photo, monkeypatch):
    monkeypatch.setattr(_images, "MAX_PIXELS", 12 * 16)
    assert open_image(photo, *COLOR).size == (16, 12)
    monkeypatch.setattr(_images, "MAX_PIXELS", 12 * 16 - 1)
    with pytest.raises(ValueError, match=r"announces 16x12 pixels; expected at most 191 in all"):
        open_image(photo, *COLOR)


def test_a_colour_image_of_16_bits_is_refused(photo):
    """Pillow reads it without a word, as 8 bits."""
    photo.path.write_bytes(png(4, 1, depth=16, pixels=b"\0" + bytes(range(24))))
    assert Image.open(photo.path).mode == "RGB"
    with pytest.raises(ValueError, match=r"image.png has 16 bits a channel; expected an RGB"):
        open_image(photo, *COLOR)


@pytest.mark.parametrize(("depth", "pixels"), [(2, b"\x1b"), (4, b"\x01\x23")])
def test_ids_of_fewer_bits_are_refused(label, depth, pixels):
    """Pillow scales 0, 1, 2, 3 to the whole of 0 to 255: other ids than the file holds."""
    label.path.write_bytes(png(4, 1, depth=depth, color=0, pixels=b"\0" + pixels))
    assert np.asarray(Image.open(label.path)).tolist() != [[0, 1, 2, 3]]
    with pytest.raises(ValueError, match=f"label.png has {depth} bits a channel; expected one"):
        open_image(label, *IDS)


def test_a_text_that_inflates_without_end_is_refused(label):
    text = PngInfo()
    text.add_text("Comment", "a" * 2**21, zip=True)
    Image.open(label.path).save(label.path, pnginfo=text)
    assert label.path.stat().st_size < 2**13
    with pytest.raises(ValueError, match=r"label.png cannot be read .*too large for"):
        open_image(label, *IDS)


@pytest.mark.parametrize("length", [0, 5, 2**31])
def test_a_header_of_another_length_is_named(photo, length):
    content = photo.path.read_bytes()
    photo.path.write_bytes(content[:8] + struct.pack(">I", length) + content[12:])
    with pytest.raises(ValueError, match=r"image.png cannot be read as an image"):
        open_image(photo, *COLOR)
