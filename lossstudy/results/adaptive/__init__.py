"""The adaptive study: its runs as outcomes, comparisons of them, and the verdicts.

`outcomes(records)` is where everything starts.
"""

from lossstudy.results.adaptive._comparison import (
    DEFAULTS,
    FINAL,
    HELD,
    RULED,
    Gap,
    ablations,
    accuracy_gaps,
    against,
    against_held,
    comparison,
    rare_gains,
    settings_of,
    worth_of_adapting,
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
    OURS,
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
from lossstudy.results.adaptive._standing import (
    regrets,
    regrets_html,
    standings,
    standings_html,
)
from lossstudy.results.adaptive._verdicts import TUNED_OPPONENTS, Point, stress_gaps, verdicts

__all__ = [
    "DEFAULTS",
    "FINAL",
    "HELD",
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
    "against_held",
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
    "regrets",
    "regrets_html",
    "settings_of",
    "standings",
    "standings_html",
    "stress_gaps",
    "summary",
    "verdicts",
    "verdicts_html",
    "without_each_class",
    "worth_of_adapting",
]
