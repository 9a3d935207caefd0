"""What a reader can set: one native input on a page of the book, one ipywidget in JupyterLab."""

import json
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets

from lossstudy.widgets._draw import Real, text_of


@dataclass(frozen=True)
class Slider:
    """A number out of an ordered list.

    The list makes any scale possible, and gives Python and the page the very same numbers.

    Attributes:
        name: Key in `Explorer.values`, and `name` of the input on the page.
        label: Text beside the slider, and its accessible name.
        stops: The numbers, in order.
        value: One of them.
        format: How they are written, see `text_of`.
    """

    name: str
    label: str
    stops: tuple[Real, ...]
    value: Real
    format: str = "2"

    def widget(self) -> ipywidgets.ValueWidget:
        """Return a slider over the stops."""
        options = [(text_of(stop, self.format), stop) for stop in self.stops]
        return ipywidgets.SelectionSlider(
            options=options, value=self.value, description=self.label, **_style()
        )

    def html(self) -> str:
        """Return a labelled `<input type=range>` over the places in the list of stops."""
        shown = text_of(self.value, self.format)
        return (
            f"<div><label>{escape(self.label)} "
            f'<input type="range" name="{self.name}" min="0" max="{len(self.stops) - 1}" '
            f'value="{self.stops.index(self.value)}" data-stops="{json.dumps(self.stops)}" '
            f'data-format="{self.format}" aria-valuetext="{shown}" autocomplete="off"></label> '
            f"<output>{shown}</output></div>"
        )


@dataclass(frozen=True)
class Choice:
    """One text out of several.

    Attributes:
        name: Key of the value.
        label: Text beside the list.
        options: The texts, all different.
        value: One of them.
    """

    name: str
    label: str
    options: tuple[str, ...]
    value: str

    def widget(self) -> ipywidgets.ValueWidget:
        """Return a drop-down list."""
        return ipywidgets.Dropdown(
            options=self.options, value=self.value, description=self.label, **_style()
        )

    def html(self) -> str:
        """Return a labelled `<select>`."""
        options = "".join(
            f"<option{' selected' if option == self.value else ''}>{escape(option)}</option>"
            for option in self.options
        )
        return (
            f"<div><label>{escape(self.label)} "
            f'<select name="{self.name}" aria-label="{escape(self.label)}" autocomplete="off">'
            f"{options}</select></label></div>"
        )


@dataclass(frozen=True)
class Tick:
    """Yes or no.

    Attributes:
        name: Key of the value.
        label: Text beside the box.
        value: Whether it is ticked at first.
    """

    name: str
    label: str
    value: bool = True

    def widget(self) -> ipywidgets.ValueWidget:
        """Return a box to tick."""
        return ipywidgets.Checkbox(value=self.value, description=self.label, indent=False)

    def html(self) -> str:
        """Return a labelled `<input type=checkbox>`."""
        return (
            f'<div><label><input type="checkbox" name="{self.name}" autocomplete="off"'
            f"{' checked' if self.value else ''}> {escape(self.label)}</label></div>"
        )


Control = Slider | Choice | Tick
"""A named setting of an explorer."""


def steps(low: Real, high: Real, count: int) -> tuple[float, ...]:
    """Return stops at even distances, both ends among them.

    Example:
        >>> steps(0, 1, 4)
        (0.0, 0.25, 0.5, 0.75, 1.0)
    """
    return tuple(round(low + (high - low) * i / count, 9) for i in range(count + 1))


def _style() -> dict[str, Any]:
    return {"style": {"description_width": "initial"}, "layout": {"width": "24em"}}
