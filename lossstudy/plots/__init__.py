"""Figures of the book: a table or records in, a matplotlib `Figure` out. Imports no torch.

Figures are made without pyplot, so they are not shown or kept anywhere by themselves;
`show` puts one on a page together with its alternative text.
"""

from lossstudy.plots._bars import alt_text, class_shares, grouped_bars
from lossstudy.plots._curves import curves
from lossstudy.plots._maps import confusion, image_grid, panels
from lossstudy.plots._style import PALETTE, figure_html, loss_colors, paint, show

__all__ = [
    "PALETTE",
    "alt_text",
    "class_shares",
    "confusion",
    "curves",
    "figure_html",
    "grouped_bars",
    "image_grid",
    "loss_colors",
    "paint",
    "panels",
    "show",
]
