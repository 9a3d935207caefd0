"""Figures of the book: a table or records in, a matplotlib `Figure` out. Imports no torch.

Figures are made without pyplot, so they are not shown or kept anywhere by themselves;
`show` puts one on a page together with its alternative text.
"""

from lossstudy.plots._adaptive import (
    gap_dots,
    gap_dots_text,
    price_dots,
    price_dots_text,
    weights_over_time,
    weights_over_time_text,
)
from lossstudy.plots._audit import (
    contribution_bars,
    contribution_bars_text,
    repeat_dots,
    repeat_dots_text,
    weight_curves,
    weight_curves_text,
)
from lossstudy.plots._bars import alt_text, grouped_bars
from lossstudy.plots._cost import cost_dots, cost_dots_text, growth_lines, growth_text
from lossstudy.plots._curves import curves
from lossstudy.plots._encodings import encoding_profiles, encoding_profiles_text
from lossstudy.plots._losses import loss_effects, loss_effects_alt
from lossstudy.plots._maps import confusion, image_grid, panels
from lossstudy.plots._metadata import (
    class_shares,
    cooccurrence,
    correlations,
    iou_against,
    size_ranges,
)
from lossstudy.plots._style import PALETTE, figure_html, loss_colors, paint, show

__all__ = [
    "PALETTE",
    "alt_text",
    "class_shares",
    "confusion",
    "contribution_bars",
    "contribution_bars_text",
    "cooccurrence",
    "correlations",
    "cost_dots",
    "cost_dots_text",
    "curves",
    "encoding_profiles",
    "encoding_profiles_text",
    "figure_html",
    "gap_dots",
    "gap_dots_text",
    "grouped_bars",
    "growth_lines",
    "growth_text",
    "image_grid",
    "iou_against",
    "loss_colors",
    "loss_effects",
    "loss_effects_alt",
    "paint",
    "panels",
    "price_dots",
    "price_dots_text",
    "repeat_dots",
    "repeat_dots_text",
    "show",
    "size_ranges",
    "weight_curves",
    "weight_curves_text",
    "weights_over_time",
    "weights_over_time_text",
]
