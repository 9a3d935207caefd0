import io

import pandas as pd
import pytest

from lossstudy import paths
from lossstudy.cli import main
from tests.records import make_record

pytestmark = pytest.mark.usefixtures("without_type_checks")


def test_compare_prints_what_changed_between_two_runs(capsys):
    one = make_record(paths.runs_dir(), seed=0, iou=0.5).name
    other = make_record(paths.runs_dir(), seed=1, iou=0.45).name
    assert main(["compare", one, other]) == 0
    out = capsys.readouterr().out
    assert f"before: {one}" in out
    assert "−0.050 [" in out
    assert main(["compare", one, other, "--csv"]) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out)).set_index("class_name")
    assert table.difference["mean iou"] == pytest.approx(-0.05)


def test_compare_of_two_studies_matches_their_experiments(capsys):
    for loss in ("cross_entropy", "combo"):
        make_record(paths.recorded_dir() / "standard", profile="standard", loss=loss)
        make_record(paths.runs_dir(), loss=loss)
    assert main(["compare", str(paths.recorded_dir() / "standard"), "quick"]) == 0
    out = capsys.readouterr().out
    for experiment in ("cityscapes, cross entropy", "cityscapes, combo"):
        assert f"{experiment}\n  before: standard-" in out


def test_compare_with_an_unknown_run_names_the_nearest(capsys):
    run = make_record(paths.runs_dir()).name
    assert main(["compare", run, f"{run}x"]) == 2
    assert f"did you mean {run}" in capsys.readouterr().err
