import csv
import io
import re
from urllib.parse import unquote

import pytest

from lossstudy import paper
from lossstudy.results import claims, claims_html, in_tables, printed_spread, read_records
from lossstudy.results._claim_numbers import rank_correlation, rare_surplus
from lossstudy.results._claim_rules import COLLAPSE
from tests.records import make_record, record_data

LOSSES = {"cross_entropy": 0.5, "focal": 0.45, "combo": 0.6}


def study(folder, *, seeds=3, losses=LOSSES, idd=-0.05, **overrides):
    """Runs of the whole study whose losses differ by almost the same in every seed."""
    for dataset, shift in (("cityscapes", 0.0), ("idd", idd)):
        for loss, iou in losses.items():
            for seed in range(seeds):
                transfer = "idd" if dataset == "cityscapes" else None
                wobble = 0.002 * seed * (1 if loss == "combo" else -1)
                make_record(
                    folder, dataset=dataset, loss=loss, seed=seed, iou=iou + shift + wobble,
                    transfer=transfer, **overrides,
                )  # fmt: skip
    return read_records(folder)


def texts(records):
    return {id: [v.text for v in found] for id, found in claims(records).verdicts.items()}


def test_every_claim_of_the_paper_has_a_rule_and_a_verdict():
    found = claims([])
    assert list(found.index) == list(paper.quoted_claims().index)
    assert found.rule.str.len().gt(20).all()
    assert all(len(verdicts) == 1 for verdicts in found.verdicts)


def test_without_runs_nothing_is_found_but_what_needs_none():
    found = texts([])
    assert found["combo-best-idd"] == ["not testable here: no such run"]
    assert found["gamma-zero"] == ["true as meant, false as printed"]
    assert found["focal-ignores-hard"] == ["the equation does the opposite"]


def test_generated_scenes_show_a_sign_and_never_reproduce(tmp_path):
    found = texts(study(tmp_path))
    assert found["combo-best-idd"] == ["same sign on generated scenes"]
    assert found["focal-below-cityscapes"] == ["same sign on generated scenes"]
    assert found["transfer-drops"] == ["same sign on generated scenes"]
    assert found["transfer-collapses"] == ["does not hold on generated scenes"]
    assert found["idd-harder"] == ["not testable on generated scenes"]
    assert not any("reproduced" in text for verdicts in found.values() for text in verdicts)


def test_real_images_give_full_verdicts_beside_those_of_generated_ones(tmp_path):
    study(tmp_path / "real", generated=False, profile="paper", losses={**LOSSES, "combo": 0.3})
    study(tmp_path / "scenes")
    found = claims(read_records(tmp_path)).verdicts["combo-best-cityscapes"]
    assert [v.text for v in found] == ["not reproduced", "same sign on generated scenes"]
    assert [v.data for v in found] == ["paper, real images", "quick, generated scenes"]
    assert not {r.id for r in found[0].runs} & {r.id for r in found[1].runs}


def test_a_reproduced_claim_is_called_so_on_real_images_alone(tmp_path):
    found = texts(study(tmp_path, generated=False))
    assert found["idd-harder"] == ["reproduced"]
    assert found["focal-below-idd"] == ["reproduced"]
    assert found["losses-differ"] == ["reproduced"]


def test_one_seed_decides_nothing(tmp_path):
    found = claims(study(tmp_path, seeds=1)).verdicts["combo-best-idd"]
    assert [v.text for v in found] == ["undecided"]
    assert "no interval" in found[0].evidence[0]


def test_an_interval_that_spans_zero_is_undecided(tmp_path):
    for seed, (entropy, focal) in enumerate([(0.5, 0.4), (0.4, 0.5), (0.45, 0.46)]):
        make_record(tmp_path, dataset="idd", seed=seed, iou=entropy)
        make_record(tmp_path, dataset="idd", seed=seed, iou=focal, loss="focal")
    assert texts(read_records(tmp_path))["focal-below-idd"] == ["undecided"]


