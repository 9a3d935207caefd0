"""The paper's tables under a lens: figures of the audit chapter."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lossstudy.paper import weight_as_meant, weight_as_printed
from lossstudy.plots._style import PALETTE, loss_colors, new_figure
from lossstudy.results import number

_MARKERS = {"focal": "s", "combo": "^"}
_GAIN, _LOSS = PALETTE[0], PALETTE[4]


def repeat_dots(repeat: "pd.Series[float]", losses: pd.DataFrame, spread: float) -> Figure:
    """Draw what repeating an experiment changes beside what changing the loss does.

    Args:
        repeat: Difference of the two printings by class.
        losses: Difference of each loss to cross entropy, classes x losses.
        spread: Half the width of the band within which a repetition stays.

    Returns:
        A line a class, the first on top: a diamond for the repetition, a mark a loss, and a band.
    """
    places = np.arange(len(repeat))
    figure = new_figure(1.2 + 0.26 * len(repeat))
    axes = figure.subplots()
    axes.axvspan(-spread, spread, color="lightgrey", alpha=0.6, lw=0, label=f"± {spread:.3f}")
    axes.axvline(0, color="dimgrey", lw=0.8)
    colors = loss_colors(losses.columns)
    for i, (loss, values) in enumerate(losses.items()):
        axes.plot(
            values[repeat.index], places + 0.12 * (2 * i - 1), _MARKERS[loss], color=colors[loss],
            markersize=6, label=f"{loss} − cross entropy",
        )  # fmt: skip
    axes.plot(repeat, places, "D", color="black", markersize=5, label="Table 1 − Table 3")
    axes.set_yticks(places, repeat.index)
    axes.set_ylim(len(repeat) - 0.5, -0.5)
    axes.set_xlabel("difference in IoU, Cityscapes")
    axes.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    return figure


def repeat_dots_text(repeat: "pd.Series[float]", losses: pd.DataFrame, spread: float) -> str:
    """Say what `repeat_dots` shows: the classes in which a loss leaves the band."""
    outside = {loss: list(values.index[values.abs() > spread]) for loss, values in losses.items()}
    return (
        f"Differences per class. The same experiment printed twice differs by up to "
        f"{repeat.abs().max():.2f} ({repeat.abs().idxmax()}). Beyond the band of ± {spread:.3f}: "
        + "; ".join(
            f"{loss} in {len(names)} classes ({', '.join(names)})"
            for loss, names in outside.items()
        )
        + "."
    )


def contribution_bars(gains: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw what each class adds to the gain of a loss in mean IoU, a panel a dataset.

    Args:
        gains: Title of a panel to its `lossstudy.paper.contributions`.

    Returns:
        Horizontal bars in the order of the classes of the first, what adds and what takes away
        in two colours, with the share of the gain beside the bars that have one.
    """
    classes = next(iter(gains.values())).index
    figure = new_figure(1.0 + 0.26 * len(classes))
    panels = figure.subplots(1, len(gains), sharey=True, squeeze=False)[0]
    for axes, (title, table) in zip(panels, gains.items(), strict=True):
        values = table.contribution[classes]
        axes.barh(range(len(classes)), values, color=[_GAIN if v > 0 else _LOSS for v in values])
        for place, (value, share) in enumerate(zip(values, table.share[classes], strict=True)):
            if value:
                axes.annotate(
                    f"{number(100 * share, '.0f')} %", (max(value, 0), place), (3, 0),
                    textcoords="offset points", va="center", fontsize=8,
                )  # fmt: skip
        axes.axvline(0, color="dimgrey", lw=0.8)
        axes.margins(x=0.15)
        axes.set_title(f"{title}: {values.sum():+.4f}", fontsize=10)
        axes.set_xlabel("contribution to the gain in mean IoU")
        axes.grid(axis="x", alpha=0.3)
        axes.set_axisbelow(True)
    panels[0].set_yticks(range(len(classes)), classes)
    panels[0].set_ylim(len(classes) - 0.5, -0.5)
    return figure


def contribution_bars_text(gains: Mapping[str, pd.DataFrame]) -> str:
    """Say what `contribution_bars` shows: the three classes that add most, and their shares."""
    parts = []
    for title, table in gains.items():
        top = table.share.nlargest(3)
        named = ", ".join(f"{name} {100 * share:.0f} %" for name, share in top.items())
        parts.append(f"{title}: {table.contribution.sum():+.4f} in all, of it {named}")
    return f"Bars of each class's contribution to the gain. {'. '.join(parts)}."


def weight_curves(gamma: float, lams: tuple[float, ...] = (1.0, 2.0)) -> Figure:
    """Draw the weight that equation (1) gives a pixel: as printed, and as the text means it.

    Args:
        gamma: γ.
        lams: A panel for each λ.
    """
    p_t = np.linspace(0, 1, 201)
    figure = new_figure(3.2)
    panels = figure.subplots(1, len(lams), sharey=True, squeeze=False)[0]
    for axes, lam in zip(panels, lams, strict=True):
        axes.plot(p_t, weight_as_meant(p_t, gamma, lam), color=PALETTE[0], label="as meant")
        axes.plot(
            p_t, weight_as_printed(p_t, gamma, lam), "--", color=PALETTE[4], label="as printed"
        )
        axes.axhline(1, color="dimgrey", lw=0.8, ls=":", label="cross entropy")
        axes.set_title(f"γ = {gamma:g}, λ = {lam:g}", fontsize=10)
        axes.set_xlabel("probability of the true class")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("weight of the pixel")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False)
    return figure


def weight_curves_text(gamma: float, lams: tuple[float, ...] = (1.0, 2.0)) -> str:
    """Say what `weight_curves` shows: the weights at both ends."""
    parts = [
        f"with λ = {lam:g} from {weight_as_meant(0.0, gamma, lam):g} to "
        f"{weight_as_meant(1.0, gamma, lam):g} as meant and from "
        f"{weight_as_printed(0.0, gamma, lam):g} to {weight_as_printed(1.0, gamma, lam):g} as "
        "printed"
        for lam in lams
    ]
    return (
        f"The weight of a pixel falls with the probability of its true class, γ = {gamma:g}: "
        f"{'; '.join(parts)}."
    )
