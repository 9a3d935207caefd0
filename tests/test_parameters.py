import json

import pytest

from lossstudy.parameters import Parameter, parse_values, read_parameters

CELL = """profile: str = "all"  # or one profile, "quick" # or so
seed: int = 0
rate: float = -0.5  # of change
root: str = None  # folder
fast: bool = False"""


def notebook(folder, *sources):
    cells = [
        {"cell_type": "code", "metadata": {"tags": ["parameters", "x"]}, "source": source}
        for source in sources
    ]
    path = folder / "x.ipynb"
    path.write_text(json.dumps({"cells": [{"metadata": {}, "source": "1"}, *cells]}))
    return path


@pytest.mark.parametrize("split", [False, True], ids=["one text", "lines"])
def test_parameters_are_read_from_their_cell(tmp_path, split):
    source = CELL.splitlines(keepends=True) if split else CELL
    assert read_parameters(notebook(tmp_path, source)) == [
        Parameter(name="profile", kind=str, default="all", help='or one profile, "quick" # or so'),
        Parameter(name="seed", kind=int, default=0, help=""),
        Parameter(name="rate", kind=float, default=-0.5, help="of change"),
        Parameter(name="root", kind=str, default=None, help="folder"),
        Parameter(name="fast", kind=bool, default=False, help=""),
    ]


@pytest.mark.parametrize("source", ["seed = 0", "seed: list = []", "seed: int", "import os"])
def test_a_line_of_another_form_is_refused(tmp_path, source):
    with pytest.raises(ValueError, match=r"x.ipynb: a parameter must be declared as"):
        read_parameters(notebook(tmp_path, source))


def test_a_notebook_without_the_cell_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected one cell tagged 'parameters', got 0"):
        read_parameters(notebook(tmp_path))


def test_words_become_values_of_the_right_type(tmp_path):
    parameters = read_parameters(notebook(tmp_path, CELL))
    words = ["profile=a=b", "seed=3", "rate=2", "root=none", "fast=True"]
    values = parse_values(words, parameters)
    assert values == {"profile": "a=b", "seed": 3, "rate": 2.0, "root": None, "fast": True}
    assert type(values["rate"]) is float
    assert parse_values(["profile=none"], parameters) == {"profile": "none"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sead=3"], "unknown parameter 'sead'; did you mean 'seed'"),
        (["zzz=3"], "known: fast, profile, rate, root, seed"),
        (["seed"], "expected name=value, got 'seed'"),
        (["seed=0.5"], "seed must be of type int, got '0.5'"),
        (["rate=high"], "rate must be of type float, got 'high'"),
        (["fast=yes"], "fast must be true or false, got 'yes'"),
        (["seed=none"], "seed must be of type int"),
        (["seed=1", "seed=2"], "seed is given twice"),
    ],
)
def test_words_that_do_not_fit_are_refused(tmp_path, words, message):
    with pytest.raises(ValueError, match=message):
        parse_values(words, read_parameters(notebook(tmp_path, CELL)))


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ({}, ""),
        ({"low": 1}, "at least 1"),
        ({"low": 0, "high": 0.99}, "0 to 0.99"),
        ({"choices": ("a", "b")}, "a, b"),
    ],
)
def test_limits_in_words(limits, text):
    assert Parameter(name="x", kind=float, default=0.0, help="", **limits).limits == text
