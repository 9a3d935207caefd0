"""The adaptive loss over the course of training, and against its opponents."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from lossstudy.labels import label_space
from lossstudy.plots._style import PALETTE, new_figure
from lossstudy.results import Record, with_bounds, words
from lossstudy.results.adaptive import OURS, RULED, WITH_RULE, Gap, rare_third

_LABEL_DISTANCE = 11
"""Between a point and the middle of its number, in points of print."""


def weights_over_time(record: Record) -> Figure:
    """Draw the weight and the running IoU of each class through a training.

    The rare third of the classes, by training pixels, is coloured and named; the others are grey.

    Args:
        record: A run of a loss that reads `weight` and `running_iou`.
    """
    names = label_space(record.label_space).classes
    steps = [point["step"] for point in record.loss_curve]
    rare = rare_third(record.data["class_share"])
    figure = new_figure(4.2)
    for axes, key, label in zip(
        figure.subplots(1, 2, sharex=True),
        ("weight", "running_iou"),
        ("weight in the pixel term", "running soft IoU"),
        strict=True,
    ):
        values = np.array([point[key] for point in record.loss_curve])
        for c in set(range(len(names))) - set(rare):
            axes.plot(steps, values[:, c], color="0.75", linewidth=1)
        for color, c in zip(PALETTE * 2, rare, strict=False):
            axes.plot(steps, values[:, c], color=color, linewidth=1.8, label=names[c])
        axes.set_xlabel("step")
        axes.set_ylabel(label)
        axes.set_ylim(0, 1.02)
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False
    )
    return figure


def weights_over_time_text(record: Record) -> str:
    """Say what `weights_over_time` shows: weights of the rare third, first and last."""
    names = label_space(record.label_space).classes
    first, last = record.loss_curve[0], record.loss_curve[-1]
    parts = [
        f"{names[c]} from {first['weight'][c]:.2f} to {last['weight'][c]:.2f}"
        for c in rare_third(record.data["class_share"])
    ]
    return (
        f"Weight and running IoU of each class over the steps of a training. Weights of the rare "
        f"third between step {first['step']} and step {last['step']}: {'; '.join(parts)}."
    )


def gap_dots(gaps: Mapping[str, Sequence[Gap]], label: str) -> Figure:
    """Draw differences with their intervals, one row a setting, one colour a comparison.

    A mark with a white point rests on one seed.

    Args:
        gaps: Name of the comparison to its gaps by setting.
        label: What the differences are of, for the axis.
    """
    settings = list(dict.fromkeys(gap.setting for some in gaps.values() for gap in some))
    figure = new_figure(0.5 * len(settings) + 1.6)
    axes = figure.subplots()
    axes.axvline(0, color="black", linewidth=0.8)
    offsets = np.linspace(0.22, -0.22, len(gaps)) if len(gaps) > 1 else [0.0]
    markers = "osD^v"
    for (name, some), color, offset, marker in zip(
        gaps.items(), PALETTE, offsets, markers, strict=False
    ):
        rows = [len(settings) - 1 - settings.index(gap.setting) + offset for gap in some]
        means = [gap.gap.mean for gap in some]
        axes.plot(means, rows, marker, color=color, label=name)
        single = [(gap.gap.mean, row) for gap, row in zip(some, rows, strict=True) if gap.n == 1]
        if single:
            axes.plot(*zip(*single, strict=True), ".", color="white", markersize=4, zorder=3)
        for gap, row in zip(some, rows, strict=True):
            axes.plot([gap.gap.low, gap.gap.high], [row, row], color=color, linewidth=1.6)
    axes.set_yticks(range(len(settings)), settings[::-1])
    axes.set_ylim(-0.6, len(settings) - 0.4)
    axes.set_xlabel(label)
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def gap_dots_text(gaps: Mapping[str, Sequence[Gap]], label: str) -> str:
    """Say what `gap_dots` shows, number by number."""
    parts = [
        f"{gap.setting}, {name}, against {words(gap.opponent)}: {with_bounds(gap.gap)}, "
        f"n = {gap.n}"
        for name, some in gaps.items()
        for gap in some
    ]
    return f"{label.capitalize()}, by dataset. {'; '.join(parts)}."


def price_dots(table: pd.DataFrame) -> Figure:
    """Draw pixel accuracy against mean IoU, one point a contender of a `comparison`.

    Those trained with every seed, by argmax, and ours and the control by their rules too. They
    are numbered in the order of the table, which the legend repeats.
    """
    table = _priced(table)
    figure = new_figure(4.4)
    axes = figure.subplots()
    for number, row in enumerate(table.itertuples(), start=1):
        ours, ruled = row.contender == OURS, row.contender.endswith(WITH_RULE)
        axes.plot(
            row.mean_iou, row.pixel_accuracy,
            "*" if ours else "s" if ruled else "o",
            color=PALETTE[4] if ours else PALETTE[0] if ruled else "0.45",
            markersize=14 if ours else 6, label=f"{number} {words(row.contender)}", linestyle="",
        )  # fmt: skip
    axes.set_xlabel("mean IoU")
    axes.set_ylabel("pixel accuracy")
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    axes.margins(0.08)  # room for the numbers
    figure.legend(loc="outside right upper", frameon=False, fontsize=9)
    figure.draw_without_rendering()  # the layout, which the distances between points depend on
    _number_points(axes, table[["mean_iou", "pixel_accuracy"]].to_numpy())
    return figure


def _number_points(axes: Axes, points: NDArray[np.float64]) -> None:
    """Write its number beside each point, on the side that is farthest from all that is there."""
    directions = np.arange(8) * np.pi / 4
    sides = _LABEL_DISTANCE * np.column_stack([np.cos(directions), np.sin(directions)])
    taken = axes.transData.transform(points) * 72 / axes.figure.dpi
    for number, point in enumerate(points, start=1):
        places = taken[number - 1] + sides
        gaps = np.linalg.norm(places[:, None] - np.delete(taken, number - 1, axis=0), axis=2)
        side = int(gaps.min(axis=1, initial=np.inf).argmax())
        taken = np.vstack([taken, places[side]])
        axes.annotate(
            str(number), point, xytext=sides[side], textcoords="offset points", fontsize=9,
            ha="center", va="center",
        )  # fmt: skip


def _priced(table: pd.DataFrame) -> pd.DataFrame:
    by_rule = table.contender.str.endswith(WITH_RULE)
    shown = ~by_rule | table.contender.isin([*RULED, OURS + WITH_RULE])
    return table[shown & (table.n == table.n.max())]


def price_dots_text(table: pd.DataFrame) -> str:
    """Say what `price_dots` shows."""
    parts = [
        f"{words(row.contender)} {row.mean_iou:.3f} and {row.pixel_accuracy:.3f}"
        for _, row in _priced(table).iterrows()
    ]
    return f"Pixel accuracy against mean IoU of each contender: {'; '.join(parts)}."
