"""The claims of the paper as a table for the book."""

from collections.abc import Mapping, Sequence
from html import escape

from lossstudy.results._claim_reasons import Verdict
from lossstudy.results._claims import claims
from lossstudy.results._freshness import badge, stale_runs
from lossstudy.results._html import run_page
from lossstudy.results._markup import download_html, evidence_html, unbroken, verdict_table_html
from lossstudy.results._records import Record
from lossstudy.results._text import frame_csv


def claims_html(records: Sequence[Record]) -> str:
    """Return `claims` for a page: verdicts that open to their runs, and a CSV of it all."""
    stale = stale_runs(records)
    table = claims(records)
    rows = {
        str(id): (
            f"<strong>{escape(row.claim)}</strong><q>{escape(row.quotation)}</q>"
            f"({escape(row.section)})",
            escape(row.rule),
            unbroken(row.tables),
            "".join(_verdict_html(verdict, stale) for verdict in row.verdicts),
        )
        for id, row in table.iterrows()
    }
    heads = {"claim": 24, "rule": 22, "the paper's own tables": 24, "here": 30}
    table["verdicts"] = [" | ".join(map(_verdict_text, found)) for found in table.verdicts]
    csv = download_html("Claims", frame_csv(table, index=True))
    return verdict_table_html(rows, heads, "Claims of the paper", csv)


def _verdict_html(verdict: Verdict, stale: Mapping[str, str]) -> str:
    """Return a verdict that opens to its numbers and to the runs they are of."""
    mark = "generated" if verdict.data.endswith("generated scenes") else "real"
    data = f'<span class="{mark}">{escape(verdict.data)}</span>' if verdict.data else ""
    text = f'<span class="verdict">{escape(verdict.text)}</span>{data}'
    if not verdict.evidence:
        return text
    links = "".join(
        f'<a href="{run_page(run.id)}">{escape(run.id)}</a>{badge(run.id, stale)}'
        for run in verdict.runs
    )
    runs = (
        f"<details><summary>{len(verdict.runs)} runs</summary>{links}</details>" if links else ""
    )
    return f"{text}{evidence_html(verdict.evidence)}{runs}"


def _verdict_text(verdict: Verdict) -> str:
    """Return a verdict with its numbers on one line."""
    return "; ".join(filter(None, (verdict.text, verdict.data, *verdict.evidence)))
