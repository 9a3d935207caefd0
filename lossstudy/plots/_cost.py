"""What the losses cost: ratios to torch's cross entropy, and growth."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from lossstudy.plots._style import PALETTE, new_figure
from lossstudy.results import COST_FLOOR, COST_REFERENCE, OURS, words

_COLORS = [color for color in PALETTE if color != "#F0E442"]  # a yellow line is hard to see
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_PANELS = {"eager": "time", "compiled": "time, compiled", "memory": "extra peak memory"}


def cost_dots(table: pd.DataFrame) -> Figure:
    """Draw what each loss costs in multiples of torch's cross entropy.

    Args:
        table: Result of `lossstudy.results.costs`, rows of one type of logits.

    Returns:
        Panels for time, compiled time and memory on logarithmic axes, a line a loss. Ours are
        filled, other libraries' outlines beside them, the goals short vertical strokes; a
        horizontal line spans the quartiles.
    """
    rows = table[~table.loss.isin([COST_REFERENCE, COST_FLOOR])]
    names = list(dict.fromkeys(rows.loss))
    libraries = [OURS, *sorted(set(rows.library) - {OURS})]
    figure = new_figure(1.3 + 0.3 * len(names))
    grid = figure.subplots(1, 3, sharey=True, width_ratios=(5, 2, 3))
    for axes, (column, title) in zip(grid, _PANELS.items(), strict=True):
        for i, library in enumerate(libraries):
            _draw_library(axes, rows[rows.library == library], names, column, i)
        goals = rows.dropna(subset=[f"goal_{column}"])
        axes.plot(
            goals[f"goal_{column}"], [names.index(loss) for loss in goals.loss], "|",
            color="black", markersize=13, markeredgewidth=1.5, label="goal", zorder=1,
        )  # fmt: skip
        axes.axvline(1, color="dimgrey", lw=0.8, zorder=0)
        axes.set_xscale("log")
        _plain_ticks(axes)
        axes.set_title(title, fontsize=10)
        axes.grid(axis="x", alpha=0.3)
    grid[0].set_yticks(range(len(names)), [words(name) for name in names])
    grid[0].set_ylim(len(names) - 0.5, -0.5)
    figure.supxlabel("multiples of torch's cross entropy", fontsize=10)
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, frameon=False)
    return figure


def cost_dots_text(table: pd.DataFrame) -> str:
    """Say what `cost_dots` shows: the ratios of our losses, and the span of the libraries'."""
    rows = table[~table.loss.isin([COST_REFERENCE, COST_FLOOR])]
    ours, others = rows[rows.library == OURS], rows[rows.library != OURS]
    text = (
        "Dots, in multiples of torch's cross entropy. Time and extra memory of ours: "
        + "; ".join(
            f"{words(row.loss)} {row.eager:.2f} and {row.memory:.2f}" for row in ours.itertuples()
        )
    )
    if len(others):
        text += (
            f". Of other libraries: time {others.eager.min():.1f} to {others.eager.max():.1f}, "
            f"memory {others.memory.min():.1f} to {others.memory.max():.1f}"
        )
    return text + ". All values are in the table."


def growth_lines(growth: pd.DataFrame) -> Figure:
    """Draw time against the number of pixels and of classes, both axes logarithmic.

    Args:
        growth: Result of `lossstudy.results.cost_growth`.

    Returns:
        A panel for each; a thin dashed line grows in proportion.
    """
    figure = new_figure(4.2)
    names = list(dict.fromkeys(growth.loss))
    panels = list(dict.fromkeys(growth.along))
    grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, along in zip(grid, panels, strict=True):
        part = growth[growth.along == along]
        for i, name in enumerate(names):
            line = part[part.loss == name]
            axes.plot(
                line["size"], line.ms, marker=_MARKERS[i], markersize=5, lw=1.2,
                color=_COLORS[i], label=words(name),
            )  # fmt: skip
        ends = np.array([part["size"].min(), part["size"].max()])
        axes.plot(
            ends, part.ms.max() / ends[1] * ends, "--", color="grey", lw=0.8, label="in proportion"
        )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.xaxis.set_major_locator(FixedLocator(sorted(set(part["size"]))))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(along)
        axes.grid(alpha=0.3)
    grid[0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    grid[0].set_ylabel("forward and backward, ms")
    handles, labels = grid[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4, frameon=False)
    return figure


def growth_text(growth: pd.DataFrame) -> str:
    """Say what `growth_lines` shows: the exponents."""
    slopes = growth.drop_duplicates(["along", "loss"])
    parts = [
        f"with {along}: " + ", ".join(
            f"{words(row.loss)} {row.exponent:.2f}" for row in group.itertuples()
        )
        for along, group in slopes.groupby("along", sort=False)
    ]  # fmt: skip
    return "Lines of time on logarithmic axes. Exponents " + "; ".join(parts) + "."


def _draw_library(axes: Axes, rows: pd.DataFrame, names: list[str], column: str, i: int) -> None:
    """Draw the losses of one library, at the heights of their names."""
    places = [names.index(loss) for loss in rows.loss]
    if column != "memory":
        axes.hlines(
            places, rows[f"{column}_low"], rows[f"{column}_high"], color=PALETTE[i], lw=1, zorder=2
        )
    axes.plot(
        rows[column], places, _MARKERS[i], color=PALETTE[i], markersize=6 if i == 0 else 5.5,
        markerfacecolor=PALETTE[i] if i == 0 else "white", label=rows.library.iloc[0], zorder=3,
    )  # fmt: skip


def _plain_ticks(axes: Axes) -> None:
    """Label the axis of ratios with 0.5, 1, 2, 5, ... as far as it goes."""
    axes.xaxis.set_major_locator(FixedLocator([0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
