"""What a loss with state holds of each class through a training."""

import math
from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from lossstudy.labels import label_space
from lossstudy.results import Record, data_label
from lossstudy.widgets import _draw
from lossstudy.widgets._chart import Axis, line_chart
from lossstudy.widgets._controls import Choice, Slider
from lossstudy.widgets._draw import Numbers, Real
from lossstudy.widgets._explorer import Explorer


class AdaptiveWeights(Explorer):
    """The curves of each class that a run recorded of a loss with state.

    Whatever the loss reads, one number a class, gets a panel: of the adaptive loss its `weight`
    in the pixel term and the `running_iou` that the weight follows. One class is drawn over the
    others, and the table has all of them at one step.

    Controls: `label`, the class; `step`. Keyword arguments of these names are the first setting.

    Args:
        record: A finished run with a `loss_curve`.
        **values: First setting of controls.

    Raises:
        ValueError: The loss of the run has no state that was recorded.
    """

    title = "A loss with state over the training"
    scripts = ("adaptive_weights.js",)

    def __init__(self, record: Record, **values: Any) -> None:
        if not record.loss_curve:
            raise ValueError(
                f"record {record.id} has no loss_curve: its loss, {record.loss}, has no state "
                "that is recorded; give the run of a loss that has, such as adaptive"
            )
        self._classes = list(label_space(record.label_space).classes)
        self._shares = [float(share) for share in record.data["class_share"]]
        self._steps = [point["step"] for point in record.loss_curve]
        self._curves = {
            name: [
                [float(value) for value in values]
                for values in zip(*(point[name] for point in record.loss_curve), strict=True)
            ]
            for name, value in record.loss_curve[0].items()
            if isinstance(value, list)
        }
        self._run = f"{record.id}, {data_label(record.generated)}"
        labels, stops = tuple(self._classes), tuple(self._steps)
        rarest = min(
            (share, name) for share, name in zip(self._shares, labels, strict=True) if share > 0
        )[1]
        super().__init__(
            (
                Choice("label", "class", labels, rarest),
                Slider("step", "step", stops, stops[-1], "0"),
            ),
            **values,
        )

    @override
    def compute(self, values: Mapping[str, Any]) -> Numbers:
        """Return the curves of the chosen class and all numbers at the chosen step.

        Returns:
            `steps`, `step`, `label`, its `share` of the labelled training pixels; for each name
            that was recorded `chosen.<name>`, the curve of the class, `here.<name>`, its value at
            the step, and `at.<name>.<c>`, that of each class.
        """
        c, at = self._classes.index(values["label"]), self._steps.index(values["step"])
        numbers: dict[str, Any] = {
            "steps": self._steps,
            "step": values["step"],
            "label": values["label"],
            "share": self._shares[c],
        }
        for name, curves in self._curves.items():
            numbers |= {f"chosen.{name}": curves[c], f"here.{name}": curves[c][at]}
            numbers |= {f"at.{name}.{k}": curve[at] for k, curve in enumerate(curves)}
        return numbers

    @override
    def view(self, numbers: Numbers) -> str:
        """Return a panel for each name, and a table of all classes, rarest first."""
        label = _draw.text("label", numbers)
        here = ", ".join(
            f"{_words(name)} {_draw.number(f'here.{name}', '3', numbers)}" for name in self._curves
        )
        order = sorted(range(len(self._classes)), key=self._shares.__getitem__)
        table = _draw.table(
            "All classes at this step, those with the fewest training pixels first",
            ["class", "share of the training pixels", *map(_words, self._curves)],
            [
                [
                    self._classes[c],
                    f"{self._shares[c]:.2%}".replace("%", " %"),
                    *(_draw.number(f"at.{name}.{c}", "3", numbers) for name in self._curves),
                ]
                for c in order
            ],
        )
        panels = "".join(self._panel(name, numbers) for name in self._curves)
        return (
            f'<div class="side">{panels}</div><p>{_draw.key("line-1")}{label}, '
            f"{_draw.number('share', '2%', numbers)} of the training pixels, at step "
            f"{_draw.number('step', '0', numbers)}: {here}. The other classes are faint. "
            f"Run {self._run}.</p>{table}"
        )

    @override
    def data(self) -> Mapping[str, Any]:
        """Return the classes, their shares, the steps and the curves."""
        return {
            "classes": self._classes,
            "shares": self._shares,
            "steps": self._steps,
            "curves": self._curves,
        }

    def _panel(self, name: str, numbers: Numbers) -> str:
        curves = self._curves[name]
        along, upward = _ticks(self._steps[-1]), _ticks(max(map(max, curves)))
        axes = Axis("step", 0, along[-1], along), Axis(_words(name), 0, upward[-1], upward)
        chart = line_chart(
            f"{_words(name)} of each class against the step, one class drawn over the others",
            axes,
            {"line-1": ("steps", f"chosen.{name}")},
            numbers,
            cursor="step",
            grid=[(self._steps, curve) for curve in curves],
        )
        return f"<div>{chart}</div>"


def _words(name: str) -> str:
    return name.replace("_", " ").replace("iou", "IoU")


def _ticks(top: Real) -> tuple[float, ...]:
    """Return round numbers from 0 to where `top` is reached, at most six steps.

    Example:
        >>> _ticks(0.93), _ticks(400)
        ((0.0, 0.2, 0.4, 0.6, 0.8, 1.0), (0.0, 100.0, 200.0, 300.0, 400.0))
    """
    top = top or 1.0
    power = 10.0 ** math.floor(math.log10(top / 5))
    step = next(power * k for k in (1, 2, 5, 10) if top / (power * k) <= 6)
    return tuple(round(step * i, 12) for i in range(math.ceil(top / step - 1e-9) + 1))
