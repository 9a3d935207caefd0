"""What Khan & Khan (2021) print and say, as data, and what follows from it by arithmetic."""

from lossstudy.paper._equation import hard_over_easy, weight_as_meant, weight_as_printed
from lossstudy.paper._quotes import UNSTATED, quoted_claims
from lossstudy.paper._tables import (
    MEAN_ROW,
    ROW_STEP,
    always_zero,
    class_rows,
    contributions,
    gain_without,
    printed_twice,
    published,
    recomputed_means,
)

__all__ = [
    "MEAN_ROW",
    "ROW_STEP",
    "UNSTATED",
    "always_zero",
    "class_rows",
    "contributions",
    "gain_without",
    "hard_over_easy",
    "printed_twice",
    "published",
    "quoted_claims",
    "recomputed_means",
    "weight_as_meant",
    "weight_as_printed",
]