def test_a_loss_that_is_never_behind_refutes_that_no_loss_wins(tmp_path):
    records = study(tmp_path)
    assert texts(records)["no-single-loss"] == ["does not hold on generated scenes"]
    evidence = claims(records).verdicts["no-single-loss"][0].evidence
    assert evidence[-1] == "combo: behind in 0 of 76 comparisons, 1.9 expected by chance"


def test_losses_that_lead_in_different_classes_hold_that_no_loss_wins(tmp_path):
    for seed in range(3):
        for dataset in ("cityscapes", "idd"):
            for shift, loss in enumerate(LOSSES):
                data = record_data(dataset=dataset, loss=loss, seed=seed)
                run = make_record(tmp_path, dataset=dataset, loss=loss, seed=seed)
                iou = data["evaluations"][dataset]["iou"]
                turned = [value + 0.001 * seed * shift for value in iou[shift:] + iou[:shift]]
                text = (run / "record.json").read_text()
                old, new = (f'"iou": {values}' for values in (iou, turned))
                assert old in text
                (run / "record.json").write_text(text.replace(old, new))
    found = claims(read_records(tmp_path)).verdicts["no-single-loss"]
    assert [v.text for v in found] == ["holds on generated scenes"]


def test_gamma_five_is_decided_by_runs_with_that_gamma(tmp_path):
    records = study(tmp_path)
    assert texts(records)["gamma-five"] == ["not testable here: no such run"]
    five = {"loss": "focal", "loss_params": {"gamma": 5.0}}
    for dataset in ("cityscapes", "idd"):
        for seed in range(3):
            make_record(tmp_path, dataset=dataset, seed=seed, iou=0.3 + 0.001 * seed, **five)
    found = claims(read_records(tmp_path)).verdicts["gamma-five"][0]
    assert found.text == "same sign on generated scenes"
    assert {r.loss_params.get("gamma") for r in found.runs if r.loss == "focal"} == {5.0}
    assert "10 stronger classes" in found.evidence[0]


def test_shares_of_thirty_classes_are_those_of_the_nineteen_they_count_as(tmp_path):
    make_record(tmp_path, dataset="idd")
    (record,) = read_records(tmp_path)
    assert -1 <= rank_correlation(record) <= 1
    # Every class has 108 true and 108 predicted pixels: 90 right, one lost to each class.
    assert rare_surplus(record) == pytest.approx(108 / 109 - 1, abs=0.02)


def test_the_collapse_is_twice_the_printed_mean():
    printed = paper.published().query("table == 1 and column == 2 and class_name == 'mean iou'")
    assert 2 * printed.iou.item() == pytest.approx(COLLAPSE)


def test_the_tables_own_spread_is_wider_than_what_combo_gains():
    spread = printed_spread()
    assert spread.mean == pytest.approx(12.7062 * 0.04 / 19, abs=1e-6)
    for table in (2, 3):
        assert paper.contributions(table, "combo").contribution.sum() < spread.mean
    assert "within their spread" in in_tables("combo-best-cityscapes")
    assert in_tables("no-single-loss").endswith("combo is behind 7 times, 0 beyond it")
    assert in_tables("focal-lifts-weak").startswith("no: ")
    assert in_tables("gamma-five") == "–"


def test_the_page_shows_every_claim_links_its_runs_and_holds_its_csv(tmp_path):
    records = study(tmp_path)
    html = claims_html(records)
    assert re.findall(r'<tr id="([\w-]+)">', html) == list(paper.quoted_claims().index)
    assert {r.id for r in records} <= set(re.findall(r'href="\.\./runs/([^"]+)\.html"', html))
    assert "#" not in html.partition("</style>")[0]
    (data,) = re.findall(r'href="data:text/csv;charset=utf-8,([^"]+)"', html)
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(unquote(data)))}
    assert len(rows) == len(paper.quoted_claims())
    assert rows["combo-best-idd"]["verdicts"].startswith("same sign on generated scenes; quick")
