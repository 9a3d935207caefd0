"""What changed, shown: for a terminal and for a page of the book."""

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from lossstudy.results._changes import Pair, parameter_changes, score_changes, source_changes
from lossstudy.results._freshness import badge, stale_line, stale_runs
from lossstudy.results._html import run_page
from lossstudy.results._markup import download_html, frame_html
from lossstudy.results._records import Record
from lossstudy.results._text import frame_csv, number
from lossstudy.results._tidy import MEAN

NOISE = (
    "IoU after minus before. A band in brackets is 95 % wide: over seeds where both sides have "
    "several, otherwise over validation images drawn anew, which says nothing of other seeds. "
    "* marks a difference whose band leaves out zero; of twenty bands over seeds, one does by "
    "chance alone."
)
"""What the tables of differences show."""


def changes_text(pairs: Sequence[Pair]) -> str:
    """Return all that changed, for a terminal.

    Args:
        pairs: Result of `matched`.
    """
    scores = score_changes(pairs)
    parts = [
        f"{pair.name}\n  before: {_ids(pair.before)}\n  after:  {_ids(pair.after)}"
        for pair in pairs
    ]
    settings, sources = parameter_changes(pairs), source_changes(pairs)
    parts.append(f"parameters\n{_printed(settings) if len(settings) else '  the same'}")
    parts.append(f"code, data, versions\n{_printed(sources) if len(sources) else '  the same'}")
    parts.append(NOISE)
    for (experiment, evaluation), rows in scores.groupby(
        ["experiment", "validated_on"], sort=False
    ):
        table = pd.DataFrame({
            "before": rows.before.map(number),
            "after": rows.after.map(number),
            "difference": [_difference(row) for _, row in rows.iterrows()],
        })
        table.index = rows.class_name
        parts.append(f"{experiment}, on {evaluation} ({_band(rows)})\n{_printed(table)}")
    return "\n\n".join(parts)


def compared_runs_html(pairs: Sequence[Pair]) -> str:
    """Return the runs on both sides, linked to their pages where they have one."""
    records = [run for pair in pairs for run in (*pair.before, *pair.after)]
    stale = stale_runs(records)
    table = pd.DataFrame({
        "experiment": [escape(pair.name) for pair in pairs],
        "before": [_links(pair.before, stale) for pair in pairs],
        "after": [_links(pair.after, stale) for pair in pairs],
    })
    shown = {record.id for record in records}
    return frame_html(
        table.set_index("experiment"), "The runs compared.", before=stale_line(shown, stale)
    )


def settings_html(pairs: Sequence[Pair]) -> str:
    """Return the parameters, and below them code, images and versions, that differ."""
    parts = []
    for caption, table in (
        ("Parameters that differ.", parameter_changes(pairs)),
        ("Code, images, versions and machine that differ.", source_changes(pairs)),
    ):
        if table.empty:
            parts.append(f"<p>{caption} None.</p>")
        else:
            parts.append(frame_html(table.map(escape).rename_axis("what"), caption))
    return "\n".join(parts)


def score_changes_html(pairs: Sequence[Pair]) -> str:
    """Return the difference of each class, one column an experiment; cells open to their parts."""
    scores = score_changes(pairs)
    columns: dict[str, dict[str, str]] = {}
    for (experiment, evaluation), rows in scores.groupby(
        ["experiment", "validated_on"], sort=False
    ):
        label = f"{escape(experiment)}<br>on {escape(evaluation)}<br>{_band(rows)}"
        columns[label] = {
            escape(row.class_name).replace(MEAN, "mean IoU"): _cell(row)
            for _, row in rows.iterrows()
        }
    table = pd.DataFrame(columns)
    ordered = [name for name in table.index if name != "mean IoU"] + ["mean IoU"]
    csv = frame_csv(scores)
    return frame_html(
        table.loc[ordered].rename_axis("class"), NOISE, after=download_html("what changed", csv)
    )


def _cell(row: "pd.Series[Any]") -> str:
    sides = "<br>".join(
        f"{side} {number(row[side])}, n = {row[f'n_{side}']}" for side in ("before", "after")
    )
    bounds = f"{number(row.low, '+.3f')} to {number(row.high, '+.3f')}"
    mark = "*" * bool(row.beyond)
    return (
        f"<details><summary>{number(row.difference, '+.3f')}{mark}</summary>"
        f"<small>95 % {bounds}<br>{sides}</small></details>"
    )


def _difference(row: "pd.Series[Any]") -> str:
    bounds = f"[{number(row.low, '+.3f')}, {number(row.high, '+.3f')}]"
    return f"{number(row.difference, '+.3f')} {bounds}{'*' if row.beyond else ' '}"


def _band(rows: pd.DataFrame) -> str:
    """Return what the band of an experiment is over."""
    first = rows.iloc[0]
    return f"band over {first.band}, n = {first.n_before} and {first.n_after}"


def _printed(table: pd.DataFrame) -> str:
    return str(table.rename_axis(index=None).to_string())


def _ids(records: Sequence[Record]) -> str:
    return ", ".join(record.id for record in records)


def _links(records: Sequence[Record], stale: dict[str, str]) -> str:
    """Return the runs of one side; one without an executed notebook has no page to lead to."""
    links = "<br>".join(
        (
            f'<a href="{run_page(run.id)}">{escape(run.id)}</a>'
            if (run.folder / "train.ipynb").is_file()
            else escape(run.id)
        )
        + badge(run.id, stale)
        for run in records
    )
    if len(records) == 1:
        return links
    return f"<details><summary>{len(records)} runs</summary>{links}</details>"
