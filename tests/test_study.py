import pytest

from lossstudy.losses import make_loss
from lossstudy.profiles import PROFILES
from lossstudy.study import LOSSES, TABLES, study

ROOTS = {"cityscapes": "/real/cityscapes", "idd": "/real/idd"}


@pytest.mark.parametrize("profile", PROFILES)
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
def test_no_two_runs_share_an_id(profile):
    ids = [run.id for run in study(profile, ROOTS | {"camvid": "/real/camvid"})]
    assert len(set(ids)) == len(ids)


def test_the_paper_profile_is_not_for_generated_scenes():
    with pytest.raises(ValueError, match="--cityscapes-root and --idd-root"):
        study("paper")


def test_number_of_seeds():
    counts = {profile: len({run.seed for run in study(profile, ROOTS)}) for profile in PROFILES}
    assert counts == {"smoke": 1, "quick": 2, "standard": 3, "gpu": 3, "paper": 3}


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
