"""A `paper_table` as HTML for the book, and as CSV to download."""

import math
from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from urllib.parse import quote

import pandas as pd

from lossstudy.results._paper_table import PAPER, table_sources
from lossstudy.results._tidy import data_label

_STYLE = """
.study-table { overflow-x: auto; }
.study-table table { border-collapse: collapse; font-size: 0.85em; margin: 0; }
.study-table caption { text-align: left; caption-side: top; color: inherit; }
.study-table th, .study-table td { padding: 0.2em 0.6em; text-align: right; white-space: nowrap; }
.study-table thead th { vertical-align: bottom; }
.study-table tbody > tr > * { vertical-align: top; }
.study-table th[scope=row] { text-align: left; }
.study-table th[scope=colgroup] { text-align: center; }
.study-table .first { border-left: 1px solid currentColor; }
.study-table thead tr:last-child th { border-bottom: 1px solid currentColor; }
.study-table .mean > * { border-top: 1px solid currentColor; font-weight: bold; }
.study-table summary { cursor: pointer; }
.study-table details a { display: block; font-weight: normal; }
.study-table .generated { display: inline-block; border: 1px dashed currentColor;
  border-radius: 0.3em; padding: 0 0.3em; font-weight: normal; }
"""


def run_page(run_id: str) -> str:
    """Return the address of a run's page, seen from a page of the book one folder down."""
    return f"../runs/{quote(run_id)}.html"


def table_csv(table: pd.DataFrame) -> str:
    """Return a `paper_table` as CSV, the three levels of its header joined by ` | `.

    The runs, seeds and values of a cell are separated by spaces.
    """
    flat = table.map(_joined)
    flat.columns = [" | ".join(levels) for levels in table.columns]
    return str(flat.to_csv(index_label="class", lineterminator="\n"))


def table_html(table: pd.DataFrame, run_link: Callable[[str], str] = run_page) -> str:
    """Return a `paper_table` as an HTML fragment.

    Our cells show the mean over seeds and, where there are several, half the width of its 95 %
    interval; opened, they list the seeds, each with its value and a link to its run. Colours are
    inherited, so the table follows the theme of the page. Numbers from generated scenes are
    marked in the header of their column.

    Args:
        table: Result of `paper_table`.
        run_link: Address of a run's page, from its id.

    Returns:
        A `<style>`, the table in a region that scrolls, and a link that downloads it as CSV.
    """
    number = table.attrs["number"]
    columns = table.columns.get_level_values("column").unique()
    caption = (
        f"Table {number} of the paper and our runs: IoU per class. Ours: mean ± half the 95 % "
        "Student-t interval over n seeds (none for n = 1); the difference is ours minus paper."
    )
    first_row = "".join(
        f'<th scope="colgroup" class="first" '
        f'colspan="{1 + 2 * len(table_sources(table, column))}">{escape(column)}</th>'
        for column in columns
    )
    second_row = "".join(cell for column in columns for cell in _header(table, column))
    body = "".join(
        f'<tr{_row_class(name)}><th scope="row">{escape(name)}</th>'
        + "".join(cell for column in columns for cell in _cells(row[column], run_link))
        + "</tr>\n"
        for name, row in table.iterrows()
    )
    download = quote(table_csv(table))
    return (
        f"<style>{_STYLE}</style>\n"
        f'<div class="study-table" role="region" aria-label="Table {number}" tabindex="0">\n'
        f"<table>\n<caption>{caption}</caption>\n"
        f'<thead>\n<tr><th scope="col" rowspan="2">class</th>{first_row}</tr>\n'
        f"<tr>{second_row}</tr>\n</thead>\n<tbody>\n{body}</tbody>\n</table>\n</div>\n"
        f'<p><a download="table-{number}.csv" href="data:text/csv;charset=utf-8,{download}">'
        f"Download table {number} as CSV</a></p>\n"
    )


def _header(table: pd.DataFrame, column: str) -> Iterator[str]:
    """Yield the second header row's cells of one of the paper's columns."""
    yield '<th scope="col" class="first">paper</th>'
    for source in table_sources(table, column):
        name, _, data = source.rpartition(", ")
        mark = ' class="generated"' if data == data_label(generated=True) else ""
        seeds = int(table[column, source, "n"].max())
        yield (
            f'<th scope="col">ours, {escape(name)}, n = {seeds}<br>'
            f"<span{mark}>{escape(data)}</span></th>"
        )
        yield '<th scope="col">difference</th>'


def _cells(row: "pd.Series[Any]", run_link: Callable[[str], str]) -> Iterator[str]:
    """Yield the cells of one class in one of the paper's columns."""
    yield f'<td class="first">{_number(row[PAPER, "iou"]).removesuffix("0")}</td>'  # as printed
    for source in row.index.get_level_values("source").unique():
        if source == PAPER:
            continue
        ours = row[source]
        if not ours.runs:
            yield "<td>–</td><td>–</td>"
            continue
        shown = _number(ours["mean"])
        if ours.n > 1:
            shown += f" ± {(ours.high - ours.low) / 2:.3f}"
        links = [
            f'<a href="{escape(run_link(run))}">seed {seed}: {value:.3f}</a>'
            for run, seed, value in zip(ours.runs, ours.seeds, ours["values"], strict=True)
        ]
        yield f"<td><details><summary>{shown}</summary>{''.join(links)}</details></td>"
        yield f"<td>{_number(ours.difference, '+.3f')}</td>"


def _row_class(name: str) -> str:
    """Return the attribute that sets the rows of means apart."""
    return ' class="mean"' if name.startswith("mean iou") else ""


def _number(value: float, form: str = ".3f") -> str:
    """Return a number for a cell, a dash for NaN, a true minus sign."""
    return "–" if math.isnan(value) else format(value, form).replace("-", "−")


def _joined(value: object) -> object:
    """Return a tuple as text separated by spaces, anything else as it is."""
    return " ".join(map(str, value)) if isinstance(value, tuple) else value
