"""What a loss does to single pixels and to classes, beside cross entropy."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossstudy.plots._style import PALETTE, new_figure

_REFERENCE = {"color": "dimgrey", "ls": "--", "lw": 1.2, "label": "cross entropy"}
_LINES = ("-", (0, (4, 2)))


def loss_effects(
    curves: Mapping[str, pd.DataFrame], reference: pd.DataFrame, shares: pd.DataFrame
) -> Figure:
    """Draw value and gradient of a loss against p_t, and the say of each class.

    Args:
        curves: Kind of pixel to its curve: indexed by p_t, with the columns `value` and `push`.
        reference: The same for cross entropy, whatever the kind of pixel.
        shares: Share of the gradient, 0 to 1. Rows: classes. Columns: the loss, cross entropy.

    Returns:
        Three panels. The first two have symmetric logarithmic axes, linear around 0.
    """
    figure = new_figure(3.2)
    panels = figure.subplots(1, 3, width_ratios=[1, 1, 0.9])
    named = (("value", "loss of one pixel"), ("push", "push on its own logit"))
    for axes, (column, title) in zip(panels, named, strict=False):
        for (name, curve), color, line in zip(curves.items(), PALETTE, _LINES, strict=False):
            axes.plot(curve.index, curve[column], color=color, ls=line, lw=1.8, label=name)
        axes.plot(reference.index, reference[column], **_REFERENCE)
        axes.set_yscale("symlog", linthresh=0.01, linscale=0.3)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("$p_t$")
        axes.set_xlim(0, 1)
        axes.grid(alpha=0.3)
    colors = (PALETTE[2], _REFERENCE["color"])
    height = 0.8 / len(shares.columns)
    places = np.arange(len(shares))
    for i, (name, values) in enumerate(shares.items()):
        rows = places + height * (i - (len(shares.columns) - 1) / 2)
        bars = panels[2].barh(rows, 100 * values, height, color=colors[i], label=name)
        panels[2].bar_label(bars, [f" {100 * v:.1f}" for v in values], fontsize=8)
    panels[2].set_yticks(places, shares.index)
    panels[2].set_ylim(len(shares) - 0.5, -0.5)
    panels[2].set_xlim(0, 115)
    panels[2].set_title("% of the whole gradient", fontsize=10)
    panels[2].grid(axis="x", alpha=0.3)
    panels[2].set_axisbelow(True)
    panels[2].legend(loc="lower right", frameon=False, fontsize=8)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=len(labels), frameon=False)
    return figure


def loss_effects_alt(name: str, curves: Mapping[str, pd.DataFrame], shares: pd.DataFrame) -> str:
    """Say what `loss_effects` shows: where each curve is highest, and the shares.

    Args:
        name: The loss.
        curves: As for `loss_effects`.
        shares: As for `loss_effects`.
    """
    peaks = "; ".join(
        f"{kind}, largest push {curve.push.max():.2g} at p_t = {curve.push.idxmax():.2g}"
        for kind, curve in curves.items()
    )
    says = "; ".join(
        f"{loss}: " + ", ".join(f"{row} {100 * share:.1f}" for row, share in values.items())
        for loss, values in shares.items()
    )
    return (
        f"Value and gradient of {name} against p_t beside cross entropy's: {peaks}. "
        f"Percent of the gradient at the pixels of each class, {says}."
    )
