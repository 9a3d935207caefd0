"""The result in one table: mean IoU per dataset and loss, the paper's and ours."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from lossstudy.config import DATASETS
from lossstudy.paper import published
from lossstudy.results._freshness import stale_line, stale_runs
from lossstudy.results._html import cell_html
from lossstudy.results._markup import download_html, frame_html
from lossstudy.results._paper_table import is_the_papers
from lossstudy.results._records import Record
from lossstudy.results._text import frame_csv, measured, words
from lossstudy.results._tidy import MEAN, data_label, rank, summary
from lossstudy.study import LOSSES, PAPERS_DATASETS


def headline(records: Sequence[Record]) -> pd.DataFrame:
    """Return mean IoU per dataset and loss: the paper's, and ours with its interval as text.

    Returns:
        Rows: `(dataset, loss)`. Columns: `"paper"`, then one a profile and kind of images.
    """
    return _filled(_means(records), _measured)


def headline_html(records: Sequence[Record]) -> str:
    """Return `headline` for the book's first page: our cells open to their runs."""
    stale, means = stale_runs(records), _means(records)
    shown = {run for runs in means.runs for run in runs}
    table = _filled(means, lambda row: cell_html(row, stale, label=_measured(row)))
    return frame_html(
        table.rename(index=words),
        "Mean IoU over the validation set of the dataset trained on, ± half the 95 % Student-t "
        "interval over n seeds. The paper's datasets are real; ours are what the header says.",
        before=stale_line(shown, stale),
        after=download_html("headline", frame_csv(headline(records), index=True)),
    )


def headline_markdown(records: Sequence[Record]) -> str:
    """Return `headline` as a Markdown table, for the README."""
    table = headline(records).reset_index()
    rows = [list(table.columns), ["---"] * len(table.columns), *table.to_numpy().tolist()]
    lines = ["| " + " | ".join(words(str(cell)) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _measured(row: "pd.Series[Any]") -> str:
    return f"{measured(row)} (n = {row.n})"


def _means(records: Sequence[Record]) -> pd.DataFrame:
    """Return the rows of `summary` that the table is made of, the best profile first."""
    table = summary([record for record in records if is_the_papers(record)])
    table = table[(table.class_name == MEAN) & (table.dataset == table.validated_on)]
    return table.iloc[table.profile.map(rank).argsort(kind="stable")]


def _filled(means: pd.DataFrame, cell: Callable[["pd.Series[Any]"], str]) -> pd.DataFrame:
    """Return the table, each of our cells made by `cell` from its row of `_means`."""
    paper = published()
    printed = paper[(paper.class_name == MEAN) & (paper.trained_on == paper.validated_on)]
    # Table 1 prints cross entropy too, with other numbers; Tables 2 and 3 compare the losses.
    iou = printed[printed.table > 1].set_index(["trained_on", "loss"]).iou
    rows = {
        (dataset, loss): {
            "paper": f"{iou[dataset, loss]:.3f}" if dataset in PAPERS_DATASETS else "–"
        }
        for dataset in DATASETS
        for loss in LOSSES
    }
    for _, row in means.iterrows():
        column = ", ".join(filter(None, (row.profile, row.settings, data_label(row.generated))))
        rows[row.dataset, row.loss][column] = cell(row)
    rows = {key: row for key, row in rows.items() if row != {"paper": "–"}}
    index = pd.MultiIndex.from_tuples(list(rows), names=["trained on", "loss"])
    return pd.DataFrame(list(rows.values()), index=index).fillna("–")
