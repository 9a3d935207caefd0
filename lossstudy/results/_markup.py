"""What every table of the book is made of: its style, the region it scrolls in, its CSV."""

from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote

import pandas as pd

STYLE = """
.study-table { overflow-x: auto; }
.study-table table { border-collapse: collapse; font-size: 0.85em; margin: 0; }
.study-table th, .study-table td { padding: 0.2em 0.6em; text-align: right; white-space: nowrap; }
.study-table thead th { vertical-align: bottom; }
.study-table tbody > tr > * { vertical-align: top; }
.study-table th[scope=row], .study-table th[rowspan] { text-align: left; position: sticky; left: 0;
  background: var(--pst-color-background, Canvas); }
.study-table td:first-child, .study-table thead th:first-child { text-align: left; }
.study-table th[scope=colgroup] { text-align: center; }
.study-table .first { border-left: 1px solid currentColor; }
.study-table thead tr:last-child th { border-bottom: 1px solid currentColor; }
.study-table .mean > * { border-top: 1px solid currentColor; font-weight: bold; }
.study-table summary { cursor: pointer; }
.study-table details a, .study-table details small { display: block; font-weight: normal;
  font-size: inherit; }
.study-table .stale { display: block; border: 1px solid currentColor; border-radius: 0.3em;
  padding: 0 0.3em; font-weight: normal; white-space: normal; width: 17em; margin-left: auto; }
.study-table .generated { display: inline-block; border: 1px dashed currentColor;
  border-radius: 0.3em; padding: 0 0.3em; font-weight: normal; }
.study-table.verdicts th, .study-table.verdicts td { padding: 0.5em 0.7em; text-align: left;
  vertical-align: top; white-space: normal; position: static; font-weight: normal;
  border-top: 1px solid currentColor; }
.study-table.verdicts thead th, .study-table.verdicts .verdict { font-weight: bold; }
.study-table small { font-size: 0.9em; }
.study-table.verdicts .verdict, .study-table.verdicts q { display: block; }
.study-table.verdicts q { font-style: italic; margin-top: 0.3em; }
.study-table.verdicts ul { margin: 0.3em 0; padding-left: 1.1em; }
"""


def download_html(name: str, csv: str) -> str:
    """Return a link that downloads a table as CSV; the page itself holds the data.

    Args:
        name: Name of the table: of the file, and in the link's text.
        csv: Its content.
    """
    file = name.lower().replace(" ", "-")
    return (
        f'<p><a download="{escape(file)}.csv" href="data:text/csv;charset=utf-8,{quote(csv)}">'
        f"Download {escape(name)} as CSV</a></p>\n"
    )


def frame_html(table: pd.DataFrame, caption: str, *, before: str = "", after: str = "") -> str:
    """Return a table whose cells are HTML already, in the style of the paper's tables.

    Args:
        table: The table, its index in the first columns.
        caption: What it shows, as plain text.
        before: HTML between caption and table.
        after: HTML below the table.
    """
    body = table.reset_index().to_html(escape=False, border=0, na_rep="–", index=False)
    return (
        f"<style>{STYLE}</style>\n<p>{escape(caption)}</p>\n{before}"
        f"{scrolled(body, caption)}{after}"
    )


def verdict_table_html(
    rows: Mapping[str, Sequence[str]], heads: Mapping[str, int], label: str, after: str = ""
) -> str:
    """Return a table of text, the thing judged in the first column, for `frame_html`'s pages.

    Args:
        rows: Anchor of each row to its cells as HTML.
        heads: Heading of each column to its width in percent.
        label: Accessible name of the table.
        after: HTML below the table.
    """
    head = "".join(
        f'<th scope="col" style="width: {width}%">{name}</th>' for name, width in heads.items()
    )
    body = "".join(
        f'<tr id="{anchor}"><th scope="row">{first}</th>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>\n"
        for anchor, (first, *cells) in rows.items()
    )
    table = (
        f'<table class="dataframe" style="min-width: {15 * len(heads)}em">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"
    )
    return f"<style>{STYLE}</style>\n{scrolled(table, label, 'study-table verdicts')}{after}"


def evidence_html(lines: Sequence[str]) -> str:
    """Return the numbers a verdict rests on, each with its sign on one line."""
    items = "".join(f"<li>{unbroken(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""


def unbroken(text: str) -> str:
    """Return text as HTML in which a number keeps the sign before it on its line."""
    return escape(text).replace("n = ", "n&nbsp;=&nbsp;").replace("± ", "±&nbsp;")


def scrolled(table: str, label: str, style: str = "study-table") -> str:
    """Return a `<table>` in a region that scrolls, by keyboard too."""
    return (
        f'<div class="{style}" role="region" aria-label="{escape(label)}" tabindex="0">\n'
        f"{table}\n</div>\n"
    )
