import shutil
import subprocess
import sys

import pytest

from lossstudy import paths
from lossstudy.cli import _study, main
from lossstudy.study import STUDIES, study
from tests.commands import refused
from tests.records import make_record

pytestmark = pytest.mark.usefixtures("without_type_checks")


@pytest.fixture
def launched(monkeypatch):
    """The commands that would have been run in a process of their own."""
    commands = []

    def run(command, **keywords):
        commands.append(command)
        return subprocess.CompletedProcess(command, returncode=3)

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def test_study_is_run_by_snakemake(launched):
    roots = ["--cityscapes-root", "/real/c", "--idd-root", "/real/i"]
    with pytest.raises(SystemExit) as stop:
        main(["study", "--profile", "smoke", *roots])
    assert stop.value.code == 3
    (command,) = launched
    assert command[:3] == [sys.executable, "-m", "snakemake"]
    given = ["profile=smoke", "name=paper", "cityscapes_root=/real/c", "idd_root=/real/i"]
    assert command[-4:] == given


def test_study_of_another_name_is_run_by_snakemake_too(launched):
    with pytest.raises(SystemExit):
        main(["study", "--name", "semi", "--profile", "smoke"])
    assert launched[0][-2:] == ["profile=smoke", "name=semi"]


def test_study_outside_a_checkout_is_refused(launched, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "CHECKOUT", tmp_path)
    assert "run from a checkout" in refused(["study", "--profile", "smoke"], capsys)
    assert launched == []


def test_study_needs_both_real_datasets_or_neither(launched, capsys):
    argv = ["study", "--profile", "smoke", "--idd-root", "/real/idd"]
    assert "both cityscapes and idd" in refused(argv, capsys)
    assert launched == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_table_shows_the_paper_beside_our_runs(number, capsys):
    make_record(paths.runs_dir(), dataset="cityscapes", transfer="idd")
    make_record(paths.runs_dir(), dataset="idd")
    assert main(["table", str(number), "--csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 20
    assert any(line.startswith("motorcycle") or ",motorcycle" in line for line in lines)


def test_table_that_the_paper_does_not_have_is_refused(capsys):
    assert "invalid choice: '4'" in refused(["table", "4"], capsys)


@pytest.fixture
def finished():
    """A run of each study that looks finished, by the study's name; and unfinished ones."""
    made = make_record(paths.home() / "made-up")
    found = {}
    for name in STUDIES:
        done, begun, *_ = (paths.runs_dir() / run.id for run in study("smoke", name=name))
        shutil.copytree(made, done)
        for file in ("checkpoint-1-2.pt", "checkpoint-1-2.jsonl", "finished"):
            (done / file).write_text("x")
        begun.mkdir()
        (begun / "checkpoint-1-2.jsonl").write_text("x")
        found[name] = done
    shutil.copytree(made, paths.runs_dir() / "smoke-idd-combo-s0-12345678")  # somebody's own
    return found


@pytest.mark.parametrize(("name", "folder"), [("paper", "smoke"), ("semi", "semi")])
def test_keep_copies_the_finished_runs_of_a_study(name, folder, finished):
    assert main(["keep", "--name", name, "--profile", "smoke"]) == 0
    run, kept = finished[name], paths.recorded_dir() / folder / finished[name].name
    assert list(paths.recorded_dir().glob("*/*")) == [kept]
    assert (kept / "record.json").read_bytes() == (run / "record.json").read_bytes()
    assert sorted(path.name for path in kept.iterdir()) == ["images.npz", "record.json", "samples"]


def test_keep_of_a_lean_study_leaves_the_pictures_out(finished, monkeypatch):
    monkeypatch.setattr(_study, "LEAN", {"semi"})
    (finished["semi"] / "train.ipynb").write_text("{}")
    assert main(["keep", "--name", "semi", "--profile", "smoke"]) == 0
    kept = paths.recorded_dir() / "semi" / finished["semi"].name
    assert sorted(path.name for path in kept.iterdir()) == ["images.npz", "record.json"]


def test_keep_without_a_finished_run_says_how_to_make_one(capsys):
    message = refused(["keep", "--name", "semi", "--profile", "smoke"], capsys)
    assert "lossstudy study --name semi --profile smoke" in message
