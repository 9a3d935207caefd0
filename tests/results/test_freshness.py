import dataclasses
import json
import re
import shutil

import pytest

from lossstudy import paths, provenance
from lossstudy.config import ExperimentConfig
from lossstudy.pages import write_page
from lossstudy.results import (
    book_fingerprint,
    headline_html,
    ledger_html,
    loss_table_html,
    page_note,
    paper_table,
    read_record,
    stale_runs,
    table_html,
)
from tests.records import make_record


def record_of(folder, **overrides):
    """A record that today's code made."""
    record = read_record(make_record(folder, **overrides))
    code = provenance.code_fingerprint(ExperimentConfig(**record.config))
    return dataclasses.replace(record, provenance={**record.provenance, "code": code})


def aged(record, **provenance_):
    return dataclasses.replace(record, provenance={**record.provenance, **provenance_})


def test_a_run_of_todays_code_is_fresh(tmp_path):
    assert stale_runs([record_of(tmp_path)]) == {}


def test_a_run_of_other_code_is_stale_and_names_its_commit(tmp_path):
    record = aged(record_of(tmp_path), code="c0de")
    assert stale_runs([record]) == {
        record.id: "stale: made by other training code (0123456789ab+)"
    }
    unversioned = aged(record, git_commit=None)
    assert stale_runs([unversioned])[record.id].endswith("(no commit)")


def test_a_change_of_the_losss_code_makes_its_runs_stale(tmp_path, monkeypatch):
    focal, combo = (record_of(tmp_path, loss=loss) for loss in ("focal", "combo"))
    copy = tmp_path / "lossstudy"
    shutil.copytree(provenance.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(provenance, "PACKAGE", copy)
    file = copy / "losses" / "focal.py"
    file.write_text(file.read_text() + "\nCHANGED = True\n")
    assert set(stale_runs([focal, combo])) == {focal.id}


def test_of_two_runs_on_one_description_the_earlier_with_other_images_is_stale(tmp_path):
    early = aged(record_of(tmp_path, seed=0), started="2026-01-01T00:00:00")
    late = aged(record_of(tmp_path, seed=1), started="2026-01-02T00:00:00")
    assert stale_runs([early, late]) == {}
    late = dataclasses.replace(late, data={**late.data, "fingerprint": "other"})
    assert stale_runs([late, early]) == {
        early.id: f"stale: made with other images than {late.id}, which is later"
    }
    small = dataclasses.replace(late, config={**late.config, "train_scenes": 10})
    assert stale_runs([early, small]) == {}  # asked for other images


def test_tables_count_stale_runs_and_mark_them(tmp_path):
    fresh = record_of(tmp_path, dataset="idd", seed=0)
    stale = aged(record_of(tmp_path, dataset="idd", seed=1), code="c0de")
    cells = [
        table_html(paper_table(2, [fresh, stale])),
        loss_table_html([fresh, stale], "idd"),
        headline_html([fresh, stale]),
    ]
    for html in cells:
        assert "1 of the 2 runs shown is stale" in html
        assert set(re.findall(r'seed (\d): [\d.]+</a> <span class="stale">', html)) == {"1"}
        assert "stale: made by other training code (0123456789ab+)" in html
    ledger = ledger_html([fresh, stale])
    assert "1 of the 2 runs shown is stale" in ledger
    assert ledger.count('<span class="stale">') == ledger.count("<td>fresh</td>") == 1
    assert "stale-count" not in table_html(paper_table(2, [fresh]))


def test_the_note_of_a_page_knows_the_notebook(tmp_path):
    record = record_of(tmp_path)
    page = record.folder / "train.ipynb"
    notebook = paths.CHECKOUT / "notebooks" / "train.ipynb"
    write_page(notebook, page, title=record.id)
    assert page_note(record, {}) is None
    assert page_note(record, {record.id: "stale: x", "other": "stale: y"}) == "stale: x"
    content = json.loads(page.read_text())
    content["cells"][-1]["source"] = ["1 + 1"]
    page.write_text(json.dumps(content))
    assert page_note(record, {}) == (
        "this page: executed from another version of notebooks/train.ipynb"
    )


@pytest.mark.parametrize("where", ["runs", "book/results/standard"])
def test_a_new_run_changes_what_the_book_is_made_of(home, where):
    before = book_fingerprint()
    assert book_fingerprint() == before
    make_record(home / where)
    assert book_fingerprint() != before
