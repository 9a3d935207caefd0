"""Label images from the polygons of an annotation, by the rules of IDD's own scripts.

Objects are drawn in the order of the file, later ones over earlier ones, on a background without a
class. Deleted objects and polygons of fewer than three points are left out; what reaches beyond
the image is cut off. A name that ends in `group` and is no class itself, such as `cargroup`, means
the class before it. The rules are those of `preperation/json2labelImg.py` in
https://github.com/AutoNUE/public-code, which draws with Pillow as we do.
"""

import json
import math
from typing import Any

from PIL import Image, ImageDraw

from lossstudy.datasets._images import check_size
from lossstudy.datasets._tree import File

MAX_COORDINATE = 2**20
"""Farthest a point may lie from the image, pixels: beyond it, Pillow's integers overflow."""

Points = list[tuple[float, float]]


def draw(file: File, classes: dict[str, int], background: int) -> Image.Image:
    """Return the label image of an annotation.

    Args:
        file: The annotation, JSON with `imgWidth`, `imgHeight` and `objects`, each of which has a
            `label`, a `polygon` of `[x, y]` in pixels and perhaps `deleted`.
        classes: Value to draw for each class name.
        background: Value where no object is.

    Returns:
        An 8-bit greyscale image of the size that the annotation states.

    Raises:
        ValueError: The file is no such annotation, or names a class that `classes` does not hold.
    """
    annotation = _parsed(file)
    try:
        size = int(annotation["imgWidth"]), int(annotation["imgHeight"])
        objects = [
            (str(entry["label"]), [(float(x), float(y)) for x, y in entry["polygon"]])
            for entry in annotation["objects"]
            if not entry.get("deleted", 0)
        ]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError(
            f"{file} is no annotation in polygons ({type(error).__name__}: {error}); expected "
            "imgWidth, imgHeight and objects, each with a label and a polygon of [x, y]"
        ) from error
    if min(size) < 1:
        raise ValueError(f"{file} states an image of {size[0]}x{size[1]} pixels")
    check_size(file, *size)
    image = Image.new("L", size, background)
    pen = ImageDraw.Draw(image)
    for label, polygon in objects:
        value = _value(file, label, classes)
        if len(polygon) > 2:
            _check_points(file, label, polygon)
            pen.polygon(polygon, fill=value)
    return image


def _parsed(file: File) -> Any:
    """Return the JSON value in a file.

    Raises:
        ValueError: It is not JSON in UTF-8.
    """
    try:
        return json.loads(file.read().decode("utf-8"))
    except (ValueError, RecursionError) as error:  # a number of 5000 digits is a ValueError
        raise ValueError(
            f"{file} cannot be read as JSON in UTF-8 ({error}). The file may be incomplete: "
            "unpack or download it again"
        ) from error


def _value(file: File, label: str, classes: dict[str, int]) -> int:
    """Return the value of a class, or of the class that a group consists of.

    Raises:
        ValueError: There is no such class.
    """
    name = label if label in classes else label.removesuffix("group")
    if name not in classes:
        raise ValueError(
            f"{file} labels an object {label!r}, which is no class of its dataset; expected one "
            f"of {', '.join(classes)}, or one of them with 'group' behind it"
        )
    return classes[name]


def _check_points(file: File, label: str, polygon: Points) -> None:
    """Refuse points that no annotator has set.

    Raises:
        ValueError: A coordinate is not finite, or farther out than `MAX_COORDINATE`.
    """
    for x, y in polygon:
        if not math.isfinite(x + y) or max(abs(x), abs(y)) > MAX_COORDINATE:
            raise ValueError(
                f"{file} draws a {label} through the point ({x}, {y}); expected pixel "
                "coordinates in or near the image"
            )
