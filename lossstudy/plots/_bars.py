"""Bars: IoU per class as in the paper's Figures 1, 2 and 4."""

import itertools

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lossstudy.plots._style import PALETTE, new_figure
from lossstudy.results import MEAN, MEAN_WITHOUT_THIN, PAPER, table_sources

_HATCHES = ("", "////", "....", "xxxx")


def grouped_bars(table: pd.DataFrame) -> Figure:
    """Draw a `paper_table`: IoU per class and mean IoU, as in the paper's Figures 1, 2 and 4.

    Each of the table's columns has a colour. The paper's bars are outlines, ours beside them
    are filled, with a line over the 95 % interval where several seeds make one; a second source
    of ours (another profile, or real images) is hatched.

    Args:
        table: Result of `lossstudy.results.paper_table`.

    Returns:
        Two rows of groups, so that the names of the classes stay readable.
    """
    rows = table.drop(index=MEAN_WITHOUT_THIN)
    half = (len(rows) + 1) // 2
    figure = new_figure(6.5)
    columns = rows.columns.get_level_values("column").unique()
    sources = dict.fromkeys(source for column in columns for source in table_sources(rows, column))
    colors = dict(zip(columns, PALETTE, strict=False))
    hatches = dict(zip(sources, itertools.cycle(_HATCHES), strict=False))
    parts = (rows[:half], rows[half:])
    for axes, part in zip(figure.subplots(2, 1, sharey=True), parts, strict=True):
        _draw_groups(axes, part, colors, hatches)
    figure.legend(
        handles=_legend(colors, hatches), loc="outside upper center", ncols=2, frameon=False
    )
    return figure


def alt_text(table: pd.DataFrame) -> str:
    """Say what `grouped_bars` shows: the mean IoU of every bar group, paper and ours.

    Args:
        table: Result of `lossstudy.results.paper_table`.

    Returns:
        One paragraph.

    Example:
        >>> from lossstudy.results import paper_table
        >>> alt_text(paper_table(2, []))[:75]
        'Grouped bars of IoU per class for table 2. Mean IoU: idd → idd, cross entro'
    """
    parts = []
    for column in table.columns.get_level_values("column").unique():
        text = f"{column}: paper {table.loc[MEAN, (column, PAPER, 'iou')]:.3f}"
        for source in table_sources(table, column):
            ours = table[column][source].loc[MEAN]
            spread = f" ± {(ours.high - ours.low) / 2:.3f}" if ours.n > 1 else ""
            text += f", ours ({source}, n = {ours.n:g}) {ours['mean']:.3f}{spread}"
        parts.append(text)
    return (
        f"Grouped bars of IoU per class for table {table.attrs['number']}. "
        f"Mean IoU: {'; '.join(parts)}. All values are in the table."
    )


def _legend(colors: dict[str, str], hatches: dict[str, str]) -> list[Patch]:
    """Return the legend's entries: the table's columns, then beside them the sources."""
    entries = [Patch(color=color, label=column) for column, color in colors.items()]
    entries += [Patch(alpha=0, label="")] * (1 + len(hatches) - len(entries))
    entries.append(Patch(fill=False, edgecolor="black", label=PAPER))
    for source, hatch in hatches.items():
        label = f"ours: {source}"
        entries.append(
            Patch(facecolor="dimgrey", edgecolor="white", lw=0, hatch=hatch, label=label)
        )
    return entries


def _draw_groups(
    axes: Axes, rows: pd.DataFrame, colors: dict[str, str], hatches: dict[str, str]
) -> None:
    """Draw one group of bars per row of a part of a `paper_table`."""
    bars = [
        (column, source) for column in colors for source in [PAPER, *table_sources(rows, column)]
    ]
    width = 0.86 / len(bars)
    for i, (column, source) in enumerate(bars):
        places = np.arange(len(rows)) + (i - (len(bars) - 1) / 2) * width
        block = rows[column][source]
        label = f"{column}: {source}"
        if source == PAPER:
            axes.bar(
                places, block.iou, width, fill=False, edgecolor=colors[column], lw=1.2, label=label
            )
            continue
        spread = [block["mean"] - block.low, block.high - block["mean"]]
        axes.bar(
            places, block["mean"], width, color=colors[column], hatch=hatches[source],
            edgecolor="white", lw=0, label=label, yerr=spread,
            error_kw={"ecolor": "black", "elinewidth": 0.8},
        )  # fmt: skip
    names = [name.replace("iou", "IoU").replace(" ", "\n") for name in rows.index]
    axes.set_xticks(range(len(rows)), names)
    for tick, name in zip(axes.get_xticklabels(), rows.index, strict=True):
        tick.set_fontweight("bold" if name == MEAN else "normal")
    axes.set_xlim(-0.6, len(rows) - 0.4)
    axes.set_ylim(0, 1)
    axes.set_ylabel("IoU")
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
