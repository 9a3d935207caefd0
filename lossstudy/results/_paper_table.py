"""The paper's Tables 1 to 3 with our runs beside them."""

from collections.abc import Sequence

import pandas as pd

from lossstudy import config, study
from lossstudy.paper import published
from lossstudy.results._freshness import stale_runs
from lossstudy.results._records import Record
from lossstudy.results._tidy import MEAN_WITHOUT_THIN, data_label, rank, summary

PAPER = "paper"
"""Name of the source that holds the printed numbers."""


def paper_table(number: int, records: Sequence[Record]) -> pd.DataFrame:
    """Return one of the paper's tables with what our runs gave beside each number.

    A run belongs to a column if it trained s4GAN on the column's dataset, in that dataset's
    default label space and under the column's loss with the parameters the paper states, and was
    validated in the 19 Cityscapes classes. Runs in different settings are separate sources.

    Args:
        number: 1, 2 or 3.
        records: Finished runs of any kind; those that belong to no column are left out.

    Returns:
        Rows: the 19 classes, `"mean iou"`, and `"mean iou without thin classes"`, which the paper
        does not have. Columns, in three levels: the paper's column, such as
        `"idd → idd, focal"`; the source, `"paper"` or such as `"quick, generated scenes"`, which
        always ends in what the images were; the quantity. The paper has `iou`; the others have
        `mean`, `low`, `high`, `n`, `difference` (mean - paper), and the tuples `runs`, `seeds`
        and `values`, one entry per seed. `attrs` holds `number`, and in `stale` the result of
        `stale_runs`.

    Raises:
        ValueError: The paper has no such table.

    Example:
        >>> table = paper_table(2, [])
        >>> table.loc["mean iou"].tolist()
        [0.486, 0.472, 0.512]
    """
    paper = published()
    paper = paper[paper.table == number]
    if paper.empty:
        raise ValueError(f"number must be 1, 2 or 3, a table of the paper with IoUs; got {number}")
    ranked = sorted(filter(is_the_papers, records), key=lambda record: rank(record.profile))
    ours = summary(ranked)
    ours = ours[ours.scored_in == "cityscapes19"]
    rows = [*paper[paper.column == 1].class_name, MEAN_WITHOUT_THIN]
    blocks = {}
    keys = ["column", "trained_on", "validated_on", "loss"]
    for (_, trained_on, validated_on, loss), printed in paper.groupby(keys, sort=True):
        label = f"{trained_on} → {validated_on}, {loss.replace('_', ' ')}"
        iou = printed.set_index("class_name").iou.reindex(rows)
        blocks[label, PAPER] = iou.to_frame()
        cell = ours[
            (ours.dataset == trained_on)
            & (ours.validated_on == validated_on)
            & (ours.loss == loss)
        ]
        for (profile, setting, generated), group in cell.groupby(
            ["profile", "settings", "generated"], sort=False
        ):
            source = ", ".join(filter(None, (profile, setting, data_label(generated))))
            block = group.set_index("class_name").reindex(rows)
            block["difference"] = block["mean"] - iou
            blocks[label, source] = block[
                ["mean", "low", "high", "n", "difference", "runs", "seeds", "values"]
            ]
    table = pd.concat(blocks, axis="columns", names=["column", "source", "quantity"])
    table.attrs = {"number": number, "stale": stale_runs(ranked)}
    return table


def table_sources(table: pd.DataFrame, column: str) -> list[str]:
    """Return the sources beside the paper that a column of a `paper_table` has."""
    sources = table[column].columns.get_level_values("source").unique()
    return [source for source in sources if source != PAPER]


def with_source(table: pd.DataFrame, place: int) -> pd.DataFrame:
    """Return a `paper_table` with, beside the paper, one source a column: the best at place 0."""
    chosen = {
        (column, source)
        for column in table.columns.get_level_values("column").unique()
        for source in [PAPER, *table_sources(table, column)[place : place + 1]]
    }
    part = table.loc[:, [(column, source) in chosen for column, source, _ in table.columns]]
    part.attrs = table.attrs
    return part


def is_the_papers(record: Record) -> bool:
    """Return whether a run trained what the paper trained, on whatever images and scale."""
    spaces, _ = config.DATASETS[record.dataset]
    params = study.LOSSES.get(record.loss)
    return (
        record.study == "paper"
        and record.model == "s4gan"
        and record.label_space == spaces[0]
        and params is not None
        and {**params, **record.loss_params} == params
    )
