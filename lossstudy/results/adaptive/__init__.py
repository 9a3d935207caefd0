"""The adaptive study: its runs as outcomes, comparisons of them, and the verdicts.

`outcomes(records)` is where everything starts.
"""

from lossstudy.results.adaptive._comparison import (
    OURS,
    RULED,
    Gap,
    ablations,
    accuracy_gaps,
    against,
    comparison,
    rare_gains,
    settings_of,
)
from lossstudy.results.adaptive._html import (
    NO_RUNS,
    ablations_html,
    comparison_html,
    metadata_html,
    summary,
    verdicts_html,
)
from lossstudy.results.adaptive._outcomes import (
    TUNED,
    WITH_RULE,
    Outcome,
    best_reading,
    difference,
    of,
    outcomes,
    rare_classes,
    rare_third,
    without_each_class,
)
from lossstudy.results.adaptive._verdicts import TUNED_OPPONENTS, Point, stress_gaps, verdicts
from lossstudy.study import ADAPTIVE_STATIC

__all__ = [
    "ADAPTIVE_STATIC",
    "NO_RUNS",
    "OURS",
    "RULED",
    "TUNED",
    "TUNED_OPPONENTS",
    "WITH_RULE",
    "Gap",
    "Outcome",
    "Point",
    "ablations",
    "ablations_html",
    "accuracy_gaps",
    "against",
    "best_reading",
    "comparison",
    "comparison_html",
    "difference",
    "metadata_html",
    "of",
    "outcomes",
    "rare_classes",
    "rare_gains",
    "rare_third",
    "settings_of",
    "stress_gaps",
    "summary",
    "verdicts",
    "verdicts_html",
    "without_each_class",
]
