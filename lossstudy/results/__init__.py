"""Run records in and out, and the tables made of them. Imports no torch.

A training run ends as a record (`write_record`); everything after it, tables, figures and pages,
starts from records (`read_records`) and from the numbers the paper prints.
"""

from lossstudy.results._compare import bootstrap_mean_iou, paired_difference
from lossstudy.results._costs import (
    COST_FLOOR,
    COST_REFERENCE,
    GOALS,
    OURS,
    cost_growth,
    cost_html,
    cost_source,
    cost_text,
    costs,
    missed_goals,
    read_costs,
)
from lossstudy.results._html import run_page, table_html
from lossstudy.results._interval import Interval, interval, t_quantile
from lossstudy.results._ledger import ledger, training_shares
from lossstudy.results._pages import (
    facts,
    headline,
    headline_html,
    headline_markdown,
    ledger_html,
    loss_differences,
    loss_differences_html,
    loss_table_html,
    one_per_loss,
    scores,
    study_runs,
)
from lossstudy.results._paper_table import PAPER, paper_table, table_sources, with_source
from lossstudy.results._records import Record, read_record, read_records, read_shown, write_record
from lossstudy.results._schema import SCHEMA_VERSION
from lossstudy.results._text import table_csv, table_text
from lossstudy.results._tidy import (
    EXPERIMENT,
    MEAN,
    MEAN_WITHOUT_THIN,
    data_label,
    settings,
    summary,
    tidy,
)

__all__ = [
    "COST_FLOOR",
    "COST_REFERENCE",
    "EXPERIMENT",
    "GOALS",
    "MEAN",
    "MEAN_WITHOUT_THIN",
    "OURS",
    "PAPER",
    "SCHEMA_VERSION",
    "Interval",
    "Record",
    "bootstrap_mean_iou",
    "cost_growth",
    "cost_html",
    "cost_source",
    "cost_text",
    "costs",
    "data_label",
    "facts",
    "headline",
    "headline_html",
    "headline_markdown",
    "interval",
    "ledger",
    "ledger_html",
    "loss_differences",
    "loss_differences_html",
    "loss_table_html",
    "missed_goals",
    "one_per_loss",
    "paired_difference",
    "paper_table",
    "read_costs",
    "read_record",
    "read_records",
    "read_shown",
    "run_page",
    "scores",
    "settings",
    "study_runs",
    "summary",
    "t_quantile",
    "table_csv",
    "table_html",
    "table_sources",
    "table_text",
    "tidy",
    "training_shares",
    "with_source",
    "write_record",
]
