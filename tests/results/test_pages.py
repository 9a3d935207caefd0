import io
from html.parser import HTMLParser
from urllib.parse import unquote

import pandas as pd
import pytest

from lossstudy.results import (
    facts,
    headline,
    headline_html,
    headline_markdown,
    ledger_html,
    loss_differences,
    loss_differences_html,
    loss_table_html,
    one_per_loss,
    read_records,
    scores,
    study_runs,
)
from tests.records import make_record

LOSSES = ("cross_entropy", "focal", "combo")


class Links(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.hrefs, self.files = [], []
        self.text = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "a":
            (self.files if "download" in given else self.hrefs).append(given["href"])

    @property
    def runs(self):
        return [href for href in self.hrefs if href.startswith("../runs/")]

    def handle_data(self, data):
        self.text.append(data)


def grid(folder, **overrides):
    """Three losses and two seeds; combo is .05 above cross entropy in both, focal below in one."""
    gains = {"cross_entropy": (0, 0), "focal": (0.02, -0.04), "combo": (0.05, 0.05)}
    for loss in LOSSES:
        for seed in (0, 1):
            iou = 0.4 + seed / 10 + gains[loss][seed]
            make_record(folder, loss=loss, seed=seed, iou=iou, **overrides)
    return read_records(folder)


def test_scores_are_those_of_the_record(tmp_path):
    make_record(tmp_path, iou=0.5, transfer="idd")
    table = scores(read_records(tmp_path)[0])
    home, away = table.columns
    assert home.startswith("cityscapes, generated scenes")
    assert table.loc["road", home] == "0.400"
    assert table.loc["mean IoU", away] == "0.300"
    assert table.loc["pixel accuracy", home] == "0.900"


def test_a_class_that_is_absent_has_a_dash(tmp_path):
    make_record(tmp_path)
    record = read_records(tmp_path)[0]
    record.evaluations["cityscapes"]["iou"][3] = None
    assert scores(record).iloc[3, 0] == "–"


def test_facts_name_every_parameter_that_is_set(tmp_path):
    make_record(tmp_path, loss="focal", labelled_ratio=0.125)
    table = facts(read_records(tmp_path)[0])["value"]
    assert table["labelled_ratio"] == "0.125"
    assert table["loss_params"] == "{'gamma': 2.0}"
    assert "data_root" not in table.index
    assert table["torch"] == "2.13.0"


def test_runs_of_the_study_share_the_best_profile_and_keep_their_seeds(tmp_path):
    grid(tmp_path / "quick", profile="quick")
    records = grid(tmp_path / "standard", profile="standard") + read_records(tmp_path / "quick")
    chosen = study_runs(records, "cityscapes")
    assert {run.profile for run in chosen} == {"standard"}
    assert {(run.loss, run.seed) for run in chosen} == {
        (run.loss, run.seed) for run in records if run.dataset == "cityscapes"
    }


def test_one_run_per_loss_from_the_best_profile_in_the_order_of_the_study(tmp_path):
    grid(tmp_path / "quick", profile="quick")
    records = grid(tmp_path / "standard", profile="standard") + read_records(tmp_path / "quick")
    chosen = one_per_loss(records, "cityscapes")
    assert [run.loss for run in chosen] == list(LOSSES)
    assert {(run.profile, run.seed) for run in chosen} == {("standard", 0)}


def test_a_lone_run_in_other_settings_does_not_displace_the_study(tmp_path):
    grid(tmp_path / "study")
    make_record(tmp_path / "own", id="own", loss="combo", profile="standard", steps=9)
    chosen = one_per_loss(read_records(tmp_path), "cityscapes")
    assert {run.config["steps"] for run in chosen} == {50}
    assert len(chosen) == 3


def test_no_run_is_said_so(tmp_path):
    with pytest.raises(ValueError, match="no finished run of the study on idd"):
        one_per_loss(grid(tmp_path), "idd")


def test_differences_are_paired_by_seed(tmp_path):
    table = loss_differences(grid(tmp_path), "cityscapes")
    assert table.loss.tolist() == ["focal − cross entropy", "combo − cross entropy"]
    focal, combo = table.iloc[0], table.iloc[1]
    assert combo["difference"] == "+0.050"
    assert combo["95 % interval"] == "+0.050 to +0.050"  # the seeds agree, though they differ
    assert focal["difference"] == "−0.010"
    low, high = (float(text.replace("−", "-")) for text in focal["95 % interval"].split(" to "))
    assert low < 0 < high
    assert focal["n"] == 2


def test_the_mean_without_thin_classes_is_shown_where_there_are_any(tmp_path):
    with_thin = loss_differences(grid(tmp_path, dataset="idd"), "idd")
    assert with_thin["of"].tolist() == ["mean iou", "mean iou without thin classes"] * 2
    html = loss_differences_html(read_records(tmp_path), "idd")
    assert "mean IoU without thin classes" in html


def test_other_parameters_of_a_loss_do_not_enter_the_comparison(tmp_path):
    before = loss_differences(grid(tmp_path), "cityscapes")
    make_record(tmp_path, loss="focal", loss_params={"gamma": 5.0}, iou=0.9)
    after = loss_differences(read_records(tmp_path), "cityscapes")
    pd.testing.assert_frame_equal(before, after)


def test_one_seed_shows_no_interval(tmp_path):
    for loss in LOSSES:
        make_record(tmp_path, loss=loss)
    assert set(loss_differences(read_records(tmp_path), "cityscapes")["95 % interval"]) == {"–"}


def test_cells_link_to_their_runs_and_say_what_the_images_are(tmp_path):
    records = grid(tmp_path)
    page = Links(loss_table_html(records, "cityscapes"))
    assert set(page.runs) == {f"../runs/{record.id}.html" for record in records}
    assert "generated scenes" in "".join(page.text)
    assert "real images" not in "".join(page.text)


def test_the_ledger_links_every_run_and_knows_foreign_code(tmp_path):
    records = grid(tmp_path)
    page = Links(ledger_html(records))
    assert sorted(page.runs) == sorted(f"../runs/{record.id}.html" for record in records)
    # the made-up code fingerprint is nobody's
    assert "stale: made by other training code (0123456789ab+)" in page.text


def test_every_table_can_be_downloaded_with_the_runs_it_is_of(tmp_path):
    records = grid(tmp_path, dataset="idd")
    for html, name in (
        (loss_table_html(records, "idd"), "results-on-idd"),
        (loss_differences_html(records, "idd"), "differences-on-idd"),
        (ledger_html(records), "ledger"),
    ):
        assert f'download="{name}.csv"' in html
        (address,) = Links(html).files
        table = pd.read_csv(io.StringIO(unquote(address.partition(",")[2])))
        named = " ".join(table["run" if "run" in table else "runs"])
        assert set(named.split()) == {record.id for record in records}


def test_a_difference_opens_to_its_pairs_of_runs(tmp_path):
    records = grid(tmp_path, dataset="idd")
    page = Links(loss_differences_html(records, "idd"))
    assert set(page.runs) == {f"../runs/{record.id}.html" for record in records}


def test_a_cell_of_the_headline_opens_to_its_runs(tmp_path):
    records = grid(tmp_path)
    page = Links(headline_html(records))
    assert sorted(page.runs) == sorted(f"../runs/{record.id}.html" for record in records)
    text = "".join(page.text)
    assert "0.450 ±" in text
    assert "n = 2, 95 % interval" in text
    assert "seed 1: 0.500" in text


def test_the_headline_has_the_papers_tables_2_and_3_and_marks_ours(tmp_path):
    table = headline(grid(tmp_path))
    assert table.loc[("cityscapes", "cross_entropy"), "paper"] == "0.567"  # Table 1 says 0.57
    assert table.loc[("idd", "combo"), "paper"] == "0.512"
    ours = table["quick, generated scenes"]
    assert ours[("cityscapes", "combo")].startswith("0.500 ±")
    assert ours[("cityscapes", "combo")].endswith("(n = 2)")
    assert ours[("idd", "combo")] == "–"


def test_the_headline_as_markdown_has_one_line_a_cell(tmp_path):
    lines = headline_markdown(grid(tmp_path)).splitlines()
    assert len(lines) == 2 + 6
    assert all(line.count("|") == lines[0].count("|") for line in lines)


def test_a_dataset_the_paper_has_not_gets_a_dash(tmp_path):
    records = grid(tmp_path, dataset="camvid", label_space="camvid11", generated=False)
    table = headline(records)
    assert table.loc[("camvid", "focal"), "paper"] == "–"
    assert "real images" in headline_html(records)
