"""Paints into the picture and its label map at once."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from lossstudy.datasets.scenes._camera import NEAREST, Camera

Color = tuple[int, int, int]
Point = tuple[float, float]
Point3 = tuple[float, float, float]

OBJECT = 256  # a code is the number of an object times this, plus the raw id of its class
OVERSAMPLING = 2  # the picture is painted this much larger and averaged down: smooth edges


def mix(first: Color, second: Color, share: float) -> Color:
    """Blend two colours; `share` is the part of the second."""
    keep = 1.0 - share
    return (
        int(first[0] * keep + second[0] * share),
        int(first[1] * keep + second[1] * share),
        int(first[2] * keep + second[2] * share),
    )


def shade(color: Color, factor: float) -> Color:
    """Scale a colour's brightness."""
    return (
        min(255, int(color[0] * factor)),
        min(255, int(color[1] * factor)),
        min(255, int(color[2] * factor)),
    )


class Light(NamedTuple):
    """A lamp: its place and radius in picture units, its colour, and the object it is part of."""

    u: float
    v: float
    radius: float
    color: Color
    number: int


class Canvas:
    """A picture and a label map of the same scene, seen by one camera.

    Shapes are given in picture units (see `_camera`). A shape painted with a class name changes
    both; one painted without a name is a detail of what lies below it and changes the picture.

    The label map holds codes, `OBJECT` times the number of an object plus the raw id of a class.
    Ground, sky and skyline belong to no object and have the number 0.
    """

    def __init__(
        self,
        size: tuple[int, int],
        camera: Camera,
        ids: dict[str, int],
        haze: Color,
        visibility: float,
    ) -> None:
        self.size = size
        self.camera = camera
        self.ids = ids
        self.haze = haze
        self.visibility = visibility
        height, width = size
        self.fine_size = (height * OVERSAMPLING, width * OVERSAMPLING)
        self.image = Image.new("RGB", self.fine_size[::-1])
        self.codes = Image.new("I", (width, height))
        self.lights: list[Light] = []
        self._object = 0
        self._paint = ImageDraw.Draw(self.image)
        self._paint_codes = ImageDraw.Draw(self.codes)
        self._fine = (width * OVERSAMPLING / 2.0, float(height * OVERSAMPLING))
        self._coarse = (width / 2.0, float(height))

    def veil(self, z: float) -> float:
        """The share of haze in the colour of a thing at depth z."""
        return 1.0 - math.exp(-z / self.visibility)

    def set_rows(self, first: int, colors: np.ndarray, ids: np.ndarray) -> None:
        """Replace all rows from `first` (of the enlarged picture) down by ready-made pixels."""
        self.image.paste(Image.fromarray(colors), (0, first))
        top = -(-first // OVERSAMPLING)
        coarse = ids[top * OVERSAMPLING - first :: OVERSAMPLING, ::OVERSAMPLING]
        self.codes.paste(Image.fromarray(coarse.astype(np.int32)), (0, top))

    def next_object(self) -> None:
        """Begin another object: what is painted from now on, under a class name, is part of it."""
        self._object += OBJECT

    @property
    def labels(self) -> np.ndarray:
        """Raw ids, uint8 (height, width)."""
        return np.asarray(self.codes).astype(np.uint8)

    def shine(self, u: float, v: float, radius: float, color: Color) -> None:
        """Note a lamp of the present object; it glows at night."""
        self.lights.append(Light(u, v, radius, color, self._object // OBJECT))

    def polygon(self, points: Sequence[Point], color: Color, name: str | None = None) -> None:
        """Fill a polygon."""
        sx, sy = self._fine
        self._paint.polygon([(u * sx - 0.5, v * sy - 0.5) for u, v in points], fill=color)
        if name is not None:
            sx, sy = self._coarse
            outline = [(u * sx - 0.5, v * sy - 0.5) for u, v in points]
            self._paint_codes.polygon(outline, fill=self._object + self.ids[name])

    def ellipse(
        self, u: float, v: float, ru: float, rv: float, color: Color, name: str | None = None
    ) -> None:
        """Fill an axis-parallel ellipse around (u, v)."""
        sx, sy = self._fine
        box = ((u - ru) * sx - 0.5, (v - rv) * sy - 0.5, (u + ru) * sx - 0.5, (v + rv) * sy - 0.5)
        self._paint.ellipse(box, fill=color)
        if name is not None:
            sx, sy = self._coarse
            box = (
                (u - ru) * sx - 0.5,
                (v - rv) * sy - 0.5,
                (u + ru) * sx - 0.5,
                (v + rv) * sy - 0.5,
            )
            self._paint_codes.ellipse(box, fill=self._object + self.ids[name])

    def line(
        self, points: Sequence[Point], width: float, color: Color, name: str | None = None
    ) -> None:
        """Draw a polyline whose `width` is in picture heights; at least one pixel is set."""
        sx, sy = self._fine
        outline = [(u * sx - 0.5, v * sy - 0.5) for u, v in points]
        self._paint.line(outline, fill=color, width=max(1, round(width * sy)))
        if name is not None:
            sx, sy = self._coarse
            outline = [(u * sx - 0.5, v * sy - 0.5) for u, v in points]
            pixels = max(1, round(width * sy))
            self._paint_codes.line(outline, fill=self._object + self.ids[name], width=pixels)


class Pen:
    """Paints one thing in its own coordinates: metres from its foot at (x, 0, z).

    `x` is to the right, `y` up and `dz` away from the camera.
    """

    def __init__(self, canvas: Canvas, x: float, z: float) -> None:
        camera = canvas.camera
        self.canvas = canvas
        self.z = z
        self._camera = camera
        self.scale = camera.focal / max(z, NEAREST)
        self.lateral = x + camera.bend(z) - camera.offset
        self._center = 1.0 + camera.yaw
        self._veil = canvas.veil(z)

    @property
    def detail(self) -> float:
        """Rows that one metre covers at this depth in a picture of 128 rows.

        Level of detail must not follow the real size: the draws, so the scene, would too.
        """
        return self.scale * 128.0

    def outside(self, half_width: float, length: float = 0.0) -> bool:
        """Whether a thing of this half width and length lies beside the picture."""
        left = self.at(-half_width, 0.0)[0], self.at(-half_width, 0.0, length)[0]
        right = self.at(half_width, 0.0)[0], self.at(half_width, 0.0, length)[0]
        return min(left) > 2.0 or max(right) < 0.0

    def at(self, x: float, y: float, dz: float = 0.0) -> Point:
        """Picture position of a point of the thing."""
        camera = self._camera
        scale = camera.focal / max(self.z + dz, NEAREST) if dz else self.scale
        return (
            self._center + (self.lateral + x) * scale,
            camera.horizon + (camera.height - y) * scale,
        )

    def tint(self, color: Color) -> Color:
        """The colour as seen through the haze."""
        return mix(color, self.canvas.haze, self._veil)

    def face(
        self, points: Sequence[Point], color: Color, name: str | None = None, dz: float = 0.0
    ) -> None:
        """Fill a polygon that faces the camera, from (x, y) points."""
        outline = [self.at(x, y, dz) for x, y in points]
        self.canvas.polygon(outline, self.tint(color), name)

    def solid(self, points: Sequence[Point3], color: Color, name: str | None = None) -> None:
        """Fill a polygon of any pose, from (x, y, dz) points."""
        outline = [self.at(x, y, dz) for x, y, dz in points]
        self.canvas.polygon(outline, self.tint(color), name)

    def rect(
        self,
        left: float,
        bottom: float,
        right: float,
        top: float,
        color: Color,
        name: str | None = None,
    ) -> None:
        """Fill an upright rectangle."""
        corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
        self.face(corners, color, name)

    def disc(
        self, x: float, y: float, rx: float, ry: float, color: Color, name: str | None = None
    ) -> None:
        """Fill an ellipse that faces the camera."""
        u, v = self.at(x, y)
        self.canvas.ellipse(u, v, rx * self.scale, ry * self.scale, self.tint(color), name)

    def stroke(
        self, points: Sequence[Point], width: float, color: Color, name: str | None = None
    ) -> None:
        """Draw a polyline of a width in metres."""
        outline = [self.at(x, y) for x, y in points]
        self.canvas.line(outline, width * self.scale, self.tint(color), name)

    def shine(self, x: float, y: float, radius: float, color: Color) -> None:
        """Note a lamp of this radius in metres."""
        self.canvas.shine(*self.at(x, y), radius * self.scale, color)

    def shadow(self, half_width: float, length: float) -> None:
        """Darken the ground under the thing."""
        near, far = -0.12 * length, length
        corners = [
            (-half_width, 0.0, near),
            (half_width, 0.0, near),
            (half_width, 0.0, far),
            (-half_width, 0.0, far),
        ]
        self.solid(corners, (28, 28, 32))
