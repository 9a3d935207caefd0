"""Figures and tables of the explorers, drawn by Python and kept up to date by `_base.js`.

Everything is HTML and SVG without a script. An element that shows a number of the explorer says
which one in a `data-` attribute; the script of the page finds it by that and changes it alone, so
that axes, labels and legends are written once, here. Colours are variables of `_base.css`.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

Numbers = Mapping[str, Any]
"""What an explorer computed: a number, a text or a list of numbers under each name."""

Real = int | float
"""A number; the type checks of the tests do not take an int for a float."""

LEVELS = 8
"""Shades of a `picture`, between nothing and the full colour."""

DOTS = {
    "dot-1": "m-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0z",
    "dot-2": "m-3.5,-3.5h7v7h-7z",
    "dot-3": "m0,-5l5,8h-10z",
    "dot-4": "m0,-5l5,5l-5,5l-5,-5z",
    "ring": "m-8,0a8,8 0 1 0 16,0a8,8 0 1 0 -16,0z",
}
"""Styles of the dots of a chart, classes of `_base.css`, and their outlines."""


def text_of(value: Real | None, form: str) -> str:
    """Write a number: `form` is the count of decimals, with a `%` behind it for percent.

    None, no number, is a dash. What rounds to zero has no sign.

    Example:
        >>> text_of(0.25, "3"), text_of(0.25, "1%"), text_of(-0.0001, "3")
        ('0.250', '25.0 %', '0.000')
    """
    if value is None:
        return "–"
    if form.endswith("%"):
        return f"{100 * value:z.{form[:-1]}f} %"
    return f"{value:z.{form}f}"


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


def text(name: str, numbers: Numbers) -> str:
    """Write a text that stays up to date."""
    return f'<span data-text="{name}">{escape(numbers[name])}</span>'


def key(style: str) -> str:
    """Return a sample of a line, a dot or a part, for a legend."""
    if style in DOTS:
        dot = f'<path class="{style}" d="M9,9{DOTS[style]}"/>'
        return f'<svg class="key-dot" viewBox="0 0 18 18" aria-hidden="true">{dot}</svg>'
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


def _shades(pixels: Sequence[Real], columns: int) -> list[str]:
    """Return the outline of the pixels of each shade, those of shade 0 left out."""
    paths = [""] * LEVELS
    for index, pixel in enumerate(pixels):
        level = math.floor(pixel * LEVELS + 0.5)
        if level > 0:
            paths[min(level, LEVELS) - 1] += f"M{index % columns} {index // columns}h1v1h-1z"
    return paths
