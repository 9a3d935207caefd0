"""Tables and numbers as text: for a terminal, as CSV, and cell by cell."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from lossstudy.knobs import shown
from lossstudy.results._interval import Interval
from lossstudy.results._paper_table import PAPER, table_sources


def frame_csv(table: pd.DataFrame, *, index: bool = False) -> str:
    r"""Return a table as CSV with every digit; runs, seeds and values in a cell parted by spaces.

    Args:
        table: Any table.
        index: Whether its index is a column of its own.

    Example:
        >>> frame_csv(pd.DataFrame({"seeds": [(0, 1)], "iou": [0.125]}))
        'seeds,iou\n0 1,0.125\n'
    """
    flat = table.map(lambda v: " ".join(map(str, v)) if isinstance(v, tuple) else v)
    return str(flat.to_csv(index=index, lineterminator="\n"))


def table_csv(table: pd.DataFrame) -> str:
    """Return a `paper_table` as CSV, the three levels of its header joined by ` | `."""
    flat = table.set_axis([" | ".join(levels) for levels in table.columns], axis="columns")
    return frame_csv(flat.rename_axis(index="class"), index=True)


def table_text(table: pd.DataFrame) -> str:
    """Return a `paper_table` for a terminal, one below the other for each of its columns.

    Example:
        >>> from lossstudy.results import paper_table
        >>> print(table_text(paper_table(1, [])).splitlines()[0])
        cityscapes → cityscapes, cross entropy
    """
    parts = []
    for column in table.columns.get_level_values("column").unique():
        cells = [table[column][PAPER].iou.map(printed).rename(PAPER)]
        for source in table_sources(table, column):
            ours = table[column][source]
            means = ours.apply(measured, axis="columns")
            cells.append(means.rename(f"{source}, n = {ours.n.max():g}"))
            cells.append(ours.difference.map(lambda v: number(v, "+.3f")))
        block = pd.concat(cells, axis="columns").rename_axis(index=None)
        parts.append(f"{column}\n{block.to_string()}")
    return "\n\n".join(parts)


def measured(ours: "pd.Series[Any]") -> str:
    """Return one of our cells: the mean, and half the width of its interval if it has one."""
    spread = f" ± {(ours.high - ours.low) / 2:.3f}" if ours.n > 1 else ""
    return number(ours["mean"]) + spread


def printed(value: float) -> str:
    """Return one of the paper's numbers with the digits it is printed with, two or three."""
    return number(value).removesuffix("0")


def number(value: float, form: str = ".3f") -> str:
    """Return a number for a cell, a dash for NaN, a true minus sign."""
    if math.isnan(value):
        return "–"
    text = format(value, form).replace("-", "−")
    return text.lstrip("+−") if not any(digit in text for digit in "123456789") else text


def with_bounds(found: Interval, form: str = "+.3f") -> str:
    """Return a number and in brackets its interval, if it has one.

    Example:
        >>> with_bounds(Interval(0.0123, -0.001, 0.02))
        '+0.012 (−0.001 to +0.020)'
    """
    mean, low, high = (number(bound, form) for bound in found)
    return mean if math.isnan(found.low) else f"{mean} ({low} to {high})"


def words(name: str) -> str:
    """Return a name as a page shows it.

    Example:
        >>> words("cross_entropy")
        'cross entropy'
    """
    return name.replace("_", " ")


def loss_with(loss: str, params: Mapping[str, Any]) -> str:
    """Return a loss with parameters that set it apart.

    Example:
        >>> loss_with("focal", {"gamma": 5.0})
        'focal, gamma = 5'
    """
    return ", ".join([loss, *(f"{key} = {shown(value)}" for key, value in sorted(params.items()))])
