"""Figures and tables of the explorers, drawn by Python and kept up to date by `_base.js`.

Everything is HTML and SVG without a script. An element that shows a number of the explorer says
which one in a `data-` attribute; the script of the page finds it by that and changes it alone, so
that axes, labels and legends are written once, here. Colours are variables of `_base.css`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

Numbers = Mapping[str, Any]
"""What an explorer computed: a number, a text or a list of numbers under each name."""

Real = int | float
"""A number; the type checks of the tests do not take an int for a float."""

WIDTH, HEIGHT = 340, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 26, 38
LEVELS = 8
"""Shades of a `picture`, between nothing and the full colour."""


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


def text_of(value: Real, form: str) -> str:
    """Write a number: `form` is the count of decimals, with a `%` behind it for percent.

    Example:
        >>> text_of(0.25, "3"), text_of(0.25, "1%")
        ('0.250', '25.0 %')
    """
    if form.endswith("%"):
        return f"{100 * value:.{form[:-1]}f} %"
    return f"{value:.{form}f}"


def line_chart(
    alt: str,
    axes: tuple[Axis, Axis],
    lines: Mapping[str, tuple[str, str]],
    numbers: Numbers,
    cursor: str | None = None,
) -> str:
    """Draw lines over each other.

    Args:
        alt: What a reader would see.
        axes: Horizontal axis, and the vertical one, whose label stands above.
        lines: Style of a line, one of the classes `line-…` of `_base.css`, to the names of its
            horizontal and vertical numbers, each a list.
        numbers: Where the names lead.
        cursor: Name of the number at which a vertical line stands.

    Returns:
        An `<svg>`. The lines are cut off at the ends of the axes.
    """
    x, y = axes
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    paths = "".join(
        f'<path class="{style}" data-line="{across} {up}" '
        f'd="{_path(numbers[across], numbers[up], axes, (width, height))}"/>'
        for style, (across, up) in lines.items()
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


def picture(title: str, alt: str, name: str, columns: int, numbers: Numbers) -> str:
    """Draw a small image, pixel by pixel.

    Args:
        title: Line above the picture.
        alt: What a reader would see.
        name: Name of the pixels: a list of numbers from 0 (no colour) to 1, row by row.
        columns: Pixels in a row.
        numbers: Where the name leads.
    """
    rows = len(numbers[name]) // columns
    shades = _shades(numbers[name], columns)
    paths = "".join(
        f'<path fill-opacity="{(level + 1) / LEVELS:g}" d="{path}"/>'
        for level, path in enumerate(shades)
    )
    return (
        f'<figure class="picture"><figcaption>{escape(title)}</figcaption>'
        f'<svg viewBox="0 0 {columns} {rows}" role="img" aria-label="{escape(alt)}" '
        f'data-pixels="{name}" data-columns="{columns}">{paths}</svg></figure>'
    )


def bar(parts: Mapping[str, str], numbers: Numbers) -> str:
    """Draw one bar whose parts lie side by side.

    Args:
        parts: Style of a part, one of the classes `part-…` of `_base.css`, to the name of its
            length; 1 is the whole width.
        numbers: Where the names lead.
    """
    spans = "".join(
        f'<span class="{style}" data-length="{name}" style="width:{100 * numbers[name]:.2f}%">'
        "</span>"
        for style, name in parts.items()
    )
    return f'<div class="bar">{spans}</div>'


def number(name: str, form: str, numbers: Numbers) -> str:
    """Write a number that stays up to date; `form` as in `text_of`."""
    shown = text_of(numbers[name], form)
    return f'<span data-number="{name}" data-format="{form}">{shown}</span>'


def key(style: str) -> str:
    """Return a sample of a line or of a part, for a legend."""
    if style.startswith("line"):
        line = f'<path class="{style}" d="M0,5h36"/>'
        return f'<svg class="key" viewBox="0 0 36 10" aria-hidden="true">{line}</svg>'
    return f'<span class="key {style}"></span>'


def table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table of cells that are HTML already; the first of each row is its heading."""
    head = "".join(f'<th scope="col">{cell}</th>' for cell in header)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f'<div class="scroll" role="region" aria-label="{escape(caption)}" tabindex="0">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _path(
    across: Sequence[Real], up: Sequence[Real], axes: tuple[Axis, Axis], size: tuple[int, int]
) -> str:
    """Return the points of a line in the coordinates of the plot, down from its upper left."""
    points = (
        f"{axes[0].place(x) * size[0]:.1f},{(1 - axes[1].place(y)) * size[1]:.1f}"
        for x, y in zip(across, up, strict=True)
    )
    return "M" + "L".join(points)


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


def _shades(pixels: Sequence[Real], columns: int) -> list[str]:
    """Return the outline of the pixels of each shade, those of shade 0 left out."""
    paths = [""] * LEVELS
    for index, pixel in enumerate(pixels):
        level = math.floor(pixel * LEVELS + 0.5)
        if level > 0:
            paths[min(level, LEVELS) - 1] += f"M{index % columns} {index // columns}h1v1h-1z"
    return paths
