import re
from html import escape

import numpy as np
import pytest

from lossstudy.results.adaptive import (
    FINAL,
    ablations,
    against,
    against_held,
    comparison,
    comparison_html,
    rare_gains,
    stress_gaps,
    summary,
    verdicts,
    verdicts_html,
)
from lossstudy.study import FINAL_WEIGHTS
from tests.results.adaptive.made import BALANCED, EXTREME, SAMPLED, found, write
from tests.results.adaptive.made import NATURAL as NATURAL_FIELDS

NATURAL = "Cityscapes-like"


def verdict(outcomes, beginning):
    return next(point.verdict for point in verdicts(outcomes) if point.asked.startswith(beginning))


def test_without_runs_nothing_is_decided():
    assert {point.verdict for point in verdicts([])} == {"no runs"}


@pytest.mark.parametrize(
    ("ours", "not_below", "above"),
    [(0.55, "held", "held"), (0.50, "held", "failed"), (0.45, "failed", "failed")],
)
def test_best_default_decides(ours, not_below, above, tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", ours),
        write(tmp_path, "combo", 0.50),
        write(tmp_path, "cross_entropy", 0.40),
    )
    assert verdict(outcomes, "not below the best default") == not_below
    assert verdict(outcomes, "above it") == above
    (gap,) = against(outcomes, ("cross_entropy", "combo"))
    assert (gap.opponent, gap.n) == ("combo", 1)


@pytest.mark.parametrize(("gain", "expected"), [(0.10, "held"), (0.05, "failed")])
def test_rare_third_must_gain_what_was_said(gain, expected, tmp_path):
    better = np.full(19, 0.3)
    better[12:18] += gain
    outcomes = found(write(tmp_path, "adaptive", better), write(tmp_path, "cross_entropy", 0.3))
    assert verdict(outcomes, "+ 0.08") == expected
    (rare,) = rare_gains(outcomes)
    assert rare.gap.mean == pytest.approx(gain)


def test_a_gain_of_one_class_is_found_out(tmp_path):
    better = np.full(19, 0.49)
    better[0] = 0.9
    outcomes = found(write(tmp_path, "adaptive", better), write(tmp_path, "cross_entropy", 0.5))
    assert verdict(outcomes, "not below the best default") == "held"
    assert verdict(outcomes, "no gain that rests on one class") == "failed"


@pytest.mark.parametrize(("accuracy", "expected"), [(0.91, "held"), (0.89, "failed")])
def test_accuracy_is_compared_with_combos(accuracy, expected, tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.5, accuracy=accuracy),
        write(tmp_path, "combo", 0.5, accuracy=0.9),
    )
    assert verdict(outcomes, "pixel accuracy") == expected


def test_a_decision_rule_as_good_makes_it_unnecessary(tmp_path):
    ours = write(tmp_path, "adaptive", 0.50)
    outcomes = found(ours, write(tmp_path, "cross_entropy", 0.40, with_rule=0.50))
    assert verdict(outcomes, "not made unnecessary") == "failed"
    outcomes = found(ours, write(tmp_path, "cross_entropy", 0.40, with_rule=0.45))
    assert verdict(outcomes, "not made unnecessary") == "held"


def test_comparison_is_sorted_and_says_what_tuning_chose(tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.5),
        write(tmp_path, "combo", 0.4, held_out=0.3),
        write(tmp_path, "combo", 0.6, held_out=0.35, alpha=0.25),
        write(tmp_path, "combo", 0.7, held_out=0.2, alpha=0.75),
    )
    table = comparison(outcomes, NATURAL).set_index("contender")
    assert table.index[0] == "combo (tuned)"
    assert table.reading["combo (tuned)"] == "combo, alpha = 0.25"
    assert table.behind["combo"] == pytest.approx(0.1)
    assert table.mean_iou.is_monotonic_decreasing


def test_ablation_is_what_a_change_adds(tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.5), write(tmp_path, "adaptive", 0.47, adapt="neither")
    )
    table = ablations(outcomes, NATURAL).set_index("change")
    assert table.gain["nothing adapts"] == pytest.approx(-0.03)
    assert len(table) == 2


def test_ours_with_nothing_adapting_is_an_opponent_by_its_own_name(tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.5), write(tmp_path, "adaptive", 0.6, adapt="neither")
    )
    assert "cross_entropy_jaccard" in set(comparison(outcomes, NATURAL).contender)
    assert verdict(outcomes, "not below the best default") == "failed"


