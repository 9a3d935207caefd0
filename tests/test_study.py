import pytest

from lossstudy.configure import configure
from lossstudy.losses import make_loss
from lossstudy.profiles import PROFILES
from lossstudy.study import FEWER_DATASETS, LOSSES, NETWORKS, STUDIES, TABLES, name_of, study

ROOTS = {"cityscapes": "/real/cityscapes", "idd": "/real/idd"}


@pytest.mark.parametrize("profile", sorted(PROFILES.keys() - FEWER_DATASETS.keys()))
def test_every_seed_runs_both_datasets_with_the_three_losses(profile):
    runs = study(profile, ROOTS if profile == "paper" else None)
    cells = {
        (dataset, loss)
        for dataset in ("cityscapes", "idd")
        for loss in ("cross_entropy", "focal", "combo")
    }
    seeds = sorted({run.seed for run in runs})
    assert seeds == list(range(len(seeds)))
    for seed in seeds:
        assert sorted((r.dataset, r.loss) for r in runs if r.seed == seed) == sorted(cells)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_two_runs_of_any_study_share_an_id(profile):
    roots = ROOTS | {"camvid": "/real/camvid"}
    ids = [run.id for name in STUDIES for run in study(profile, roots, name)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", STUDIES)
def test_a_run_is_made_again_by_what_sets_it_apart_from_its_profile(name, profile):
    for run in study(profile, ROOTS, name):
        given = run.overrides()
        given |= given.pop("loss_params", {})
        assert configure(profile, **given) == run


@pytest.mark.parametrize("name", STUDIES)
def test_study_of_a_run_is_told_by_its_id(name):
    assert {name_of(run.id, "quick") for run in study("quick", name=name)} == {name}


def test_run_of_no_study_is_shown_beside_the_papers():
    assert name_of("quick-idd-combo-s7-12345678", "quick") == "paper"
    assert name_of(study("paper", ROOTS, "semi")[0].id, "paper") == "paper"


def test_unlabelled_images_are_the_only_difference_within_a_pair():
    runs = study("quick", name="semi") + study("quick")
    for ratio, loss in ((0.125, "cross_entropy"), (0.125, "combo"), (1.0, "cross_entropy")):
        for seed in (0, 1):
            with_them, without = (
                next(
                    run.to_dict()
                    for run in runs
                    if (run.dataset, run.loss, run.seed) == ("cityscapes", loss, seed)
                    and (run.model, run.labelled_ratio) == (model, ratio)
                )
                for model in ("s4gan", "deeplab")
            )
            assert {key for key in without if without[key] != with_them[key]} == {"model"}


def test_every_network_meets_every_loss_with_the_same_seeds():
    cells = [(r.network, r.backbone, r.loss, r.seed) for r in study("quick", name="networks")]
    assert len(set(cells)) == len(cells) == len(NETWORKS) * len(LOSSES) * 2


def test_unknown_study_is_refused():
    with pytest.raises(ValueError, match=r"name must be one of paper, .* got 'sema'"):
        study("quick", name="sema")


def test_the_paper_profile_is_not_for_generated_scenes():
    with pytest.raises(ValueError, match="--cityscapes-root and --idd-root"):
        study("paper")


def test_number_of_seeds():
    counts = {profile: len({run.seed for run in study(profile, ROOTS)}) for profile in PROFILES}
    assert counts == {
        "smoke": 1, "instructor": 1, "quick": 2, "standard": 3, "gpu": 3, "paper": 3
    }  # fmt: skip


def test_a_lesson_has_the_three_losses_on_one_dataset():
    runs = study("instructor")
    assert [(run.dataset, run.loss) for run in runs] == [("cityscapes", loss) for loss in LOSSES]


def test_focal_runs_with_the_gamma_of_the_paper():
    params = {run.loss: run.loss_params for run in study("quick")}
    assert params == {"cross_entropy": {}, "focal": {"gamma": 2.0}, "combo": {}}


def test_losses_exist():
    for name, params in LOSSES.items():
        make_loss(name, 19, **params)


def test_every_cell_of_the_tables_is_run():
    cells = {(run.dataset, run.loss) for run in study("quick")}
    assert sorted(TABLES) == [1, 2, 3]
    assert {cell for table in TABLES.values() for cell in table} == cells


def test_table_1_validates_the_cityscapes_runs_on_idd_too():
    transfers = {run.dataset: run.transfer_dataset for run in study("quick")}
    assert transfers == {"cityscapes": "idd", "idd": None}


def test_runs_of_a_seed_differ_in_dataset_and_loss_alone():
    varied = {"dataset", "label_space", "transfer_dataset", "loss", "loss_params", "seed"}
    first, *others = (run.to_dict() for run in study("standard"))
    for other in others:
        assert {key for key in first if first[key] != other[key]} <= varied


def test_real_folders_reach_the_runs():
    runs = {run.dataset: run for run in study("paper", ROOTS | {"camvid": "/real/camvid"})}
    assert runs["cityscapes"].data_root == "/real/cityscapes"
    assert runs["cityscapes"].transfer_root == "/real/idd"
    assert runs["idd"].data_root == "/real/idd"
    assert runs["camvid"].data_root == "/real/camvid"
    assert (runs["camvid"].height, runs["camvid"].width) == (120, 160)


def test_camvid_takes_part_only_with_its_folder():
    assert "camvid" not in {run.dataset for run in study("paper", ROOTS)}
    assert len(study("quick", {"camvid": "/real/camvid"})) == 2 * 9


@pytest.mark.parametrize("name", ROOTS)
def test_one_real_dataset_alone_is_refused(name):
    with pytest.raises(ValueError, match="both cityscapes and idd"):
        study("quick", {name: ROOTS[name]})


def test_unknown_profile_is_refused():
    with pytest.raises(ValueError, match=r"profile must be one of .* got 'fast'"):
        study("fast")


@pytest.mark.parametrize("profile", ["smoke", "quick", "standard", "gpu"])
def test_longer_training_is_twice_as_long_in_every_profile(profile):
    runs = study(profile, {}, "adaptive")
    natural = [run for run in runs if run.labelled_ratio == 0.8 and run.sampling == "uniform"]
    usual, longer = sorted({run.steps for run in natural})
    assert longer == 2 * usual
