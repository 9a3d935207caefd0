"""Four losses against the probability of one pixel's own class."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from typing_extensions import override

from lossstudy.widgets import _draw
from lossstudy.widgets._chart import Axis, line_chart
from lossstudy.widgets._controls import Slider, steps
from lossstudy.widgets._draw import Numbers
from lossstudy.widgets._explorer import Explorer
from lossstudy.widgets._two_class import LOSSES, PARAMETERS, effect, losses_for

SIDE = 32
CURVE = (
    0.001, 0.004, 0.01, 0.02, 0.03, 0.04, 0.06, *(i / 25 for i in range(2, 25)), 0.98, 0.99,
    0.996, 0.999,
)  # fmt: skip
"""The probabilities at which the curves are computed."""

_CERTAIN = 100.0
"""A margin of logits whose probability is 1 in float64."""

_X = Axis("pₜ, probability of the pixel's own class", 0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1))
_COST = Axis("what the pixel costs", 0, 5, (0, 1, 2, 3, 4, 5))
_PUSH = Axis(
    "push on its own logit, logarithmic", 1e-3, 1e3, (1e-3, 1e-2, 0.1, 1, 10, 100, 1000), log=True
)


class LossCurves(Explorer):
    r"""Loss and gradient of one pixel under cross entropy, focal, Dice and combo loss.

    The image has 32 x 32 pixels and two classes. One pixel goes from p_t = 0 to p_t = 1; it is of
    a class with a given number of pixels. All other pixels stay where they are: each gives its
    own class the same probability. A pixel-wise loss does not notice them, Dice and combo do.

    Two things are shown, both in units in which cross entropy is \(-\log p_t\) whatever the image:

    - *cost*, \(N (L(p_t) - L(1))\) with N = 1024: what the pixel adds to the loss;
    - *push*, \(-N\, \partial L / \partial z_t\) with \(z_t\) the logit of the pixel's own class:
      by how much a step of gradient descent raises it. Cross entropy's is \(1 - p_t\).

    Controls: `gamma` and `lam` of focal, `alpha` of combo, `class_pixels` of the pixel's class,
    `others`, the probability that all other pixels give to their own class, and `p_t`, where the
    table reads the curves. Keyword arguments of these names are the first setting.

    Example:
        >>> explorer = LossCurves()
        >>> explorer.set(p_t=0.5)
        >>> round(explorer.numbers["here.cost.cross_entropy"], 4)  # log 2
        0.6931
    """

    title = "Loss curves"
    scripts = ("_two_class.js", "loss_curves.js")

    def __init__(self, **values: Any) -> None:
        super().__init__(
            (
                *PARAMETERS,
                Slider("class_pixels", "pixels of its class", (1, 4, 16, 64, 256, 512), 16, "0"),
                Slider("others", "pₜ of all others", (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99), 0.9),
                Slider("p_t", "read at pₜ", steps(0.01, 0.99, 98), 0.9),
            ),
            **values,
        )

    @override
    def compute(self, values: Mapping[str, Any]) -> Numbers:
        """Return the curves of each loss, and where the table reads them.

        Returns:
            `curve`, the p_t of the curves; `cost.<loss>` and `push.<loss>` at those; `p_t`, and
            `here.cost.<loss>` and `here.push.<loss>` there.
        """
        targets = torch.arange(SIDE * SIDE).lt(int(values["class_pixels"])).long().view(SIDE, SIDE)
        places = torch.tensor([*CURVE, values["p_t"]], dtype=torch.float64).logit()
        others = math.log(values["others"] / (1 - values["others"]))
        margins = torch.full((len(places) + 1, SIDE, SIDE), others, dtype=torch.float64)
        margins[:-1, 0, 0], margins[-1, 0, 0] = places, _CERTAIN
        numbers: dict[str, Any] = {"curve": list(CURVE), "p_t": values["p_t"]}
        for name, loss in losses_for(values).items():
            found = effect(loss, targets, margins)
            *cost, cost_here = (found.cost - found.cost[-1])[:-1].tolist()
            *push, push_here = found.push[:-1, 0, 0].tolist()
            numbers |= {f"cost.{name}": cost, f"push.{name}": push}
            numbers |= {f"here.cost.{name}": cost_here, f"here.push.{name}": push_here}
        return numbers

    @override
    def view(self, numbers: Numbers) -> str:
        """Return both panels, and a table of what the losses are at one p_t."""
        styles = {name: f"line-{i}" for i, name in enumerate(LOSSES, start=1)}
        panels = [
            line_chart(
                f"{axis.label} against pₜ, a line for each loss",
                (_X, axis),
                {style: ("curve", f"{part}.{name}") for name, style in styles.items()},
                numbers,
                cursor="p_t",
            )
            for part, axis in (("cost", _COST), ("push", _PUSH))
        ]
        rows = [
            [
                _draw.key(styles[name]) + written,
                _draw.number(f"here.cost.{name}", "4", numbers),
                _draw.number(f"here.push.{name}", "4", numbers),
            ]
            for name, written in LOSSES.items()
        ]
        here = _draw.number("p_t", "2", numbers)
        header = [f"at pₜ = {here}", "cost", "push"]
        return f'<div class="side">{"".join(panels)}</div>' + _draw.table(
            "In units of one pixel of cross entropy", header, rows
        )

    @override
    def data(self) -> Mapping[str, Any]:
        """Return the p_t of the curves and the size of the image."""
        return {"curve": CURVE, "pixels": SIDE * SIDE}