@pytest.mark.parametrize(("median", "expected"), [(0.47, "held"), (0.52, "failed")])
def test_weights_set_beforehand_are_opponents_and_the_better_decides(median, expected, tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.5),
        write(tmp_path, "cross_entropy_jaccard", 0.4, class_weight="inverse"),
        write(tmp_path, "cross_entropy_jaccard", median, class_weight="median"),
    )
    assert verdict(outcomes, "better than weights from class frequency") == expected
    assert verdict(outcomes, "better than its own final weights") == "no runs"
    assert verdict(outcomes, "not below the best default") == "no runs"
    (gap,) = against_held(outcomes, ("inverse frequency", "median frequency"))
    assert (gap.opponent, gap.gap.mean) == ("median frequency", pytest.approx(0.5 - median))
    changes = ablations(outcomes, NATURAL).set_index("change").gain
    assert changes["held at inverse frequency"] == pytest.approx(-0.1)


def test_final_weights_are_an_opponent_where_they_are_known(tmp_path, monkeypatch):
    monkeypatch.setitem(FINAL_WEIGHTS, NATURAL, "median")  # in the place of numbers
    outcomes = found(
        write(tmp_path, "adaptive", 0.5),
        write(tmp_path, "cross_entropy_jaccard", 0.6, class_weight="median"),
    )
    assert verdict(outcomes, "better than its own final weights") == "failed"
    (gap,) = against_held(outcomes, [FINAL])
    assert (gap.opponent, gap.gap.mean) == (FINAL, pytest.approx(-0.1))


def test_pages_show_every_contender_and_every_point(tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.5), write(tmp_path, "recall", 0.4, with_rule=0.45)
    )
    (row,) = re.findall(r"<tr>\s*<td>recall</td>.*?</tr>", comparison_html(outcomes), re.DOTALL)
    cells = re.findall(r"<td>(.*?)</td>", row)
    assert cells[1:3] == [
        f"{mean}<br><small>{lead} ({lead} to {lead})</small>"
        for mean, lead in (("0.400", "+0.100"), ("0.450", "+0.050"))
    ]
    page = verdicts_html(outcomes)
    for point in verdicts(outcomes):
        start = page.index(f"<strong>{escape(point.asked)}</strong>")
        verdict = re.search(r'class="verdict">(.*?)<', page[start:])
        assert verdict is not None
        assert verdict[1] == point.verdict


def test_summary_names_every_point_by_its_verdict_and_who_wins(tmp_path):
    outcomes = found(write(tmp_path, "adaptive", 0.5), write(tmp_path, "combo", 0.6))
    text = summary(outcomes)
    failed = next(line for line in text.splitlines() if line.startswith("- **Failed**"))
    assert "not below the best default static loss, on any dataset" in failed
    assert "Adaptive loses on Cityscapes-like to combo (n = 1), combo + rule (n = 1)." in text
    assert all(point.asked in text for point in verdicts(outcomes))


def test_worse_for_every_class_is_no_gain_at_all(tmp_path):
    outcomes = found(write(tmp_path, "adaptive", 0.4), write(tmp_path, "cross_entropy", 0.5))
    assert verdict(outcomes, "no gain that rests on one class") == "failed"


def test_what_one_class_brings_over_the_best_default_is_a_point_too(tmp_path):
    """Every class gains over cross entropy, one alone over combo."""
    better = np.full(19, 0.49)
    better[0] = 0.9
    outcomes = found(
        write(tmp_path, "adaptive", better),
        write(tmp_path, "cross_entropy", 0.3),
        write(tmp_path, "combo", 0.5),
    )
    assert verdict(outcomes, "no gain that rests on one class") == "held"
    assert verdict(outcomes, "no gain over the best default") == "failed"


SURE, UNSURE = 0, 300
"""Noise over images, in pixels."""


