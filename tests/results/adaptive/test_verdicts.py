import numpy as np
import pytest

from lossstudy.results.adaptive import (
    ablations,
    against,
    comparison,
    comparison_html,
    rare_gains,
    verdicts,
    verdicts_html,
)
from tests.results.adaptive.made import found, write

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


def test_pages_show_every_contender_and_every_point(tmp_path):
    outcomes = found(write(tmp_path, "adaptive", 0.5), write(tmp_path, "recall", 0.4))
    assert ">recall<" in comparison_html(outcomes)
    assert "+0.100" in comparison_html(outcomes)
    assert verdicts_html(outcomes).count("no runs") >= 1
