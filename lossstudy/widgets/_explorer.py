"""What every explorer is: controls, numbers computed from them, and a view of the numbers."""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from importlib import resources
from typing import Any, ClassVar

import ipywidgets
from traitlets import TraitError

from lossstudy.widgets._controls import Control
from lossstudy.widgets._draw import Numbers

_PACKAGE = "lossstudy.widgets"


class Explorer:
    """A figure with controls that works in JupyterLab and on a page without a kernel.

    As the last line of a cell it is shown twice over, and whoever shows the cell picks one:
    JupyterLab an ipywidget behind which Python computes, the book an HTML fragment in which a
    script computes the same. Without scripts the fragment is a figure of the first setting.

    A subclass names its `title` and its `scripts`, gives its controls to the constructor and
    writes `compute` and `view`. `view` draws with `lossstudy.widgets._draw`, whose marks the page
    keeps up to date by itself; the last of the scripts defines `compute` a second time, in
    JavaScript, and calls `explore` (see `_base.js`). A test holds the two to each other.

    Example:
        >>> from lossstudy.widgets import LossCurves
        >>> explorer = LossCurves()
        >>> explorer.set(gamma=0.0)
        >>> explorer.numbers["push.focal"] == explorer.numbers["push.cross_entropy"]
        True
    """

    title: ClassVar[str]
    """Accessible name of the whole."""

    scripts: ClassVar[tuple[str, ...]]
    """Files of this package that the page's script is made of, in order, behind `_base.js`."""

    def __init__(self, controls: Sequence[Control], **values: Any) -> None:
        """Compute the first setting and build the live view.

        Args:
            controls: The controls, in the order they are shown in.
            **values: First setting of controls that do not start at their own.

        Raises:
            ValueError: There is no control of that name, or it cannot have that value.
        """
        self._live = {control.name: control.widget() for control in controls}
        self.set(**values)
        first = self.values
        self.controls = tuple(replace(control, value=first[control.name]) for control in controls)
        self._view = ipywidgets.HTML()
        for name, control in self._live.items():
            control.add_class(f"explorer-{name}")
            control.observe(self._update, "value")
        row = ipywidgets.HBox(list(self._live.values()), layout={"flex_flow": "row wrap"})
        self.widget = ipywidgets.VBox([row, self._view])
        """The live explorer, an ipywidget."""
        self._update()
        self._first = self._numbers

    @property
    def values(self) -> dict[str, Any]:
        """What the controls are set to, by name."""
        return {name: control.value for name, control in self._live.items()}

    @property
    def numbers(self) -> Numbers:
        """What has been computed for `values`, by name."""
        return self._numbers

    def set(self, **values: Any) -> None:
        """Set controls by name, as if they were moved by hand.

        Raises:
            ValueError: There is no control of that name, or it cannot have that value.
        """
        for name, value in values.items():
            if name not in self._live:
                raise ValueError(
                    f"no control is named {name!r}; there are {', '.join(self._live)}"
                )
            try:
                self._live[name].value = value
            except TraitError as error:
                raise ValueError(f"{name} cannot be {value!r}: it is no stop or option") from error

    def compute(self, values: Mapping[str, Any]) -> Numbers:
        """Return the numbers for a setting of the controls."""
        raise NotImplementedError

    def view(self, numbers: Numbers) -> str:
        """Return figures and tables of the numbers, as HTML."""
        raise NotImplementedError

    def data(self) -> Mapping[str, Any]:
        """Return what `compute` needs on the page beside the values, fit for JSON."""
        return {}

    def html(self) -> str:
        """Return the explorer for a page: controls, first view, and a script that needs nothing.

        The controls start where they were when the explorer was made, wherever they are now.
        """
        controls = "\n".join(control.html() for control in self.controls)
        script = "\n".join(map(_file, ("_base.js", *self.scripts)))
        data = json.dumps(self.data(), separators=(",", ":")).replace("<", "\\u003c")
        return (
            f'<div class="explorer" role="group" aria-label="{escape(self.title)}">\n'
            f"<style>\n{_file('_base.css')}</style>\n"
            f'<div class="controls">\n{controls}\n</div>\n'
            "<noscript><p>The controls need JavaScript; this is their first setting.</p>"
            f'</noscript>\n<div class="view">{self.view(self._first)}</div>\n'
            f'<script type="application/json">{data}</script>\n<script>\n(() => {{\n'
            f'"use strict";\n{script}}})();\n'
            "</script>\n</div>"
        )

    def _update(self, _: object = None) -> None:
        """Compute and draw for where the controls are now."""
        self._numbers = self.compute(self.values)
        self._view.value = (
            f'<style>{_file("_base.css")}</style><div class="explorer">'
            f"{self.view(self._numbers)}</div>"
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """Return the explorer in every form a front end may ask for."""
        live: dict[str, Any] = self.widget._repr_mimebundle_()
        setting = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return {
            **live,
            "text/html": self.html(),
            "text/plain": f"{type(self).__name__}({setting})",
        }


@functools.cache
def _file(name: str) -> str:
    return resources.files(_PACKAGE).joinpath(name).read_text(encoding="utf-8")
