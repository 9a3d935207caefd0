"""The metadata of datasets: shares, sizes, company, and what they predict."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lossstudy.plots._style import PALETTE, loss_colors, new_figure
from lossstudy.results import words

_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def class_shares(
    shares: pd.DataFrame, label: str = "share of labelled training pixels", *, log: bool = True
) -> Figure:
    """Draw a share per class, one group of bars per class.

    Args:
        shares: Rows: classes. Columns: datasets. Values: shares, 0 to 1. A class with share 0,
            or that a dataset does not have, has no bar.
        label: What the shares are of.
        log: Draw on a logarithmic axis.

    Returns:
        Horizontal bars, the first class on top.
    """
    figure, axes, places, height = _class_axes(shares.index, len(shares.columns))
    for i, (name, values) in enumerate(shares.items()):
        axes.barh(
            places + height * i, values.where(values > 0), height, color=PALETTE[i], label=name
        )
    axes.set_xscale("log" if log else "linear")
    axes.set_xlabel(label)
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def size_ranges(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw how large the regions of each class are, on a logarithmic axis.

    Args:
        tables: Name of a dataset to its `size_table`. The classes are those of the first.

    Returns:
        A line from the 10 % to the 90 % quantile of the size and a mark at the median; the first
        class on top. A class without regions has no line.
    """
    classes = next(iter(tables.values())).index
    figure, axes, places, height = _class_axes(classes, len(tables))
    for i, (name, table) in enumerate(tables.items()):
        known = table.reindex(classes)
        rows = places + height * i
        axes.hlines(rows, known["size 10 %"], known["size 90 %"], color=PALETTE[i], lw=2)
        axes.plot(
            known["size 50 %"], rows, _MARKERS[i], color=PALETTE[i], markersize=5, label=name
        )
    axes.set_xscale("log")
    axes.set_xlabel("share of the image: median, 10 % and 90 % quantile")
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def cooccurrence(shares: pd.DataFrame, title: str = "") -> Figure:
    """Draw how often classes share an image, in percent.

    Args:
        shares: As from `lossstudy.survey.statistics.cooccurrence` with `given`.
        title: Above the picture.

    Returns:
        Rows: the class that is there. Columns: the class that is there too. A row of a class no
        image contains is blank.
    """
    percent = 100 * shares.to_numpy(dtype=float)
    figure = new_figure(1.6 + 0.29 * len(shares))
    axes = figure.subplots()
    shown = axes.imshow(percent, cmap="cividis", vmin=0, vmax=100, aspect="auto")
    for (row, column), value in np.ndenumerate(percent):
        if not np.isnan(value):
            color = "black" if value > 50 else "white"
            axes.text(
                column, row, f"{value:.0f}", ha="center", va="center", color=color, fontsize=8
            )
    axes.set_xticks(range(len(shares.columns)), shares.columns, rotation=90)
    axes.set_yticks(range(len(shares)), shares.index)
    axes.set_xlabel("also contain")
    axes.set_ylabel("of the images with")
    axes.set_title(title, fontsize=10)
    figure.colorbar(shown, label="% of the images", shrink=0.7)
    return figure


