"""Looking into one file of a dataset."""

from dataclasses import dataclass
from typing import Any

from PIL import Image

from lossstudy.datasets._encodings import Colors, Encoding, Ids, Polygons
from lossstudy.datasets._images import open_image
from lossstudy.datasets._tree import File
from lossstudy.labels import IGNORED, UNDECLARED
from lossstudy.survey._integrity import examine

MAX_VALUES = 4096
"""Values of a label image that are counted; only a photograph, or a JPEG, has more colours."""


@dataclass(frozen=True)
class Finding:
    """Something about one file that the release would not have.

    Attributes:
        kind: A key of `KINDS`.
        file: The file.
        detail: What it is, a phrase to say after the name of the file.
        pixels: Pixels concerned, where they are counted.
    """

    kind: str
    file: str
    detail: str
    pixels: int = 0


@dataclass(frozen=True)
class Inspection:
    """What was seen in one file: width and height if it could be read, and the findings."""

    size: tuple[int, int] | None
    findings: tuple[Finding, ...] = ()


def inspect_image(file: File, *, thorough: bool) -> Inspection:
    """Look into a photograph.

    Args:
        file: The file.
        thorough: Unpack the pixels of a PNG.
    """
    return _inspect_bytes(file, "RGB", "an RGB image with 8 bits a channel", unpack=thorough)


def inspect_label(file: File, reader: Encoding) -> Inspection:
    """Look into a label file, all of it: every value is compared with the label table."""
    if isinstance(reader, Polygons):
        return _inspect_polygons(file, reader)
    colors = isinstance(reader, Colors)
    mode, kind = ("RGB", "class colours") if colors else ("L", "one channel of class ids")
    expected = f"{kind}, 8 bits a channel"
    seen = _inspect_bytes(file, mode, expected, unpack=True)
    if seen.findings:
        return seen
    try:
        image = open_image(file, mode, expected)
    except (ValueError, OSError) as error:
        return Inspection(seen.size, (_finding("damaged", file, error),))
    return Inspection(seen.size, _inspect_values(file, reader, image))


def _inspect_bytes(file: File, mode: str, expected: str, *, unpack: bool) -> Inspection:
    """Check that a file is whole and holds the right kind of pixels."""
    try:
        header = examine(file.read(), unpack=unpack)
    except (ValueError, OSError) as error:
        return Inspection(None, (_finding("damaged", file, error),))
    if header.mode == mode and header.depth == 8:
        return Inspection(header.size)
    try:
        open_image(file, mode, expected)  # knows how to say it
    except (ValueError, OSError) as error:
        return Inspection(header.size, (_finding("pixels", file, error),))
    return Inspection(header.size)


def _inspect_values(file: File, reader: Encoding, image: Image.Image) -> tuple[Finding, ...]:
    """Compare the values of a label image with its label table."""
    counts = image.getcolors(MAX_VALUES)
    if counts is None:
        detail = f"has more than {MAX_VALUES} colours; expected only those of its label table"
        return (Finding("values", str(file), detail, image.width * image.height),)
    found = [(count, _shown(value), _train_id(reader, value)) for count, value in counts]
    if all(train_id == IGNORED for _, _, train_id in found):
        return (_empty(file),)
    return tuple(
        Finding("values", str(file), f"holds the value {shown}", count)
        for count, shown, train_id in found
        if train_id == UNDECLARED
    )


def _inspect_polygons(file: File, reader: Polygons) -> Inspection:
    """Draw an annotation as training will."""
    try:
        drawn = reader.read(file)
    except (ValueError, OSError) as error:
        return Inspection(None, (_finding("annotation", file, error),))
    empty = drawn.getextrema() == (IGNORED, IGNORED)
    return Inspection(drawn.size, (_empty(file),) if empty else ())


def _train_id(reader: Encoding, value: Any) -> int:
    """Return the train id of an id or a colour."""
    if isinstance(reader, Colors):
        return reader.train_ids.get(value, UNDECLARED)
    assert isinstance(reader, Ids)
    return int(reader.lut[value])


def _shown(value: Any) -> str:
    """Return an id or a colour as text."""
    return str(value) if isinstance(value, int) else f"#{bytes(value).hex()}"


def _empty(file: File) -> Finding:
    return Finding("empty", str(file), "labels no pixel: all it holds is ignored")


def _finding(kind: str, file: File, error: Exception) -> Finding:
    """Return an error as a finding, without the file it begins with and the advice it ends in."""
    detail = str(error).removeprefix(f"{file} ").removesuffix(". Convert the file")
    return Finding(kind, str(file), detail)
