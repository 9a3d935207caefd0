"""The study from a checkout to the book, by the real workflow, on its smallest profile."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lossstudy.paper import published
from lossstudy.study import study

ROOT = Path(__file__).parent.parent
IDS = [run.id for run in study("smoke")]

pytestmark = pytest.mark.slow


def is_needed(path):
    """Of the records, the book needs CamVid's and the costs: no smoke run makes them."""
    kept = path.startswith("book/results/bench/") or "-camvid-" in path
    return kept or not path.startswith("book/results/")


def snakemake(checkout, *arguments):
    """Run the workflow of a checkout, with the package that lies in it, and return what it says.

    The package on PYTHONPATH comes before the one this environment has installed.
    """
    home = {"LOSSSTUDY_HOME": str(checkout), "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"}
    command = [
        sys.executable, "-m", "snakemake", "--snakefile", "notebooks/Snakefile", "--cores", "2",
        *arguments, "--config", "profile=smoke",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=checkout, env={**os.environ, **home}, timeout=900, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:]
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a copy of this checkout in which the book has been built."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for path in filter(is_needed, listed.stdout.split("\0")):
        if (ROOT / path).is_file():  # git also lists a file that has just been deleted
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, folder / path)
    snakemake(folder)
    return folder


def record_files(checkout):
    return {id: checkout / "runs" / id / "record.json" for id in IDS}


def test_every_run_of_the_study_has_a_record_and_a_page(built):
    for id, file in record_files(built).items():
        record = json.loads(file.read_text())
        assert record["id"] == id
        assert record["finished"] is True
        assert record["data"]["generated"] is True
        assert (built / f"_build/html/runs/{id}.html").is_file()


def test_a_table_has_the_papers_numbers_beside_ours(built):
    page = (built / "_build/html/notebooks/table2.html").read_text()
    paper = published()
    paper = paper[paper.table == 2]
    columns = [paper[paper.column == number].iou.tolist() for number in (1, 2, 3)]
    shown = [float(cell) for cell in re.findall(r'<td class="first">([\d.]+)</td>', page)]
    assert [shown[0::3], shown[1::3], shown[2::3]] == columns

    assert page.count(">ours, smoke, ") == 3
    assert page.count('class="generated">generated scenes<') == 3

    linked = set(re.findall(r'<a href="\.\./runs/([^"]+)\.html">seed 0', page))
    assert linked == {id for id in IDS if id.startswith("smoke-idd-")}


def test_a_second_build_has_nothing_to_do(built):
    files = record_files(built).values()
    before = [file.stat().st_mtime_ns for file in files]
    assert "Nothing to be done" in snakemake(built)
    assert [file.stat().st_mtime_ns for file in files] == before


@pytest.mark.parametrize(
    ("file", "old", "new", "loss"),
    [
        ("study/_cells.py", '"focal": {"gamma": 2.0}', '"focal": {"gamma": 3.0}', "focal"),
        ("losses/combo.py", "\nclass Combo", "\nCHANGED = True\n\n\nclass Combo", "combo"),
    ],
    ids=["parameter", "code"],
)
def test_a_change_trains_again_what_depends_on_it(built, file, old, new, loss):
    source = built / "lossstudy" / file
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    try:
        planned = snakemake(built, "--dry-run")
    finally:
        source.write_text(text)
    trained = re.findall(r"^Job \d+: train smoke-(\w+?)-(\w+)-", planned, flags=re.MULTILINE)
    assert sorted(trained) == [("cityscapes", loss), ("idd", loss)]
