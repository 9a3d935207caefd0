"""IoU per class under each label encoding, with the paper's column on top."""

import numpy as np
import pandas as pd
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from lossstudy.plots._style import new_figure


def encoding_profiles(profiles: pd.DataFrame) -> Figure:
    """Draw `encodings.profiles` as a map of numbers.

    Args:
        profiles: Rows: classes. Columns: the printed column, then the hypotheses. IoU, 0 to 1.

    Returns:
        One row a column of the table, the printed one on top and set apart; classes from left to
        right. Colours go with the square root of the IoU, so that small values differ too; a
        class without an IoU is blank.
    """
    values = profiles.to_numpy(dtype=float).T
    figure = new_figure(1.6 + 0.27 * len(values))
    axes = figure.subplots()
    shown = axes.imshow(values, cmap="cividis", norm=PowerNorm(0.5, 0, 1), aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if not np.isnan(value):
            color = "black" if value > 0.2 else "white"
            text = f"{value:.2f}".removeprefix("0")
            axes.text(column, row, text, ha="center", va="center", color=color, fontsize=7)
    axes.axhline(0.5, color="white", lw=4)
    axes.set_xticks(range(len(profiles)), list(profiles.index), rotation=90)
    axes.set_yticks(range(len(values)), list(profiles.columns))
    axes.get_yticklabels()[0].set_fontweight("bold")
    figure.colorbar(shown, label="IoU", shrink=0.8, pad=0.01)
    return figure


def encoding_profiles_text(profiles: pd.DataFrame) -> str:
    """Say what `encoding_profiles` shows: of each row, the class with the highest IoU.

    Example:
        >>> table = pd.DataFrame({"printed": [0.1, 0.2], "ids": [0.9, 0.0]}, ["road", "sky"])
        >>> encoding_profiles_text(table)
        'IoU per class as a map of numbers. Highest: printed: sky 0.20; ids: road 0.90.'
    """
    highest = "; ".join(
        f"{name}: {column.idxmax()} {column.max():.2f}" for name, column in profiles.items()
    )
    return f"IoU per class as a map of numbers. Highest: {highest}."
