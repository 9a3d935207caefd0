import math

import numpy as np
import pandas as pd
import pytest

from lossstudy.results import read_records
from lossstudy.survey.statistics import class_ious, findings, predictors, rank_correlation
from tests.records import make_record


@pytest.mark.parametrize(
    ("other", "rho"),
    [([1, 4, 9, 16, 25], 1.0), ([5, 4, 3, 2, 1], -1.0), ([2, 1, 4, 3, 5], 0.8)],
)
def test_rank_correlation_of_known_orders(other, rho):
    """By Spearman's formula for distinct ranks, 1 - 6 sum d² / n(n² - 1)."""
    found = rank_correlation(pd.Series([1.0, 2, 3, 4, 5]), pd.Series(other, dtype=float))
    assert found.rho == pytest.approx(rho)
    assert found.n == 5


def test_tied_values_share_their_rank():
    """The value scipy.stats.spearmanr gives."""
    found = rank_correlation(pd.Series([1.0, 2, 2, 3]), pd.Series([1.0, 3, 2, 4]))
    assert found.rho == pytest.approx(3 / math.sqrt(10))


def test_rank_correlation_agrees_with_pandas_and_leaves_out_missing_classes():
    rng = np.random.default_rng(0)
    one, other = (pd.Series(rng.integers(0, 9, 19).astype(float)) for _ in range(2))
    other[3] = np.nan
    ranks = pd.DataFrame({"one": one, "other": other}).dropna().rank()
    found = rank_correlation(one, other)
    assert found.rho == pytest.approx(ranks["one"].corr(ranks["other"]))
    assert found.n == 18
    assert found.low < found.rho < found.high


def test_a_strong_correlation_is_unlikely_by_chance_and_none_is_not():
    values = pd.Series(np.arange(19.0))
    strong = rank_correlation(values, values)
    assert strong.p == pytest.approx(1 / 2001)
    assert strong.low > 0.9
    weak = rank_correlation(values, values.sample(frac=1, random_state=1, ignore_index=True))
    assert weak.p > 0.05
    assert weak.low < 0 < weak.high


def test_a_constant_column_has_no_rank_correlation_and_two_classes_are_too_few():
    values = pd.Series([1.0, 2, 3])
    assert math.isnan(rank_correlation(values, pd.Series([1.0, 1, 1])).rho)
    with pytest.raises(ValueError, match="at least 3 classes, got 2"):
        rank_correlation(values[:2], values[:2])


def test_ious_are_means_over_seeds(tmp_path):
    for seed, iou in enumerate((0.4, 0.6)):
        make_record(tmp_path, seed=seed, iou=iou)
    make_record(tmp_path, loss="combo", iou=0.7)
    table = class_ious(read_records(tmp_path), "cityscapes")
    assert table.shape == (19, 2)
    assert table["cross_entropy"].mean() == pytest.approx(0.5)
    assert table["combo"].mean() == pytest.approx(0.7)


def test_ious_of_two_settings_are_not_mixed(tmp_path):
    make_record(tmp_path, profile="quick")
    make_record(tmp_path, profile="smoke")
    with pytest.raises(ValueError, match="in several settings"):
        class_ious(read_records(tmp_path), "cityscapes")


def test_predictors_find_the_column_that_orders_the_classes():
    rng = np.random.default_rng(1)
    size = pd.Series(np.arange(12.0))
    metadata = pd.DataFrame({"size": size, "noise": rng.permutation(12)})
    ious = pd.DataFrame({"cross_entropy": size / 12, "combo": 0.9 - size / 24})
    table = predictors(metadata, ious).set_index(["of", "loss", "metadata"])
    assert table.loc[("IoU", "cross_entropy", "size"), "rho"] == pytest.approx(1)
    assert table.loc[("IoU", "combo", "size"), "rho"] == pytest.approx(-1)
    gain = table.loc[("gain over cross entropy", "combo", "size")]
    assert (gain.rho, gain.n) == (pytest.approx(-1), 12)
    assert abs(table.loc[("IoU", "combo", "noise"), "rho"]) < 0.8


def test_findings_follow_the_intervals():
    share = pd.Series(np.arange(12.0))
    noise = pd.Series(np.random.default_rng(1).permutation(12), dtype=float)
    ious = pd.DataFrame({
        "cross_entropy": share / 12,
        "combo": share / 12 + 0.5 - share / 24,
        "focal": share / 12 + noise / 100,
    })
    found = findings(predictors(pd.DataFrame({"pixel share": share}), ious))
    assert len(found) == 3 + 2
    assert found[0].startswith("cross entropy: the more pixels a class has, the higher its IoU")
    assert "(ρ = +1.00, " in found[0]
    assert "best predictor" not in found[0]  # there is no other
    assert "combo: gains more over cross entropy the fewer pixels" in found[3]
    assert "ρ = −1.00" in found[3]
    assert "focal: where it gains over cross entropy does not clearly depend" in found[4]


def test_findings_name_the_best_predictor():
    iou = pd.Series(np.arange(9.0))
    metadata = pd.DataFrame({"pixel share": iou.iloc[[1, 0, 2, 3, 4, 5, 6, 7, 8]].to_numpy()})
    metadata["image share"] = -iou
    ious = pd.DataFrame({"cross_entropy": iou})
    assert (
        "best predictor is the image share (ρ = −1.00)" in findings(predictors(metadata, ious))[0]
    )
