"""What an explorer computes on the page is what Python computes with the losses themselves."""

import itertools
import math
import re

import pytest

from lossstudy.widgets import ImbalancePlayground, LossCurves

LOSS_GRID = {"gamma": (0.0, 0.5, 2.0, 5.0), "lam": (1.0, 2.0), "alpha": (0.0, 0.5, 1.0)}
CASES = {
    LossCurves: {
        **LOSS_GRID, "class_pixels": (1, 512), "others": (0.5, 0.99), "p_t": (0.01, 0.99),
    },
    ImbalancePlayground: {
        **LOSS_GRID, "foreground": (2, 29, 288), "margin_foreground": (-2.0, 6.0),
        "margin_background": (0.0, 3.5),
    },
}  # fmt: skip
EVERY = 17
"""Of the settings of a grid, every how manieth is compared: it divides none of their numbers."""


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_page_computes_what_python_computes(open_page, make):
    explorer = make()
    tab = open_page(explorer)
    grid = CASES[make]
    settings = [
        dict(zip(grid, setting, strict=True))
        for setting in list(itertools.product(*grid.values()))[::EVERY]
    ]
    found = tab.evaluate(
        "settings => settings.map(document.querySelector('.explorer').compute)", settings
    )
    for setting, numbers in zip(settings, found, strict=True):
        assert far_apart(explorer.compute(setting), numbers) == [], setting


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_script_draws_what_python_drew(open_page, make):
    explorer = make()
    drawn, still = open_page(explorer), open_page(explorer, javascript=False)
    for mark in ("[data-number]", "figcaption", "output"):
        assert drawn.locator(mark).all_inner_texts() == still.locator(mark).all_inner_texts()
    for tab in (drawn, still):
        assert tab.locator("svg path").count() > 0
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
    return math.isclose(expected, found, rel_tol=1e-6, abs_tol=1e-6)
