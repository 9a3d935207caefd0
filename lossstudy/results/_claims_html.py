"""The claims of the paper as a table for the book."""

from collections.abc import Mapping, Sequence
from html import escape

from lossstudy.results._claim_reasons import Verdict
from lossstudy.results._claims import claims
from lossstudy.results._freshness import badge, stale_runs
from lossstudy.results._html import download_html, run_page
from lossstudy.results._records import Record

_STYLE = """
.claims { overflow-x: auto; }
.claims table { border-collapse: collapse; font-size: 0.85em; margin: 0; min-width: 60em; }
.claims th, .claims td { padding: 0.5em 0.7em; text-align: left; vertical-align: top;
  border-top: 1px solid currentColor; font-weight: normal; }
.claims td, .claims th[scope=row] { width: 24%; }
.claims td:last-child { width: 30%; }
.claims thead th { font-weight: bold; }
.claims .generated { border: 1px dashed currentColor; border-radius: 0.3em; padding: 0 0.3em; }
.claims q { display: block; font-style: italic; margin-top: 0.3em; }
.claims .verdict { font-weight: bold; display: block; }
.claims summary { cursor: pointer; }
.claims ul { margin: 0.3em 0; padding-left: 1.1em; }
.claims details a { display: block; }
"""


def claims_html(records: Sequence[Record]) -> str:
    """Return `claims` for a page: verdicts that open to their runs, and a CSV of it all."""
    stale = stale_runs(records)
    table = claims(records)
    rows = "".join(
        f'<tr id="{id}"><th scope="row"><strong>{escape(row.claim)}</strong>'
        f"<q>{escape(row.quotation)}</q>({escape(row.section)})</th><td>{escape(row.rule)}</td>"
        f"<td>{_unbroken(row.tables)}</td>"
        f"<td>{''.join(_verdict_html(verdict, stale) for verdict in row.verdicts)}</td></tr>\n"
        for id, row in table.iterrows()
    )
    heads = ("claim", "rule", "the paper's own tables", "here")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    table["verdicts"] = [" | ".join(map(_verdict_text, found)) for found in table.verdicts]
    csv = table.to_csv(lineterminator="\n")
    return (
        f'<style>{_STYLE}</style>\n<div class="claims" role="region" aria-label="Claims of the '
        f'paper" tabindex="0">\n<table class="dataframe">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody>\n</table>\n</div>\n{download_html('Claims', csv)}"
    )


def _verdict_html(verdict: Verdict, stale: Mapping[str, str]) -> str:
    """Return a verdict that opens to its numbers and to the runs they are of."""
    mark = "generated" if verdict.data.endswith("generated scenes") else "real"
    data = f'<span class="{mark}">{escape(verdict.data)}</span>' if verdict.data else ""
    text = f'<span class="verdict">{escape(verdict.text)}</span>{data}'
    if not verdict.evidence:
        return text
    lines = "".join(f"<li>{_unbroken(line)}</li>" for line in verdict.evidence)
    links = "".join(
        f'<a href="{run_page(run.id)}">{escape(run.id)}</a>{badge(run.id, stale)}'
        for run in verdict.runs
    )
    runs = (
        f"<details><summary>{len(verdict.runs)} runs</summary>{links}</details>" if links else ""
    )
    return f"{text}<ul>{lines}</ul>{runs}"


def _verdict_text(verdict: Verdict) -> str:
    """Return a verdict with its numbers on one line."""
    return "; ".join(filter(None, (verdict.text, verdict.data, *verdict.evidence)))


def _unbroken(text: str) -> str:
    """Return text as HTML in which a number keeps the sign before it on its line."""
    return escape(text).replace("n = ", "n&nbsp;=&nbsp;").replace("± ", "±&nbsp;")
