"""A `paper_table` as text: for a terminal, as CSV, and cell by cell."""

import math
from typing import Any

import pandas as pd

from lossstudy.results._paper_table import PAPER, table_sources


def table_csv(table: pd.DataFrame) -> str:
    """Return a `paper_table` as CSV, the three levels of its header joined by ` | `.

    The runs, seeds and values of a cell are separated by spaces.
    """
    flat = table.map(lambda v: " ".join(map(str, v)) if isinstance(v, tuple) else v)
    flat.columns = [" | ".join(levels) for levels in table.columns]
    return str(flat.to_csv(index_label="class", lineterminator="\n"))


def table_text(table: pd.DataFrame) -> str:
    """Return a `paper_table` for a terminal, one below the other for each of its columns.

    Example:
        >>> from lossstudy.results import paper_table
        >>> print(table_text(paper_table(1, [])).splitlines()[0])
        cityscapes → cityscapes, cross entropy
    """
    parts = []
    for column in table.columns.get_level_values("column").unique():
        shown = [table[column][PAPER].iou.map(printed).rename(PAPER)]
        for source in table_sources(table, column):
            ours = table[column][source]
            cells = ours.apply(measured, axis="columns")
            shown.append(cells.rename(f"{source}, n = {ours.n.max():g}"))
            shown.append(ours.difference.map(lambda v: number(v, "+.3f")))
        block = pd.concat(shown, axis="columns").rename_axis(index=None)
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
