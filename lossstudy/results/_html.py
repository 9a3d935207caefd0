"""The paper's tables beside ours as HTML: every number leads to the runs it is of."""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any
from urllib.parse import quote

import pandas as pd

from lossstudy.results._freshness import badge, stale_line
from lossstudy.results._markup import STYLE, download_html, scrolled
from lossstudy.results._paper_table import PAPER, table_sources, with_source
from lossstudy.results._text import measured, number, printed, table_csv
from lossstudy.results._tidy import data_label


def run_page(run_id: str) -> str:
    """Return the address of a run's page, seen from a page of the book one folder down."""
    return f"../runs/{quote(run_id)}.html"


def cell_html(
    ours: "pd.Series[Any]",
    stale: Mapping[str, str],
    run_link: Callable[[str], str] = run_page,
    *,
    label: str | None = None,
) -> str:
    """Return one of our numbers, which opens to what it is made of.

    Args:
        ours: A row of `summary`, or what a `paper_table` has of one.
        stale: Result of `stale_runs`.
        run_link: Address of a run's page, from its id.
        label: What the closed cell says; by default the mean and half the interval.

    Returns:
        The label; opened, n, the interval's bounds, and each seed with its value
        and a link to its run, those of stale runs marked.
    """
    bounds = f", 95 % interval {ours.low:.3f} to {ours.high:.3f}" if ours.n > 1 else ""
    links = "".join(
        f'<a href="{escape(run_link(run))}">seed {seed}: {value:.3f}</a>{badge(run, stale)}'
        for run, seed, value in zip(ours.runs, ours.seeds, ours["values"], strict=True)
    )
    return (
        f"<details><summary>{label or measured(ours)}</summary>"
        f"<small>n = {ours.n:g}{bounds}</small>{links}</details>"
    )


def table_html(table: pd.DataFrame, run_link: Callable[[str], str] = run_page) -> str:
    """Return a `paper_table` as an HTML fragment.

    Our cells show the mean over seeds and, where there are several, half the width of its 95 %
    interval; opened, they list the seeds, each with its value and a link to its run. Colours are
    inherited, so the table follows the theme of the page. Numbers from generated scenes are
    marked in the header of their column, and stale runs in the cells that hold them.

    Args:
        table: Result of `paper_table`.
        run_link: Address of a run's page, from its id.

    Returns:
        A `<style>`; how many of the runs are stale, if any; the table with the best source of
        each column, in a region that scrolls; the other sources, folded; and a link that
        downloads all of it as CSV.
    """
    which = table.attrs["number"]
    columns = table.columns.get_level_values("column").unique()
    depth = max(len(table_sources(table, column)) for column in columns)
    parts = [with_source(table, place) for place in range(max(depth, 1))]
    caption = (
        f"Table {which} of the paper and our runs: IoU per class. Ours: mean ± half the 95 % "
        "Student-t interval over n seeds (none for n = 1); the difference is ours minus paper."
    )
    warning = stale_line(_runs(table), table.attrs["stale"])
    html = f"<style>{STYLE}</style>\n<p>{caption}</p>\n{warning}{_region(parts[0], run_link)}"
    for part in parts[1:]:
        html += (
            f"<details><summary>Beside the paper: {escape(_all_sources(part))}</summary>\n"
            f"{_region(part, run_link)}</details>\n"
        )
    return html + download_html(f"Table {which}", table_csv(table))


def _runs(table: pd.DataFrame) -> set[str]:
    """Return the ids of all runs in a `paper_table`."""
    cells = table.loc[:, table.columns.get_level_values("quantity") == "runs"].to_numpy().ravel()
    return {run for cell in cells if isinstance(cell, tuple) for run in cell}


def _all_sources(table: pd.DataFrame) -> str:
    """Return the sources of our numbers in a `paper_table`, in order."""
    columns = table.columns.get_level_values("column").unique()
    sources = {source for column in columns for source in table_sources(table, column)}
    return "; ".join(sorted(sources))


def _region(table: pd.DataFrame, run_link: Callable[[str], str]) -> str:
    """Return one `<table>` in a region that scrolls."""
    columns = table.columns.get_level_values("column").unique()
    first_row = "".join(
        f'<th scope="colgroup" class="first" '
        f'colspan="{1 + 2 * len(table_sources(table, column))}">{escape(column)}</th>'
        for column in columns
    )
    second_row = "".join(cell for column in columns for cell in _header(table, column))
    stale = table.attrs["stale"]
    body = "".join(
        f'<tr{_row_class(name)}><th scope="row">{escape(name.replace("iou", "IoU"))}</th>'
        + "".join(cell for column in columns for cell in _cells(row[column], run_link, stale))
        + "</tr>\n"
        for name, row in table.iterrows()
    )
    return scrolled(
        '<table class="dataframe">\n'
        f'<thead>\n<tr><th scope="col" rowspan="2">class</th>{first_row}</tr>\n'
        f"<tr>{second_row}</tr>\n</thead>\n<tbody>\n{body}</tbody>\n</table>",
        f"Table {table.attrs['number']} beside {_all_sources(table)}",
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


def _cells(
    row: "pd.Series[Any]", run_link: Callable[[str], str], stale: Mapping[str, str]
) -> Iterator[str]:
    """Yield the cells of one class in one of the paper's columns."""
    yield f'<td class="first">{printed(row[PAPER, "iou"])}</td>'
    for source in row.index.get_level_values("source").unique():
        if source == PAPER:
            continue
        ours = row[source]
        if not ours.runs:
            yield "<td>–</td><td>–</td>"
            continue
        yield f"<td>{cell_html(ours, stale, run_link)}</td>"
        yield f"<td>{number(ours.difference, '+.3f')}</td>"


def _row_class(name: str) -> str:
    """Return the attribute that sets the rows of means apart."""
    return ' class="mean"' if name.startswith("mean iou") else ""
