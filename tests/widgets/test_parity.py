"""What an explorer computes on the page is what Python computes with the losses themselves."""

import itertools
import math
import re

import pytest

from tests.widgets.explorers import MAKERS

LOSS_GRID = {"gamma": (0.0, 0.5, 2.0, 5.0), "lam": (1.0, 2.0), "alpha": (0.0, 0.5, 1.0)}
GRIDS = {
    "LossCurves": {
        **LOSS_GRID, "class_pixels": (1, 512), "others": (0.5, 0.99), "p_t": (0.01, 0.99),
    },
    "ImbalancePlayground": {
        **LOSS_GRID, "foreground": (2, 29, 288), "margin_foreground": (-2.0, 6.0),
        "margin_background": (0.0, 3.5),
    },
    "TradeOff": {
        "alpha": (0.05, 0.3, 1.0), "beta": (0.05, 0.7, 1.0), "gamma": (0.5, 4 / 3, 3.0),
        "share": (0.02, 0.5), "distance": (1.0, 3.0), "loss": ("focal", "combo"),
        "counted": ("foreground and background", "foreground alone"),
        "label": ("road", "rider", "bicycle"),
    },
    "LeaveOneClassOut": {
        "table": ("Table 1, the paper", "Table 2, the paper", "Table 3, quick, generated scenes"),
        "road": (True, False), "train": (True, False), "traffic_sign": (True, False),
    },
    "Predictions": {
        "scene": ("scene 0", "scene 1"), "left": ("ground truth", "focal"),
        "right": ("combo", "ground truth"), "wipe": (0.0, 0.35), "step": (25, 50),
    },
    "AdaptiveWeights": {"label": ("road", "train"), "step": (20, 40, 50)},
}  # fmt: skip
"""What the controls are set to; those without a mention stay where they are."""

MANY, EVERY = 100, 17
"""Of a grid of many settings, every how manieth is compared: it divides none of their numbers."""


@pytest.mark.parametrize("name", MAKERS)
def test_the_page_computes_what_python_computes(open_page, tmp_path, name):
    explorer = MAKERS[name](tmp_path)
    tab = open_page(explorer)
    grid = GRIDS[name]
    settings = [
        {**explorer.values, **dict(zip(grid, setting, strict=True))}
        for setting in itertools.product(*grid.values())
    ]
    settings = settings[:: EVERY if len(settings) > MANY else 1]
    found = tab.evaluate(
        "settings => settings.map(document.querySelector('.explorer').compute)", settings
    )
    for setting, numbers in zip(settings, found, strict=True):
        assert far_apart(explorer.compute(setting), numbers) == [], setting


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_the_script_draws_what_python_drew(open_page, tmp_path, make):
    explorer = make(tmp_path)
    drawn, still = open_page(explorer), open_page(explorer, javascript=False)
    for mark in ("[data-number]", "[data-text]", "figcaption", "output"):
        assert drawn.locator(mark).all_inner_texts() == still.locator(mark).all_inner_texts()
        assert drawn.locator("[data-number]").count() > 0
    for ours, theirs in zip(outlines(drawn), outlines(still), strict=True):
        assert ours == pytest.approx(theirs, abs=0.11)


def outlines(tab):
    """Return the coordinates of everything drawn, one list a path."""
    texts = tab.evaluate(
        "[...document.querySelectorAll('svg path')].map(p => p.getAttribute('d'))"
    )
    return [[float(part) for part in re.findall(r"[\d.-]+", text)] for text in texts]


def far_apart(expected, found):
    """Return the names whose numbers are not the same to 1e-6."""
    assert expected.keys() == found.keys()
    return [name for name in expected if not close(expected[name], found[name])]


def close(expected, found):
    if isinstance(expected, list):
        return len(expected) == len(found) and all(map(close, expected, found))
    if expected is None or isinstance(expected, str):
        return expected == found
    return math.isclose(expected, found, rel_tol=1e-6, abs_tol=1e-6)
