import numpy as np
import pytest

from lossstudy.results.adaptive import regrets, regrets_html, standings, standings_html
from tests.results.adaptive.made import BALANCED, found, write


def test_an_opponent_is_above_level_or_below_by_its_interval(tmp_path):
    (row,) = standings(
        found(
            write(tmp_path, "adaptive", 0.5),
            write(tmp_path, "combo", 0.6),
            write(tmp_path, "recall", 0.5, noise=200),
            write(tmp_path, "cross_entropy", 0.4),
        )
    ).itertuples()
    assert (row.setting, row.best, row.loses_to) == (
        "Cityscapes-like",
        "combo",
        ("combo", "combo + rule"),
    )
    assert row.lead == pytest.approx(-0.1)
    # Each by argmax and by its rule.
    assert (row.above, row.level, row.below) == (2, 2, 2)


def test_the_best_is_compared_over_the_seeds_both_have(tmp_path):
    """Seed 1 is an easy one: who was trained with seed 0 alone is not worse for it."""
    outcomes = found(
        write(tmp_path, "adaptive", 0.5),
        write(tmp_path, "adaptive", 0.8, seed=1),
        write(tmp_path, "combo", 0.45),
        write(tmp_path, "combo", 0.75, seed=1),
        write(tmp_path, "dice", 0.52),
    )
    (row,) = standings(outcomes).itertuples()
    assert (row.best, row.lead) == ("dice", pytest.approx(-0.02))


def test_regret_is_the_distance_to_the_best_of_each_dataset(tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.50),
        write(tmp_path, "combo", 0.60),
        write(tmp_path, "cross_entropy", 0.30),
        write(tmp_path, "recall", 0.90),  # not trained on the other dataset
        write(tmp_path, "combo", 0.55, alpha=0.25),
        write(tmp_path, "combo", 0.20, alpha=0.75),
        write(tmp_path, "adaptive", 0.70, fields=BALANCED),
        write(tmp_path, "combo", 0.50, fields=BALANCED),
        write(tmp_path, "combo", 0.65, fields=BALANCED, alpha=0.25),
        write(tmp_path, "combo", 0.60, fields=BALANCED, alpha=0.75),
        write(tmp_path, "cross_entropy", 0.68, fields=BALANCED),
    )
    table = regrets(outcomes).set_index("contender")
    one_choice = {"combo, alpha = 0.25", "combo, alpha = 0.75"}
    trained_everywhere = {"adaptive", "combo", "cross_entropy", *one_choice}
    assert {name.removesuffix(" + rule") for name in table.index} == trained_everywhere
    assert table.regret["adaptive"] == pytest.approx((0.1 + 0.0) / 2)
    assert table.worst["combo"] == pytest.approx(0.2)
    assert table["where"]["adaptive"] == "Cityscapes-like"
    assert table["where"]["combo"] == "balanced"
    assert table.regret.is_monotonic_increasing
    assert table.regret["combo, alpha = 0.25"] == pytest.approx(0.05)
    assert np.isfinite(table.worst).all()


def test_regret_is_of_those_with_every_seed_of_ours(tmp_path):
    outcomes = found(
        write(tmp_path, "adaptive", 0.50),
        write(tmp_path, "adaptive", 0.40, seed=1),
        write(tmp_path, "adaptive", 0.45, adapt="neither"),
        write(tmp_path, "adaptive", 0.45, seed=1, adapt="neither"),
        write(tmp_path, "combo", 0.90),  # and not with seed 1
    )
    table = regrets(outcomes).set_index("contender")
    assert table.regret["cross_entropy_jaccard"] == pytest.approx(0)
    assert not any("combo" in name for name in table.index)


def test_pages_name_who_wins_and_where_it_hurts(tmp_path):
    outcomes = found(write(tmp_path, "adaptive", 0.5), write(tmp_path, "combo", 0.6))
    page = standings_html(outcomes)
    assert "2<br>combo<br>combo + rule" in page
    assert "\u22120.100" in page
    assert "0.100 (Cityscapes-like)" in regrets_html(outcomes)


def test_without_runs_there_is_nothing_to_show():
    assert standings([]).empty
    assert regrets([]).empty
    assert "combo" not in standings_html([]) + regrets_html([])
