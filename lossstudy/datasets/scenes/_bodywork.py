"""The sides of vehicles: flat panels in perspective, and wheels."""

import math
from collections.abc import Callable

from lossstudy.datasets.scenes._canvas import Color, Pen, Point, Point3

GLASS: Color = (52, 62, 74)
RUBBER: Color = (24, 24, 26)
Place = Callable[[float, float], Point3]  # (metres along the vehicle, height) -> local point


def visible_sides(pen: Pen, half: float, length: float, crossing: bool, way: float) -> list[Place]:
    """The sides that the camera sees; a vehicle that crosses the road shows one, flat."""
    if crossing:
        return [lambda t, y: (way * (t - length / 2.0), y, 0.0)]
    if pen.lateral > half:
        return [lambda t, y: (-half, y, t)]
    if pen.lateral < -half:
        return [lambda t, y: (half, y, t)]
    return []


def paint_panel(
    pen: Pen, place: Place, outline: list[Point], color: Color, name: str | None
) -> None:
    """Fill a shape on a side, given by (metres along the vehicle, height) points."""
    pen.solid([place(t, y) for t, y in outline], color, name)


def paint_wheel(pen: Pen, place: Place, t: float, radius: float, name: str) -> None:
    """Paint a wheel on a side, at `t` metres along the vehicle."""
    rim = [
        (t + radius * math.cos(k * math.pi / 5), radius * (1.0 + math.sin(k * math.pi / 5)))
        for k in range(10)
    ]
    paint_panel(pen, place, rim, RUBBER, name)
    if radius * pen.detail > 2.0:
        hub = [((a - t) * 0.55 + t, (b - radius) * 0.55 + radius) for a, b in rim]
        paint_panel(pen, place, hub, (132, 134, 138), None)
