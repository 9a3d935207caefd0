import math

import numpy as np
import pytest

from lossstudy.results import (
    changes_text,
    compared_runs_html,
    find_runs,
    matched,
    parameter_changes,
    picture_groups,
    read_record,
    score_changes,
    score_changes_html,
    settings_html,
    sides,
    source_changes,
    welch,
)
from lossstudy.results._compare import image_weights
from tests.records import make_record

LOSSES = ("cross_entropy", "focal", "combo")


def run_of(folder, **overrides):
    return read_record(make_record(folder, **overrides))


def seeds(folder, ious, **overrides):
    return [run_of(folder, seed=seed, iou=iou, **overrides) for seed, iou in enumerate(ious)]


def mean(table):
    return table[table.class_name == "mean iou"].iloc[0]


def test_only_what_differs_is_listed(tmp_path):
    one = run_of(tmp_path, loss="focal", steps=50)
    other = run_of(tmp_path, loss="focal", seed=3, steps=80, loss_params={"gamma": 5.0})
    table = parameter_changes(matched([one], [other]))
    assert table.to_dict("index") == {
        "seed": {"before": "0", "after": "3"},
        "steps": {"before": "50", "after": "80"},
        "gamma": {"before": "2.0", "after": "5.0"},
    }
    assert source_changes(matched([one], [other])).empty


def test_a_field_that_an_old_record_lacks_was_at_its_default(tmp_path):
    one, other = run_of(tmp_path), run_of(tmp_path, seed=1, ema=0.0)
    assert list(parameter_changes(matched([one], [other])).index) == ["seed"]


def test_other_code_images_and_versions_are_listed(tmp_path):
    one, other = run_of(tmp_path), run_of(tmp_path, seed=1, num_images=7)
    other.provenance["code"] = "beef"
    other.provenance["versions"]["torch"] = "2.6.0"
    table = source_changes(matched([one], [other]))
    assert list(table.index) == ["training code", "images of cityscapes, validation", "torch"]
    assert table.loc["torch"].tolist() == ["2.13.0", "2.6.0"]


def test_studies_are_matched_by_experiment(tmp_path):
    before = [run_of(tmp_path / "a", loss=loss) for loss in LOSSES]
    after = [run_of(tmp_path / "b", loss=loss, profile="standard") for loss in LOSSES[1:]]
    pairs = matched(before, after)
    assert [pair.name for pair in pairs] == ["cityscapes, focal, gamma=2", "cityscapes, combo"]
    assert [pair.after[0].profile for pair in pairs] == ["standard", "standard"]


def test_two_runs_are_a_pair_whatever_their_losses(tmp_path):
    (pair,) = matched([run_of(tmp_path, loss="focal")], [run_of(tmp_path, loss="combo")])
    assert pair.name == "cityscapes, focal, gamma=2 → cityscapes, combo"


def test_nothing_to_compare_is_said(tmp_path):
    runs = [run_of(tmp_path, loss=loss) for loss in LOSSES]
    with pytest.raises(ValueError, match="are the same runs"):
        matched(runs, runs)
    with pytest.raises(ValueError, match=r"before has cityscapes, .*; after has idd"):
        matched(runs, [run_of(tmp_path, dataset="idd", loss=loss) for loss in LOSSES])


def test_two_settings_of_one_seed_are_refused(tmp_path):
    one = run_of(tmp_path / "a", steps=50)
    other = run_of(tmp_path / "b", profile="standard", steps=80)
    with pytest.raises(ValueError, match=r"before holds two runs of .* with seed 0, quick-.* and"):
        matched([one, other], [one])


def test_same_seeds_and_images_are_paired(tmp_path):
    before = seeds(tmp_path / "a", [0.4, 0.6, 0.5], loss="focal")
    after = seeds(tmp_path / "b", [0.43, 0.62, 0.54], loss="combo")
    row = mean(score_changes(matched(before, after)))
    assert row.band == "seeds, paired"
    assert row.difference == pytest.approx(0.03)
    half = 4.3027 * 0.01 / math.sqrt(3)  # the differences are .03, .02 and .04
    assert (row.low, row.high) == pytest.approx((0.03 - half, 0.03 + half))
    assert row.beyond


def test_other_seeds_get_welchs_band(tmp_path):
    before = seeds(tmp_path / "a", [0.4, 0.6], loss="focal")
    after = seeds(tmp_path / "b", [0.43, 0.62, 0.54], loss="combo")
    row = mean(score_changes(matched(before, after)))
    assert row.band == "seeds, Welch"
    assert (row.n_before, row.n_after) == (2, 3)
    assert (row.low, row.high) == pytest.approx(welch([0.4, 0.6], [0.43, 0.62, 0.54]))
    assert not row.beyond


def test_welch_of_equal_sizes_and_spreads_has_twice_the_degrees():
    before, after = [0.1, 0.2, 0.3], [0.2, 0.3, 0.4]
    low, high = welch(before, after)
    half = 2.7764 * math.sqrt(2 * 0.01 / 3)  # 4 degrees of freedom
    assert (low, high) == pytest.approx((0.1 - half, 0.1 + half), abs=1e-5)


