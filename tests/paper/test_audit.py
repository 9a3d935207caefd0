import numpy as np
import pytest

from lossstudy import paper
from lossstudy.config import ExperimentConfig


def test_the_means_are_cut_and_not_rounded_and_one_is_neither():
    means = paper.recomputed_means().set_index(["table", "column"])
    assert list(means.index[~means.truncated]) == [(1, 2)]
    assert list(means.index[~means.rounded]) == [(1, 2), (2, 3), (3, 1)]
    odd = means.loc[1, 2]
    assert (odd.printed, odd.recomputed) == (0.047, pytest.approx(0.82 / 19))
    assert odd.deviations > 5
    assert means.drop((1, 2)).deviations.abs().max() < 1.5


def test_a_mean_with_two_digits_is_compared_in_two_digits():
    first = paper.recomputed_means().iloc[0]
    assert (first.printed, first.rounded, first.truncated) == (0.57, True, True)


def test_ten_classes_of_the_experiment_printed_twice_differ():
    twice = paper.printed_twice()
    assert len(twice) == 19
    assert twice.difference.ne(0).sum() == 10
    assert twice.difference.idxmax() == "motorcycle"
    assert twice.difference.sum() == pytest.approx(0.04)


@pytest.mark.parametrize("table", [2, 3])
@pytest.mark.parametrize("loss", ["focal", "combo"])
def test_contributions_add_up_to_the_gain(table, loss):
    found = paper.contributions(table, loss)
    rows = paper.class_rows(table)
    gain = rows[loss].mean() - rows.cross_entropy.mean()
    assert found.contribution.sum() == pytest.approx(gain)
    assert found.share.sum() == pytest.approx(1)
    without = rows.drop("bus")
    assert found.gain_without["bus"] == pytest.approx(
        (without[loss] - without.cross_entropy).mean()
    )


def test_three_classes_are_all_of_what_combo_gains_on_cityscapes():
    three = ["truck", "train", "motorcycle"]
    assert paper.contributions(3, "combo").share[three].sum() == pytest.approx(1)
    assert paper.gain_without(3, "combo", three) == pytest.approx(0, abs=1e-12)


def test_three_classes_are_more_than_what_combo_gains_on_idd():
    assert paper.gain_without(2, "combo", ["train", "traffic sign", "bicycle"]) < 0


def test_what_the_tables_do_not_have_is_refused():
    with pytest.raises(ValueError, match="must be 2 or 3"):
        paper.class_rows(1)
    with pytest.raises(ValueError, match=r"of the 19, got mean iou, tram"):
        paper.gain_without(2, "combo", ["tram", "mean iou"])


def test_the_traffic_light_is_never_found_on_idd_but_by_the_other_network():
    (row,) = paper.always_zero().itertuples()
    assert (row.validated_on, row.class_name) == ("idd", "traffic light")
    assert row.found_by_transfer == 0.2


def test_only_the_exponent_makes_equation_1_cross_entropy_at_gamma_zero():
    p_t = np.linspace(0, 1, 11)
    assert (paper.weight_as_meant(p_t, 0.0) == 1).all()
    assert (paper.weight_as_printed(p_t, 0.0) == 0).all()
    np.testing.assert_allclose(paper.weight_as_meant(p_t, 1.0), paper.weight_as_printed(p_t, 1.0))


@pytest.mark.parametrize("printed", [False, True])
@pytest.mark.parametrize("lam", [1.0, 2.0])
def test_equation_1_weighs_hard_pixels_more_than_easy_ones(lam, printed):
    assert paper.hard_over_easy(2.0, lam, printed=printed) > 1


def test_gamma_five_turns_further_from_easy_pixels():
    assert paper.hard_over_easy(5.0) > 100 * paper.hard_over_easy(2.0)


def test_claims_are_quoted_each_under_an_id_of_its_own():
    claims = paper.quoted_claims()
    assert claims.index.is_unique
    assert claims.notna().all(axis=None)


def test_what_is_not_stated_is_decided_by_fields_of_a_run():
    config = ExperimentConfig()
    fields = [field for names in paper.UNSTATED.values() for field in names]
    assert all(hasattr(config, field) for field in fields)
