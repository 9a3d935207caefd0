import numpy as np
import pandas as pd
import pytest

from lossstudy import plots
from lossstudy.results import COST_REFERENCE, OURS


@pytest.fixture
def table():
    rows = [
        (COST_REFERENCE, "torch", 1.0, np.nan, 1.0, np.nan),
        ("dice", OURS, 1.2, 0.7, 0.8, 1.1),
        ("dice", "kornia", 3.0, np.nan, 1.1, np.nan),
        ("focal", OURS, 0.9, 0.5, 0.8, 0.95),
    ]
    names = ["loss", "library", "eager", "compiled", "memory", "goal_eager"]
    frame = pd.DataFrame(rows, columns=names)
    for column in ("eager", "compiled"):
        frame[f"{column}_low"] = frame[column] - 0.1
        frame[f"{column}_high"] = frame[column] + 0.1
    return frame.assign(goal_compiled=np.nan, goal_memory=np.nan)


def test_dots_stand_at_the_ratios_of_their_loss(table):
    time = plots.cost_dots(table).axes[0]
    assert [label.get_text() for label in time.get_yticklabels()] == ["dice", "focal"]
    dots = {line.get_label(): line.get_xydata().tolist() for line in time.lines}
    assert dots[OURS] == [[1.2, 0], [0.9, 1]]
    assert dots["kornia"] == [[3.0, 0]]
    assert dots["goal"] == [[1.1, 0], [0.95, 1]]


def test_ours_are_filled_and_other_libraries_are_not(table):
    time = plots.cost_dots(table).axes[0]
    fills = {line.get_label(): line.get_markerfacecolor() for line in time.lines}
    assert fills["kornia"] == "white"
    assert fills[OURS] == plots.PALETTE[0]


def test_the_text_of_the_dots_gives_ours_one_by_one(table):
    text = plots.cost_dots_text(table)
    assert "dice 1.20 and 0.80; focal 0.90 and 0.80" in text
    assert "time 3.0 to 3.0" in text


def test_growth_has_a_line_a_loss_and_one_in_proportion():
    growth = pd.DataFrame({
        "along": ["pixels"] * 2 + ["classes"] * 2,
        "loss": "dice",
        "size": [8, 32, 2, 8],
        "ms": [1.0, 4.0, 3.0, 6.0],
        "exponent": [1.0, 1.0, 0.5, 0.5],
    })
    pixels, classes = plots.growth_lines(growth).axes
    assert pixels.lines[0].get_xydata().tolist() == [[8, 1], [32, 4]]
    assert classes.lines[1].get_xydata().tolist() == [[2, 1.5], [8, 6]]
    assert plots.growth_text(growth).endswith("with pixels: dice 1.00; with classes: dice 0.50.")
