"""What the losses cost, shown: for a terminal and for a page of the book."""

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from lossstudy.results._costs import (
    COST_FLOOR,
    COST_REFERENCE,
    OURS,
    cost_growth,
    costs,
    dtypes_of,
    missed_goals,
)
from lossstudy.results._markup import download_html, frame_html, verdict_table_html
from lossstudy.results._text import frame_csv, number, words


def cost_text(record: Mapping[str, Any]) -> str:
    """Return the record for a terminal: the table with the goals beside it, and the growth."""
    table = shown_costs(record)
    growth = cost_growth(record).drop_duplicates(["along", "loss"])
    slopes = growth.pivot_table(index="loss", columns="along", values="exponent", sort=False)
    missed = missed_goals(costs(record))
    lines = [
        cost_source(record),
        table.to_string(index=False),
        "",
        "Growth: time ~ size to the power of",
        slopes.map(lambda v: number(v, ".2f")).rename_axis(index=None, columns=None).to_string(),
        "",
        "All goals met."
        if missed.empty
        else "Missed: " + ", ".join(
            f"{row.loss} {row.of} {row.measured:.2f} (goal {row.goal:.2f})"
            for row in missed.itertuples()
        ),
    ]  # fmt: skip
    return "\n".join(lines)


def cost_source(record: Mapping[str, Any]) -> str:
    """Return where the numbers come from: tensor, machine, versions, commit, date."""
    setting, origin = record["setting"], record["provenance"]
    versions = ", ".join(f"{name} {version}" for name, version in origin["versions"].items())
    commit = (origin["git_commit"] or "no commit")[:12] + "+" * bool(origin["git_dirty"])
    return (
        f"{'x'.join(map(str, setting['shape']))} logits, {', '.join(dtypes_of(record))}; "
        f"{setting['rounds']} rounds; {origin['gpu'] or origin['cpu']}, "
        f"{origin['threads']} threads; {versions}; commit {commit}; {origin['date']}"
    )


def cost_html(record: Mapping[str, Any]) -> str:
    """Return the table for a page of the book, the libraries' losses below ours in small print."""
    caption = (
        "Forward and backward in multiples of torch's cross entropy (time eager and compiled, "
        "extra peak memory), and of one read and one write of the logits."
    )
    table = costs(record)
    shown = shown_costs(record).map(escape)
    ours = table.library.eq(OURS) | table.loss.isin([COST_REFERENCE, COST_FLOOR])
    shown["loss"] = shown.loss.where(ours, "<small>" + shown["of"] + "</small>")
    shown = shown.drop(columns=["of", "definition"]).set_index("loss")
    return frame_html(
        shown.rename(columns={"copies, compiled": "copies,<br>compiled"}),
        caption,
        after=download_html("costs", frame_csv(table)),
    )


def missed_html(record: Mapping[str, Any]) -> str:
    """Return for a page of the book what was measured above its goal."""
    missed = missed_goals(costs(record))
    if missed.empty:
        return "<p>Nothing.</p>"
    numbers = {
        name: missed[name].map("{:.2f}".format) for name in ("measured", "goal", "measured / goal")
    }
    page = missed.assign(loss=missed.loss.map(words), **numbers).rename(
        columns={"dtype": "logits"}
    )
    return frame_html(page.set_index("loss"), "Multiples of torch's cross entropy above the goal")


def namesakes_html(record: Mapping[str, Any]) -> str:
    """Return for a page of the book how the libraries' losses were called and how they differ."""
    table = costs(record)
    others = table[~table.library.isin([OURS, "torch"]) | table.definition.ne("")]
    others = others.drop_duplicates(["loss", "library", "call"])
    rows = {
        f"namesake-{place}": [
            escape(words(row.loss)),
            escape(row.library),
            f"<code>{escape(row.call)}</code>",
            escape(row.definition),
        ]
        for place, row in enumerate(others.itertuples(), start=1)
    }
    heads = {"loss": 15, "library": 20, "call": 40, "beside ours": 25}
    return verdict_table_html(rows, heads, "The libraries' losses beside ours")


def shown_costs(record: Mapping[str, Any]) -> pd.DataFrame:
    """Return `costs` as text: a number, and behind a stroke the goal where there is one."""
    table = costs(record)
    shown = pd.DataFrame({
        "loss": table.loss.map(words),
        "of": table.library
        + table.call.map(lambda call: f" {call.partition('(')[0]}").where(
            table.library != OURS, ""
        ),
        "definition": table.definition,
        "ms": table.ms.map(lambda v: number(v, ".1f")),
        "time": _beside_goal(table, "eager").where(table.error.isna(), "fails"),
        "compiled": _beside_goal(table, "compiled").where(table.compiled_error.isna(), "fails"),
        "memory": _beside_goal(table, "memory"),
        "sizes": table["sizes"].map(lambda v: number(v, ".1f")),
        "copies": table.floors.map(lambda v: number(v, ".1f")),
        "copies, compiled": table.compiled_floors.map(lambda v: number(v, ".1f")),
    })
    if table.dtype.nunique() > 1:
        shown.insert(3, "logits", table.dtype)
    return shown


def _beside_goal(table: pd.DataFrame, name: str) -> "pd.Series[str]":
    cells = [
        number(value, ".2f") + ("" if np.isnan(goal) else f" / {goal:.2f}")
        for value, goal in zip(table[name], table[f"goal_{name}"], strict=True)
    ]
    return pd.Series(cells, index=table.index)