@pytest.mark.parametrize(
    ("natural", "extreme", "expected"),
    [
        ((0.60, SURE), (0.60, SURE), "held"),
        ((0.60, SURE), (0.51, UNSURE), "undecided"),
        ((0.60, SURE), (0.40, SURE), "failed"),
        ((0.49, UNSURE), (0.49, UNSURE), "failed"),
    ],
)
def test_above_wants_every_interval_above(natural, extreme, expected, tmp_path):
    folders = []
    for fields, (iou, noise) in ((NATURAL_FIELDS, natural), (EXTREME, extreme)):
        folders.append(write(tmp_path, "adaptive", iou, fields=fields, noise=noise))
        folders.append(write(tmp_path, "combo", 0.5, fields=fields))
    outcomes = found(*folders)
    for gap, (_, noise) in zip(against(outcomes, ("combo",)), (natural, extreme), strict=True):
        assert (gap.gap.low < 0 < gap.gap.high) == (noise == UNSURE)
    assert verdict(outcomes, "above it where classes are imbalanced") == expected


@pytest.mark.parametrize(("noise", "expected"), [(0, "held"), (400, "undecided")])
def test_rare_gain_is_undecided_where_its_interval_reaches_below(noise, expected, tmp_path):
    better = np.full(19, 0.4)
    better[12:18] = 0.53
    outcomes = found(
        write(tmp_path, "adaptive", better, noise=noise), write(tmp_path, "cross_entropy", 0.4)
    )
    assert verdict(outcomes, "+ 0.08") == expected


@pytest.mark.parametrize(("ours", "expected"), [(0.5, "held"), (0.3, "failed")])
def test_balanced_data_decide_what_it_costs_there(ours, expected, tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", ours, fields=BALANCED),
        write(tmp_path, "combo", 0.5, fields=BALANCED),
        write(tmp_path, "adaptive", 0.1),
        write(tmp_path, "combo", 0.9),
    )
    assert verdict(outcomes, "costs nothing on balanced data") == expected


@pytest.mark.parametrize(("ours", "expected"), [(0.6, "held"), (0.5, "failed")])
def test_tuned_opponents_decide_when_their_grid_is_whole(ours, expected, tmp_path):
    grid = [
        write(tmp_path, "combo", 0.3),
        write(tmp_path, "combo", 0.3, alpha=0.75),
    ]
    ours_there = write(tmp_path, "adaptive", ours)
    assert verdict(found(ours_there, *grid), "not below the best tuned") == "no runs"
    grid.append(write(tmp_path, "combo", 0.55, alpha=0.25))
    assert verdict(found(ours_there, *grid), "not below the best tuned") == expected


@pytest.mark.parametrize(("ours", "expected"), [(0.6, "held"), (0.5, "failed")])
def test_stress_is_compared_under_the_same_stress(ours, expected, tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", ours, fields=SAMPLED),
        write(tmp_path, "combo", 0.55, fields=SAMPLED),
        write(tmp_path, "combo", 0.9),
    )
    assert verdict(outcomes, "outlives") == expected


def test_s4gan_with_cross_entropy_is_the_opponent_of_both_ways(tmp_path):
    few = {**NATURAL_FIELDS, "model": "s4gan", "labelled_ratio": 0.125}
    few["self_training_loss"] = "studied"
    supervised = {**few, "self_training_loss": "cross_entropy"}
    gaps = stress_gaps(
        found(
            write(tmp_path, "adaptive", 0.6, fields=supervised),
            write(tmp_path, "cross_entropy", 0.5, fields=few),
        )
    )
    assert [(gap.setting, gap.opponent) for gap in gaps] == [
        ("s4GAN, loss on the supervised term", "cross_entropy")
    ]


@pytest.mark.parametrize(("static", "expected"), [(0.4, "held"), (0.5, "failed")])
def test_adapting_is_worth_what_the_static_form_lacks(static, expected, tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.5), write(tmp_path, "adaptive", static, adapt="neither")
    )
    assert verdict(outcomes, "the adapting itself") == expected


def test_adapting_is_not_judged_before_every_dataset_has_its_static_form(tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.5),
        write(tmp_path, "adaptive", 0.4, adapt="neither"),
        write(tmp_path, "adaptive", 0.5, fields=EXTREME),
    )
    assert verdict(outcomes, "the adapting itself") == "undecided"


def test_a_rule_on_any_loss_is_an_opponent(tmp_path):
    outcomes = found(write(tmp_path, "adaptive", 0.5), write(tmp_path, "dice", 0.4, with_rule=0.6))
    assert verdict(outcomes, "not made unnecessary") == "no runs"
    assert verdict(outcomes, "not below any loss with a decision rule") == "failed"