def iou_against(
    column: pd.Series, ious: Mapping[str, pd.DataFrame], label: str, *, log: bool = True
) -> Figure:
    """Draw the IoU of each class against one number of its metadata, a panel a dataset.

    Args:
        column: The number, by (dataset, class).
        ious: Dataset to its table: rows classes, columns losses.
        label: What the number is.
        log: Draw it on a logarithmic axis.

    Returns:
        One mark per class and loss; marks of one class lie on a line, its name at one end.
    """
    losses = list(dict.fromkeys(loss for table in ious.values() for loss in table.columns))
    styles = _styles(losses)
    figure = new_figure(0.6 + 3.3 * len(ious))
    panels = figure.subplots(len(ious), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, (name, table) in zip(panels, ious.items(), strict=True):
        values = column[name].reindex(table.index).sort_values()
        low, high = table.min(axis=1), table.max(axis=1)
        axes.vlines(values, low[values.index], high[values.index], color="grey", lw=0.6, zorder=1)
        for loss in table.columns:
            color, marker = styles[loss]
            axes.plot(values, table.loc[values.index, loss], marker, color=color, markersize=5)
        for i, (class_name, value) in enumerate(values[high.notna()].items()):
            end, shift = (high, 5) if i % 2 else (low, -11)  # names above and below by turns
            axes.annotate(
                class_name, (value, end[class_name]), xytext=(0, shift),
                textcoords="offset points", ha="center", fontsize=8,
            )  # fmt: skip
        axes.set_xscale("log" if log else "linear")
        axes.set_title(name, fontsize=10)
        axes.set_ylabel("IoU, mean over seeds")
        axes.grid(alpha=0.3)
    panels[-1].set_xlabel(label)
    panels[-1].set_ylim(-0.1, 1.08)
    _loss_legend(figure, styles)
    return figure


def correlations(tables: Mapping[str, pd.DataFrame], of: str = "IoU") -> Figure:
    """Draw rank correlations with their intervals, a panel a dataset.

    Args:
        tables: Dataset to its table from `lossstudy.survey.statistics.predictors`.
        of: Which of its kinds to draw.

    Returns:
        One row per metadata column, one mark per loss, a line over its 95 % interval.
    """
    chosen = {name: table[table.of == of] for name, table in tables.items()}
    rows = list(dict.fromkeys(name for table in chosen.values() for name in table.metadata))
    losses = list(dict.fromkeys(loss for table in chosen.values() for loss in table.loss))
    styles = _styles(losses)
    figure = new_figure(1.3 + 0.5 * len(rows))
    panels = figure.subplots(1, len(chosen), sharey=True, squeeze=False)[0]
    for axes, (name, table) in zip(panels, chosen.items(), strict=True):
        for i, loss in enumerate(losses):
            part = table[table.loss == loss]
            places = [rows.index(row) + 0.2 * (i - (len(losses) - 1) / 2) for row in part.metadata]
            color, marker = styles[loss]
            axes.hlines(places, part.low, part.high, color=color, lw=1.5)
            axes.plot(part.rho, places, marker, color=color, markersize=6)
        axes.axvline(0, color="black", lw=0.8)
        axes.set_xlim(-1.05, 1.05)
        axes.set_title(name, fontsize=10)
        axes.grid(axis="x", alpha=0.3)
    figure.supxlabel(f"rank correlation with {of}", fontsize=10)
    panels[0].set_yticks(range(len(rows)), rows)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    _loss_legend(figure, styles)
    return figure


def _class_axes(
    classes: pd.Index, groups: int
) -> tuple[Figure, Axes, npt.NDArray[np.floating], float]:
    """Return axes with a row per class, where the first group's marks lie, and their distance."""
    figure = new_figure(0.9 + len(classes) * (0.1 + 0.11 * groups))
    axes = figure.subplots()
    height = 0.8 / groups
    axes.set_yticks(np.arange(len(classes)), classes)
    axes.set_ylim(len(classes) - 0.4, -0.6)
    axes.grid(axis="x", alpha=0.3)
    return figure, axes, np.arange(len(classes)) - (groups - 1) / 2 * height, height


def _styles(losses: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return colour and mark per loss, so that no figure tells losses apart by colour alone."""
    colors = loss_colors(losses)
    order = list(loss_colors([*losses, "cross_entropy"]))
    return {loss: (colors[loss], _MARKERS[order.index(loss) % len(_MARKERS)]) for loss in losses}


def _loss_legend(figure: Figure, styles: Mapping[str, tuple[str, str]]) -> None:
    """Put the losses above a figure, each with its colour and mark."""
    lines = [
        Line2D([], [], color=color, marker=marker, ls="", label=words(loss))
        for loss, (color, marker) in styles.items()
    ]
    figure.legend(handles=lines, loc="outside upper center", ncols=len(lines), frameon=False)
