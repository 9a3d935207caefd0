"""Tables of the adaptive chapter as HTML."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from lossstudy.results._freshness import stale_line, stale_runs
from lossstudy.results._interval import Interval
from lossstudy.results._markup import download_html, evidence_html, frame_html, verdict_table_html
from lossstudy.results._text import frame_csv, number, with_bounds, words
from lossstudy.results._tidy import data_label
from lossstudy.results.adaptive._comparison import ablations, comparison, settings_of
from lossstudy.results.adaptive._outcomes import (
    OURS,
    WITH_RULE,
    Outcome,
    of,
    rare_classes,
    rare_third,
)
from lossstudy.results.adaptive._standing import regrets, standings
from lossstudy.results.adaptive._verdicts import verdicts

NO_RUNS = "<p>None of these runs has been made yet.</p>"


def comparison_html(found: Sequence[Outcome]) -> str:
    """Return the comparison in every setting, one table each, folded but the first.

    A contender has one row, by argmax and by its rule.
    """
    parts, tables = [], []
    for place, setting in enumerate(settings_of(found)):
        table = comparison(found, setting)
        tables.append(table.assign(setting=setting))
        body = frame_html(
            _by_argmax_and_by_rule(table),
            f"{setting}: every contender, and how much more adaptive has",
        )
        open_first = " open" if place == 0 else ""
        parts.append(f"<details{open_first}><summary>{setting}</summary>\n{body}</details>\n")
    if not tables:
        return NO_RUNS
    return "".join(parts) + download_html("Adaptive comparison", frame_csv(pd.concat(tables)))


def _by_argmax_and_by_rule(table: pd.DataFrame) -> pd.DataFrame:
    """Return a `comparison` as a page shows it, who ours leads by least first."""
    rows = table.set_index("contender")
    trained = rows[~rows.index.str.endswith(WITH_RULE)].sort_values("behind", kind="stable")
    ruled = rows.loc[trained.index + WITH_RULE]
    page = pd.DataFrame({
        "mean IoU": _means_and_leads(trained),
        "with its rule": _means_and_leads(ruled),
        **_columns(trained),
    })
    page.index = pd.Index(
        [_named(row.Index, row.reading) for row in trained.itertuples()], name="contender"
    )
    return page


def _means_and_leads(table: pd.DataFrame) -> list[str]:
    """Return the mean IoU of each contender, and below it what ours has more."""
    return [
        number(row.mean_iou)
        + ("" if row.Index.startswith(OURS) else _below(row.behind, row.low, row.high))
        for row in table.itertuples()
    ]


def _below(mean: float, low: float, high: float) -> str:
    """Return a difference as the second line of a cell."""
    return f"<br><small>{with_bounds(Interval(mean, low, high))}</small>"


def ablations_html(found: Sequence[Outcome]) -> str:
    """Return the tables of `ablations`, one a dataset that has more than the static form."""
    tables = {name: ablations(found, name) for name in settings_of(found)}
    tables = {name: table for name, table in tables.items() if len(table) > 2}
    parts = []
    for setting, table in tables.items():
        page = pd.DataFrame({
            "change": table.change,
            "mean IoU, gain": [
                number(row.mean_iou)
                + ("" if row.change == "as it is" else _below(row.gain, row.low, row.high))
                for row in table.itertuples()
            ],
            **_columns(table),
        })
        parts.append(frame_html(page.set_index("change"), f"{setting}: one change at a time"))
    if not tables:
        return NO_RUNS
    joined = pd.concat([table.assign(setting=name) for name, table in tables.items()])
    return "".join(parts) + download_html("Ablations", frame_csv(joined))


def metadata_html(found: Sequence[Outcome]) -> str:
    """Return what the training images of each setting say before training, one row a setting.

    The imbalance is the share of the most frequent class over that of the rarest; the entropy is
    in units of that of even classes, so that 1 is balanced; then the shares of the rarest class
    and of the rare third, and the fewest validation pixels that a class of the third has.
    """
    rows: list[dict[str, Any]] = []
    for setting in settings_of(found):
        record = of(found, setting, OURS)[min(of(found, setting, OURS))].record
        share = np.array(record.data["class_share"])
        share = share[share > 0]
        rows.append({
            "dataset": setting,
            "data": data_label(record.generated),
            "images": record.data["num_labelled"],
            "classes": len(share),
            "imbalance": share.max() / share.min(),
            "entropy": -(share * np.log(share)).sum() / np.log(len(share)),
            "rarest": share.min(),
            "rare third": share[rare_third(share)].sum(),
            "validated on": _fewest_pixels(found, setting),
        })
    if not rows:
        return NO_RUNS
    table = pd.DataFrame(rows)
    forms = {
        "imbalance": "{:,.0f}",
        "entropy": "{:.2f}",
        "rarest": "{:.2g}",
        "rare third": "{:.4f}",
        "validated on": "{:,}",
    }
    page = table.assign(
        dataset=table.dataset + "<br><small>" + table.data + "</small>",
        **{name: table[name].map(form.format) for name, form in forms.items()},
    ).drop(columns="data")
    return frame_html(
        page.set_index("dataset"),
        "Metadata of the training images, by dataset",
        after=download_html("Metadata", frame_csv(table)),
    )


def _fewest_pixels(found: Sequence[Outcome], setting: str) -> int:
    """Return how many validation pixels the class of the rare third has that has the fewest."""
    outcome = next(iter(of(found, setting, OURS).values()))
    pixels = np.array(outcome.scores["confusion"]).sum(1)
    return int(pixels[rare_classes(found, setting)].min())


def summary(found: Sequence[Outcome]) -> str:
    """Return how many runs there are, how each verdict fell and where ours loses, as Markdown."""
    runs = {outcome.record.id for outcome in found}
    seeds = sorted({outcome.seed for outcome in found})
    points = verdicts(found)
    lines = [
        f"- **{verdict.capitalize()}**: "
        + "; ".join(point.asked for point in points if point.verdict == verdict)
        for verdict in ("failed", "undecided", "held", "no runs")
        if any(point.verdict == verdict for point in points)
    ]
    stale = stale_runs([outcome.record for outcome in found])
    return (
        f"**In short.** {len(runs)} runs so far, seeds {', '.join(map(str, seeds))}. What was "
        "asked of the loss, by the [verdict](#verdicts):\n\n"
        + "\n".join(lines)
        + f"\n\n{_losses_in_words(found)}\n\n"
        + stale_line(runs, stale)
    )


def _losses_in_words(found: Sequence[Outcome]) -> str:
    """Return the best by mean regret, and what ours falls behind."""
    least, table = regrets(found), standings(found)
    if least.empty or table.empty:
        return ""
    best = least.iloc[0]
    losing = [
        f"on {row.setting} to "
        + ", ".join(
            f"{words(name)} (n = {len(of(found, row.setting, name))})" for name in row.loses_to
        )
        for row in table.itertuples()
        if row.loses_to
    ]
    loses = f"Adaptive loses {'; '.join(losing)}." if losing else "No interval says it loses."
    return (
        f"Nearest to the best of each dataset, in the mean over the datasets, is "
        f"{words(best.contender)}, behind by {number(best.regret)} mean IoU, {number(best.worst)} "
        f"at most ({best['where']}). {loses}"
    )


def verdicts_html(found: Sequence[Outcome]) -> str:
    """Return what was asked of the loss and what the runs say, each point open to its numbers."""
    points = verdicts(found)
    rows = {
        f"point-{place}": (
            f"<strong>{escape(point.asked)}</strong><br>{escape(point.rule)}",
            f'<span class="verdict">{point.verdict}</span>',
            evidence_html(point.evidence),
        )
        for place, point in enumerate(points, start=1)
    }
    table = pd.DataFrame(points).assign(evidence=["; ".join(p.evidence) for p in points])
    return verdict_table_html(
        rows,
        {"asked": 36, "verdict": 12, "evidence": 52},
        "What was asked of the loss, and the verdicts",
        download_html("Verdicts", frame_csv(table)),
    )


def _columns(table: pd.DataFrame) -> dict[str, "pd.Series[str]"]:
    """Return the columns that comparisons and ablations share."""
    names = {
        "rare_iou": "rare third",
        "pixel_accuracy": "pixel acc.",
        "ece": "ECE",
    }
    shown_as = {label: table[name].map(number) for name, label in names.items()}
    return {**shown_as, "n": table.n.astype(int).astype(str)}


def _named(contender: str, reading: str) -> str:
    """Return a contender with what tuning chose, `combo (tuned)` with `alpha = 0.25`."""
    if not reading:
        return words(contender)
    _, _, params = reading.partition(", ")
    return f"{words(contender)}<br><small>{params or 'its default'}</small>"
