"""Run records in and out, and the tables made of them. Imports no torch.

A training run ends as a record (`write_record`); everything after it, tables, figures and pages,
starts from records (`read_records`) and from the numbers the paper prints.
"""

from lossstudy.results._bands import welch
from lossstudy.results._changes import (
    Pair,
    matched,
    parameter_changes,
    picture_groups,
    score_changes,
    source_changes,
)
from lossstudy.results._changes_page import (
    changes_text,
    compared_runs_html,
    score_changes_html,
    settings_html,
)
from lossstudy.results._claim_tables import in_tables, printed_spread
from lossstudy.results._claims import claims
from lossstudy.results._claims_html import claims_html
from lossstudy.results._class_tables import ClassTable, class_tables
from lossstudy.results._compare import bootstrap_mean_iou, paired_difference
from lossstudy.results._costs import (
    COST_FLOOR,
    COST_REFERENCE,
    GOALS,
    OURS,
    cost_growth,
    costs,
    missed_goals,
    read_costs,
)
from lossstudy.results._costs_page import (
    cost_html,
    cost_source,
    cost_text,
    missed_html,
    namesakes_html,
)
from lossstudy.results._freshness import book_fingerprint, page_note, stale_runs
from lossstudy.results._headline import headline, headline_html, headline_markdown
from lossstudy.results._html import run_page, table_html
from lossstudy.results._interval import Interval, interval, t_quantile
from lossstudy.results._lean import keep_lean
from lossstudy.results._ledger import ledger, training_shares
from lossstudy.results._markup import download_html
from lossstudy.results._networks import agreement_text, by_network, network_table_html
from lossstudy.results._pages import (
    facts,
    ledger_html,
    loss_differences,
    loss_differences_html,
    loss_table_html,
    one_per_loss,
    scores,
    study_runs,
)
from lossstudy.results._paper_table import PAPER, paper_table, table_sources, with_source
from lossstudy.results._precision_recall import alike, precision_recall
from lossstudy.results._presence import (
    by_imbalance,
    class_presence_html,
    presence,
    presence_html,
    presence_text,
)
from lossstudy.results._records import Record, read_record, read_records, read_shown, write_record
from lossstudy.results._schema import SCHEMA_VERSION
from lossstudy.results._semi import class_gains_html, gains, gains_html
from lossstudy.results._sides import find_runs, sides
from lossstudy.results._text import frame_csv, number, table_csv, table_text, with_bounds, words
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
    "ClassTable",
    "Interval",
    "Pair",
    "Record",
    "agreement_text",
    "alike",
    "book_fingerprint",
    "bootstrap_mean_iou",
    "by_imbalance",
    "by_network",
    "changes_text",
    "claims",
    "claims_html",
    "class_gains_html",
    "class_presence_html",
    "class_tables",
    "compared_runs_html",
    "cost_growth",
    "cost_html",
    "cost_source",
    "cost_text",
    "costs",
    "data_label",
    "download_html",
    "facts",
    "find_runs",
    "frame_csv",
    "gains",
    "gains_html",
    "headline",
    "headline_html",
    "headline_markdown",
    "in_tables",
    "interval",
    "keep_lean",
    "ledger",
    "ledger_html",
    "loss_differences",
    "loss_differences_html",
    "loss_table_html",
    "matched",
    "missed_goals",
    "missed_html",
    "namesakes_html",
    "network_table_html",
    "number",
    "one_per_loss",
    "page_note",
    "paired_difference",
    "paper_table",
    "parameter_changes",
    "picture_groups",
    "precision_recall",
    "presence",
    "presence_html",
    "presence_text",
    "printed_spread",
    "read_costs",
    "read_record",
    "read_records",
    "read_shown",
    "run_page",
    "score_changes",
    "score_changes_html",
    "scores",
    "settings",
    "settings_html",
    "sides",
    "source_changes",
    "stale_runs",
    "study_runs",
    "summary",
    "t_quantile",
    "table_csv",
    "table_html",
    "table_sources",
    "table_text",
    "tidy",
    "training_shares",
    "welch",
    "with_bounds",
    "with_source",
    "words",
    "write_record",
]