def test_welch_where_nothing_varies():
    assert welch([0.5, 0.5], [0.75, 0.75]) == (0.25, 0.25)
    assert all(math.isnan(bound) for bound in welch([math.nan, 0.5], [0.5, 0.5]))


def test_one_seed_gets_a_band_over_images_drawn_once_for_both(tmp_path):
    one, other = run_of(tmp_path), run_of(tmp_path, seed=1)
    table = score_changes(matched([one], [other]))
    assert set(table.band) == {"validation images"}
    weights = image_weights(6, 1000, seed=0)[1:]
    iou = []
    for record in (one, other):
        with np.load(record.folder / "images.npz") as arrays:
            hit, union = (arrays[f"cityscapes_{n}"][:, 0] for n in ("intersection", "union"))
        iou.append(weights @ hit / (weights @ union))
    expected = np.quantile(iou[1] - iou[0], (0.025, 0.975))
    road = table[table.class_name == "road"].iloc[0]
    assert [road.low, road.high] == pytest.approx(expected.tolist())


def test_the_band_of_equal_counts_on_the_same_images_is_zero(tmp_path):
    one = run_of(tmp_path / "a")
    other = run_of(tmp_path / "b", profile="standard")  # the same counts, as the seed is
    table = score_changes(matched([one], [other]))
    assert (table.low.abs().max(), table.high.abs().max(), table.beyond.any()) == (0, 0, False)


def test_only_classes_and_sets_both_have_are_compared(tmp_path):
    one, other = run_of(tmp_path, transfer="idd"), run_of(tmp_path, seed=1)
    table = score_changes(matched([one], [other]))
    assert set(table.validated_on) == {"cityscapes"}
    assert len(table) == 20


def test_pictures_of_the_same_images_stand_together(tmp_path):
    one, other = run_of(tmp_path), run_of(tmp_path, seed=1)
    ((name, runs),) = picture_groups(matched([one], [other])[0])
    assert (name, list(runs)) == ("cityscapes", ["before", "after"])
    elsewhere = run_of(tmp_path, seed=2, num_images=7)
    groups = picture_groups(matched([one], [elsewhere])[0])
    assert [list(runs) for _, runs in groups] == [["before"], ["after"]]
    for file in (elsewhere.folder / "samples").iterdir():
        file.unlink()
    groups = picture_groups(matched([one], [elsewhere])[0])
    assert [list(runs) for _, runs in groups] == [["before"]]


def test_text_and_page_show_what_changed(tmp_path):
    one, other = run_of(tmp_path, iou=0.5), run_of(tmp_path, seed=1, iou=0.6)
    (one.folder / "train.ipynb").touch()
    pairs = matched([one], [other])
    text = changes_text(pairs)
    for expected in (one.id, other.id, "seed", "mean iou", "0.600", "+0.100 ["):
        assert expected in text
    assert "code, data, versions\n  the same" in text
    html = compared_runs_html(pairs)
    assert f'href="../runs/{one.id}.html"' in html
    assert f"{other.id}.html" not in html  # it has no page to lead to
    assert "Code, images, versions and machine that differ. None." in settings_html(pairs)
    html = score_changes_html(pairs)
    assert html.count("<summary>") == 20
    assert "mean IoU" in html
    assert 'download="what-changed.csv"' in html


# sides


def test_a_side_is_a_run_a_profile_or_a_folder(home, tmp_path, monkeypatch):
    own = [run_of(home / "runs", loss=loss) for loss in LOSSES]
    run_of(home / "runs", loss="focal", loss_params={"gamma": 5.0})
    kept = run_of(home / "book/results/standard", profile="standard")
    assert [run.id for run in find_runs(own[1].id)] == [own[1].id]
    assert {run.id for run in find_runs("quick")} == {run.id for run in own}
    monkeypatch.chdir(tmp_path)
    assert [run.id for run in find_runs("book/results/standard")] == [kept.id]
    assert len(find_runs(str(home / "runs"))) == 4


def test_an_unknown_side_names_what_is_near(home):
    run = run_of(home / "runs", loss="combo")
    with pytest.raises(ValueError, match=rf"is no run, profile or folder .* {run.id}"):
        find_runs("quick-cityscapes-comb-s0")
    with pytest.raises(ValueError, match="paper holds no finished run"):
        find_runs("paper")


def test_without_names_the_recorded_study_stands_before_ones_own(home):
    for loss in LOSSES:
        run_of(home / "book/results/standard", profile="standard", loss=loss)
        for seed in (0, 1):
            run_of(home / "runs", loss=loss, seed=seed)
    run_of(home / "runs", profile="smoke")
    before, after = sides()
    assert {run.profile for run in before} == {"standard"}
    assert {run.profile for run in after} == {"quick"}
    assert len(matched(before, after)) == 3


def test_without_a_second_study_two_seeds_are_compared(home):
    for loss in LOSSES:
        for seed in (0, 1):
            run_of(home / "book/results/standard", profile="standard", loss=loss, seed=seed)
    (one,), (other,) = sides()
    assert (one.loss, one.seed, other.seed) == (other.loss, 0, 1)


def test_one_name_or_no_runs_are_refused():
    with pytest.raises(ValueError, match="go together"):
        sides("quick")
    with pytest.raises(ValueError, match="make two runs"):
        sides()
