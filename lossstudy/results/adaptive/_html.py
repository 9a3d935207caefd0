"""Tables of the adaptive chapter as HTML."""

from collections import Counter
from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from lossstudy.results._html import download_html, frame_html
from lossstudy.results._interval import Interval
from lossstudy.results._tidy import data_label
from lossstudy.results.adaptive._comparison import OURS, ablations, comparison, settings_of
from lossstudy.results.adaptive._outcomes import Outcome, of
from lossstudy.results.adaptive._verdicts import shown, verdicts

_STYLE = """
.study-table td:first-child, .study-table th:first-child { text-align: left; }
.verdicts { overflow-x: auto; }
.verdicts table { border-collapse: collapse; font-size: 0.85em; margin: 0; }
.verdicts th, .verdicts td { padding: 0.5em 0.7em; text-align: left; vertical-align: top;
  border-top: 1px solid currentColor; font-weight: normal; }
.verdicts thead th { font-weight: bold; }
.verdicts tbody th { width: 36%; }
"""


def comparison_html(found: Sequence[Outcome]) -> str:
    """Return the comparison in every setting, one table each, folded but the first."""
    parts, tables = [], []
    for place, setting in enumerate(settings_of(found)):
        table = comparison(found, setting)
        tables.append(table.assign(setting=setting))
        page = pd.DataFrame({
            "contender": [_named(row.contender, row.reading) for row in table.itertuples()],
            "mean IoU": table.mean_iou.map("{:.3f}".format),
            "adaptive minus it": [
                "" if row.contender == OURS else shown(Interval(row.behind, row.low, row.high))
                for row in table.itertuples()
            ],
            **_columns(table),
        })
        caption = f"{setting}: every contender, the best mean IoU first"
        body = _table(page.set_index("contender"), caption)
        open_first = " open" if place == 0 else ""
        parts.append(f"<details{open_first}><summary>{setting}</summary>\n{body}</details>\n")
    csv = pd.concat(tables).to_csv(index=False) if tables else ""
    return "".join(parts) + download_html("Adaptive comparison", csv)


def ablations_html(found: Sequence[Outcome]) -> str:
    """Return the tables of `ablations`, one a dataset that has any."""
    tables = {name: ablations(found, name) for name in settings_of(found)}
    tables = {name: table for name, table in tables.items() if len(table) > 1}
    parts = []
    for setting, table in tables.items():
        page = pd.DataFrame({
            "change": table.change,
            "mean IoU": table.mean_iou.map("{:.3f}".format),
            "gain": [
                "" if row.change == "as it is" else shown(Interval(row.gain, row.low, row.high))
                for row in table.itertuples()
            ],
            **_columns(table),
        })
        parts.append(_table(page.set_index("change"), f"{setting}: one change at a time"))
    if not tables:
        return ""
    joined = pd.concat([table.assign(setting=name) for name, table in tables.items()])
    return "".join(parts) + download_html("Ablations", joined.to_csv(index=False))


def metadata_html(found: Sequence[Outcome]) -> str:
    """Return what the training images of each setting say before training, one row a setting.

    The imbalance is the share of the most frequent class over that of the rarest; the entropy is
    in units of that of even classes, so that 1 is balanced.
    """
    rows = []
    for setting in settings_of(found):
        record = of(found, setting, OURS)[min(of(found, setting, OURS))].record
        share = np.array(record.data["class_share"])
        share = share[share > 0]
        entropy = -(share * np.log(share)).sum() / np.log(len(share))
        rows.append({
            "dataset": setting,
            "data": data_label(record.generated),
            "images": record.data["num_train"],
            "labelled": record.data["num_labelled"],
            "classes": len(share),
            "imbalance": f"{share.max() / share.min():,.0f}",
            "entropy": f"{entropy:.2f}",
            "rarest class, share": f"{share.min():.5f}",
            "rare third, share": f"{np.sort(share)[: len(share) // 3].sum():.4f}",
        })
    caption = "Metadata of the training images, by dataset"
    return _table(pd.DataFrame(rows).set_index("dataset"), caption)


def summary(found: Sequence[Outcome]) -> str:
    """Return in one paragraph how many runs there are and how the verdicts fell, as Markdown."""
    runs = {outcome.record.id for outcome in found}
    seeds = sorted({outcome.seed for outcome in found})
    fell = Counter(point.verdict for point in verdicts(found))
    counted = ", ".join(f"{count} {verdict}" for verdict, count in sorted(fell.items()))
    return (
        f"**In short.** {len(runs)} runs so far, seeds {', '.join(map(str, seeds))}. Of the "
        f"{fell.total()} points asked of the loss: {counted}. The [verdicts](#verdicts) at the "
        "end say which."
    )


def verdicts_html(found: Sequence[Outcome]) -> str:
    """Return what was asked of the loss and what the runs say, each point open to its numbers."""
    points = verdicts(found)
    rows = "".join(
        f'<tr><th scope="row"><strong>{escape(point.asked)}</strong><br>{escape(point.rule)}</th>'
        f"<td><strong>{point.verdict}</strong></td><td>{_listed(point.evidence)}</td></tr>\n"
        for point in points
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("asked", "verdict", "evidence"))
    return (
        f'<style>{_STYLE}</style>\n<div class="verdicts" role="region" tabindex="0" '
        'aria-label="What was asked of the loss, and the verdicts">\n<table class="dataframe">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
        + download_html("Verdicts", pd.DataFrame(points).to_csv(index=False))
    )


def _listed(evidence: str) -> str:
    return "".join(f"<div>{escape(line)}</div>" for line in evidence.split("; ") if line)


def _table(page: pd.DataFrame, caption: str) -> str:
    """Return a table whose first column is text."""
    return f"<style>{_STYLE}</style>" + frame_html(page, caption)


def _columns(table: pd.DataFrame) -> dict[str, "pd.Series[str]"]:
    """Return the columns that comparisons and ablations share."""
    names = {
        "rare_iou": "rare third",
        "pixel_accuracy": "pixel accuracy",
        "ece": "calibration error",
    }
    shown_as = {label: table[name].map("{:.3f}".format) for name, label in names.items()}
    return {**shown_as, "n": table.n.astype(int).astype(str)}


def _named(contender: str, reading: str) -> str:
    return f"{contender}<br><small>{reading}</small>" if reading else contender
