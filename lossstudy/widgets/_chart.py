"""Line charts of the explorers, drawn by Python and kept up to date by `_base.js`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from lossstudy.widgets._draw import DOTS, Numbers, Real

WIDTH, HEIGHT = 340, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 26, 38


@dataclass(frozen=True)
class Axis:
    """One axis of a `line_chart`.

    Attributes:
        label: What it shows, with the unit.
        low: Lower end; above 0 if `log`.
        high: Upper end.
        ticks: Where numbers stand.
        log: Whether the axis is logarithmic.
    """

    label: str
    low: Real
    high: Real
    ticks: tuple[Real, ...]
    log: bool = False

    def place(self, value: Real) -> float:
        """Return where a value lies: 0 at the lower end, 1 at the upper, kept within [-1, 2]."""
        if self.log:
            value = max(value, 1e-300)
            part = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return min(max(part, -1.0), 2.0)

    def data(self) -> str:
        """Return the axis as the script reads it."""
        return f"{self.low} {self.high} {'log' if self.log else 'linear'}"


Axes = tuple[Axis, Axis]
Size = tuple[int, int]


def line_chart(
    alt: str,
    axes: Axes,
    lines: Mapping[str, tuple[str, str]],
    numbers: Numbers,
    cursor: str | None = None,
    *,
    dots: Mapping[str, tuple[str, str]] = {},
    grid: Sequence[tuple[Sequence[Real], Sequence[Real]]] = (),
) -> str:
    """Draw lines over each other, and dots over these.

    Args:
        alt: What a reader would see.
        axes: Horizontal axis, and the vertical one, whose label stands above.
        lines: Style of a line, one of the classes `line-…` of `_base.css`, to the names of its
            horizontal and vertical numbers, each a list; None interrupts a line.
        numbers: Where the names lead.
        cursor: Name of the number at which a vertical line stands.
        dots: The same as `lines` for a dot at each point, in a style out of `DOTS`.
        grid: Faint lines that stay as they are, by their points.

    Returns:
        An `<svg>`. The lines are cut off at the ends of the axes.
    """
    x, y = axes
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    size = width, height
    paths = "".join(f'<path class="line-faint" d="{_path(*line, axes, size)}"/>' for line in grid)
    paths += "".join(
        f'<path class="{style}" data-line="{across} {up}" '
        f'd="{_path(numbers[across], numbers[up], axes, size)}"/>'
        for style, (across, up) in lines.items()
    )
    paths += "".join(
        f'<path class="{style}" data-dots="{across} {up}" data-shape="{DOTS[style]}" '
        f'd="{_dots(numbers[across], numbers[up], axes, size, DOTS[style])}"/>'
        for style, (across, up) in dots.items()
    )
    if cursor is not None:
        at = f"{x.place(numbers[cursor]) * width:.1f}"
        paths += f'<line class="cursor" data-at="{cursor}" x1="{at}" x2="{at}" y2="{height}"/>'
    ticks = "".join(_tick_x(x, tick, width, height) for tick in x.ticks)
    ticks += "".join(_tick_y(y, tick, height) for tick in y.ticks)
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(alt)}">'
        f'<text class="title" x="{LEFT}" y="16">{escape(y.label)}</text>{ticks}'
        f'<text x="{LEFT + width / 2}" y="{HEIGHT - 4}" text-anchor="middle">{escape(x.label)}'
        f'</text><svg x="{LEFT}" y="{TOP}" width="{width}" height="{height}" '
        f'data-x="{x.data()}" data-y="{y.data()}">{paths}</svg>'
        f'<rect class="frame" x="{LEFT}" y="{TOP}" width="{width}" height="{height}"/></svg>'
    )


def _path(across: Sequence[Real | None], up: Sequence[Real | None], axes: Axes, size: Size) -> str:
    """Return a line in the coordinates of the plot, down from its upper left."""
    points = _points(across, up, axes, size)
    before = [None, *points]
    parts = [
        f"{'M' if last is None else 'L'}{point}"
        for point, last in zip(points, before, strict=False)
        if point is not None
    ]
    return "".join(parts)


def _dots(
    across: Sequence[Real | None], up: Sequence[Real | None], axes: Axes, size: Size, shape: str
) -> str:
    """Return the outline of a dot at each point."""
    points = _points(across, up, axes, size)
    return "".join(f"M{point}{shape}" for point in points if point is not None)


def _points(
    across: Sequence[Real | None], up: Sequence[Real | None], axes: Axes, size: Size
) -> list[str | None]:
    """Return the place of each point in the plot, None where one has no number."""
    return [
        None
        if x is None or y is None
        else f"{axes[0].place(x) * size[0]:.1f},{(1 - axes[1].place(y)) * size[1]:.1f}"
        for x, y in zip(across, up, strict=True)
    ]


def _tick_x(axis: Axis, tick: Real, width: int, height: int) -> str:
    at = LEFT + axis.place(tick) * width
    return (
        f'<path class="grid" d="M{at:.1f},{TOP}v{height}"/>'
        f'<text x="{at:.1f}" y="{TOP + height + 15}" text-anchor="middle">{tick:g}</text>'
    )


def _tick_y(axis: Axis, tick: Real, height: int) -> str:
    at = TOP + (1 - axis.place(tick)) * height
    return (
        f'<path class="grid" d="M{LEFT},{at:.1f}H{WIDTH - RIGHT}"/>'
        f'<text x="{LEFT - 5}" y="{at + 4:.1f}" text-anchor="end">{tick:g}</text>'
    )
