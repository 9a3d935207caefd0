"""Curves: the terms of the loss and the validation result over the steps of training."""

import math
from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lossstudy.plots._style import loss_colors, new_figure
from lossstudy.results import Record, words

_NOT_TERMS = {"step", "lr"}
_TITLES = {
    "pseudo_share": "share of maps taken as labels",
    "d_real": "discriminator: true maps",
    "d_fake": "discriminator: predicted maps",
}


def curves(records: Sequence[Record]) -> Figure:
    """Draw each term of the training loss, and the mean IoU on the validation set, over steps.

    Args:
        records: The runs; one line each, in the colour of their loss.

    Returns:
        One panel per term that any of the runs recorded, and a last one for the mean IoU.
    """
    terms = list(
        dict.fromkeys(k for r in records for p in r.curve for k in p if k not in _NOT_TERMS)
    )
    series = [(_TITLES.get(term, words(term)), term, "curve") for term in terms]
    series.append(("mean IoU on the validation set", "mean_iou", "validation_curve"))
    rows = math.ceil(len(series) / 3)
    figure = new_figure(2.4 * rows + 0.5)
    grid = figure.subplots(rows, 3, squeeze=False).ravel()
    colors = loss_colors(record.loss for record in records)
    for axes, (title, name, source) in zip(grid, series, strict=False):
        for record in records:
            points = [p for p in getattr(record, source) if p.get(name) is not None]
            mark = "o" if source == "validation_curve" else ""
            axes.plot(
                [point["step"] for point in points], [point[name] for point in points],
                color=colors[record.loss], lw=1, marker=mark, markersize=3,
            )  # fmt: skip
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("step")
        axes.grid(alpha=0.3)
    for axes in grid[len(series) :]:
        axes.set_axis_off()
    lines = [Line2D([], [], color=color, label=words(name)) for name, color in colors.items()]
    figure.legend(handles=lines, loc="outside upper center", ncols=len(lines), frameon=False)
    return figure
