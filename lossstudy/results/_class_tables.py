"""The paper's tables and ours as plain tables of IoU per class, each with the gain it is about."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from lossstudy.paper import MEAN_ROW, published
from lossstudy.results._pages import study_runs
from lossstudy.results._paper_table import paper_table, table_sources
from lossstudy.results._records import Record
from lossstudy.results._text import words
from lossstudy.results._tidy import MEAN, MEAN_WITHOUT_THIN, data_label, summary
from lossstudy.study import LOSSES


@dataclass(frozen=True, eq=False)
class ClassTable:
    """IoU per class in columns that are compared.

    Attributes:
        title: Which table it is, and what its images were.
        iou: Classes x columns. NaN for a class that the ground truth does not hold.
        gained: The column whose gain is asked for.
        reference: The column it is a gain over.
    """

    title: str
    iou: pd.DataFrame
    gained: str
    reference: str


def class_tables(records: Sequence[Record]) -> list[ClassTable]:
    """Return the paper's Tables 1 to 3 as printed, and the same of our runs.

    The gain is combo's over cross entropy; in Table 1, where there is one loss, that of training
    on IDD over training on Cityscapes, both validated on IDD.

    Args:
        records: Finished runs of any kind. Those of the study stand in the three tables, a table
            for each setting in which all columns were run, and, on CamVid, in one of their own.

    Example:
        >>> table = class_tables([])[1]
        >>> table.title, table.gained, table.reference
        ('Table 2, the paper', 'combo', 'cross entropy')
    """
    tables = []
    for number in (1, 2, 3):
        paper = published().query("table == @number")
        paper = paper[paper.class_name != MEAN_ROW]
        names = {
            (row.trained_on, row.validated_on, row.loss): _column(number, row)
            for row in paper[paper.class_name == paper.class_name.iloc[0]].itertuples()
        }
        printed = pd.DataFrame({
            name: group.set_index("class_name").iou
            for name, (_, group) in zip(names.values(), paper.groupby("column"), strict=True)
        })
        tables.append(_table(f"Table {number}, the paper", printed))
        wide = paper_table(number, records)
        columns = wide.columns.get_level_values("column").unique()
        for source in table_sources(wide, columns[0]):
            if all(source in table_sources(wide, column) for column in columns):
                ours = {
                    name: wide[column, source, "mean"]
                    for name, column in zip(names.values(), columns, strict=True)
                }
                tables.append(
                    _table(f"Table {number}, {source}", pd.DataFrame(ours).loc[printed.index])
                )
    return tables + _camvid(records)


def _column(number: int, row: object) -> str:
    """Return what tells a column of a table of the paper from the others."""
    if number == 1:
        return f"{row.trained_on} → {row.validated_on}"  # type: ignore[attr-defined]
    return words(row.loss)  # type: ignore[attr-defined]


def _table(title: str, iou: pd.DataFrame) -> ClassTable:
    losses = "combo" in iou
    gained, reference = ("combo", "cross entropy") if losses else ("idd → idd", "cityscapes → idd")
    return ClassTable(title, iou.rename_axis(index=None), gained, reference)


def _camvid(records: Sequence[Record]) -> list[ClassTable]:
    """Return the table of the best setting on CamVid; none where a loss is missing."""
    if not any(record.dataset == "camvid" for record in records):
        return []
    runs = study_runs(records, "camvid")
    table = summary(runs)
    table = table[
        (table.validated_on == "camvid") & ~table.class_name.isin([MEAN, MEAN_WITHOUT_THIN])
    ]
    iou = pd.DataFrame({
        words(loss): group.set_index("class_name")["mean"]
        for loss, group in table.groupby("loss", sort=False)
    })
    ordered = [words(loss) for loss in LOSSES]
    if not set(ordered) <= set(iou):
        return []
    source = f"{runs[0].profile}, {data_label(runs[0].generated)}"
    return [_table(f"CamVid, {source}", iou[ordered])]
