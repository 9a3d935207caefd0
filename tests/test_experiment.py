import json

import numpy as np
import pytest
import torch

from lossstudy import evaluation, experiment, paths, provenance
from lossstudy.config import ExperimentConfig
from lossstudy.results import read_record, read_records

CONFIG = ExperimentConfig.from_profile(
    "smoke", steps=5, train_scenes=4, val_scenes=2, transfer_dataset="idd", discriminator_width=4
)
"""Checkpoints and validations after steps 2 and 4; the last step has neither."""


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """The generated scenes and decoded arrays, made once for all tests of the module."""
    return tmp_path_factory.mktemp("shared") / "data"


@pytest.fixture
def home(tmp_path, monkeypatch, scenes):
    folder = tmp_path / "home"
    folder.mkdir()
    scenes.mkdir(exist_ok=True)
    (folder / "data").symlink_to(scenes)
    monkeypatch.setenv("LOSSSTUDY_HOME", str(folder))
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory, scenes):
    """The record of an uninterrupted run of CONFIG."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    scenes.mkdir(exist_ok=True)
    (folder / "data").symlink_to(scenes)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("LOSSSTUDY_HOME", str(folder))
        return experiment.run(CONFIG, progress=False)


def run(config=CONFIG):
    return experiment.run(config, progress=False)


def refuse_to_train(*arguments):
    raise AssertionError("trained again")


def interrupt(monkeypatch, module, name, call):
    """Make the `call`-th call of a function of a module an interruption by the user."""
    function, calls = getattr(module, name), []

    def interrupted(*arguments, **keywords):
        calls.append(name)
        if len(calls) == call:
            raise KeyboardInterrupt
        return function(*arguments, **keywords)

    monkeypatch.setattr(module, name, interrupted)


def assert_same_results(record, other):
    assert record.curve == other.curve
    assert record.validation_curve == other.validation_curve
    assert record.evaluations == other.evaluations
    with (
        np.load(record.folder / "images.npz") as ours,
        np.load(other.folder / "images.npz") as theirs,
    ):
        assert set(ours) == set(theirs)
        assert all(np.array_equal(ours[key], theirs[key]) for key in ours)


# What a run leaves behind


def test_record_is_read_back_from_the_folder_of_the_run(finished):
    assert finished.folder.name == finished.id == CONFIG.id
    assert finished.config == CONFIG.to_dict()
    assert [record.id for record in read_records(finished.folder.parent)] == [CONFIG.id]


def test_curve_holds_every_logged_step(finished):
    assert [point["step"] for point in finished.curve] == [1, 2, 3, 4, 5]
    expected = {
        "step", "lr", "supervised", "feature_matching", "self_training", "discriminator",
        "pseudo_share", "d_real", "d_fake",
    }  # fmt: skip
    assert all(set(point) == expected for point in finished.curve)


def test_validation_curve_ends_with_the_final_score(finished):
    assert [point["step"] for point in finished.validation_curve] == [2, 4, 5]
    final = finished.evaluations["cityscapes"]["mean_iou"]
    assert finished.validation_curve[-1]["mean_iou"] == final


def test_both_datasets_are_scored_in_the_19_classes(finished):
    assert set(finished.evaluations) == {"cityscapes", "idd"}
    for name, scores in finished.evaluations.items():
        assert scores["dataset"] == name
        assert scores["label_space"] == "cityscapes19"
        assert scores["num_images"] == 2
        assert scores["generated"] is True
        confusion = np.array(scores["confusion"])
        assert confusion.shape == (19, 20)
        assert confusion.sum() <= 2 * 32 * 64


def test_counts_per_image_are_those_of_the_scores(finished):
    with np.load(finished.folder / "images.npz") as counts:
        for name, scores in finished.evaluations.items():
            intersection = counts[f"{name}_intersection"].sum(0)
            union = counts[f"{name}_union"].sum(0)
            for c, iou in enumerate(scores["iou"]):
                assert iou is None or iou == pytest.approx(intersection[c] / union[c])


def test_samples_of_both_datasets_are_kept(finished):
    files = {path.name for path in (finished.folder / "samples").iterdir()}
    last = {f"{name}_{number}.npz" for name in ("cityscapes", "idd") for number in (0, 1)}
    steps = {point["step"] for point in finished.validation_curve[:-1]}
    assert files == last | {f"cityscapes_{k}-step{step}.npz" for k in (0, 1) for step in steps}
    with np.load(finished.folder / "samples" / "idd_1.npz") as sample:
        assert sample["image"].shape == (32, 64, 3)
        assert sample["target"].shape == sample["pred"].shape == (32, 64)


def test_nothing_but_results_is_left(finished):
    left = sorted(path.name for path in finished.folder.iterdir())
    assert left == ["images.npz", "record.json", "samples"]


def test_record_says_where_it_comes_from(finished):
    data, origin = finished.data, finished.provenance
    assert (data["num_train"], data["num_labelled"]) == (4, 4)
    assert sum(data["class_share"]) == pytest.approx(1)
    assert len(data["class_share"]) == len(data["classes"]) == 19
    assert origin["code"] == provenance.code_fingerprint(CONFIG)
    assert origin["command"].startswith("lossstudy train --profile smoke")
    assert origin["threads"] == torch.get_num_threads()
    assert finished.timing["train_s"] + finished.timing["evaluate_s"] < finished.timing["wall_s"]
    assert finished.timing["step_ms"] > 0
    assert finished.peak_memory_mb > 0


def test_record_holds_no_path_of_this_machine(finished):
    text = (finished.folder / "record.json").read_text()
    assert str(finished.folder.parent.parent) not in text


def test_throughput_is_that_of_the_median_step():
    done = experiment.Progress(step_s=[9.0, 1.0, 2.0], data_s=[0.5, 0.5, 0.5])
    timing = done.timing(20.0, images_per_step=5)
    assert timing["images_per_s"] == pytest.approx(5 / 2.5)
    assert (timing["train_s"], timing["data_s"], timing["step_ms"]) == (12.0, 1.5, 2000.0)
    assert experiment.Progress().timing(1.0, 5)["images_per_s"] is None


def test_record_says_how_fast_it_was(finished):
    assert finished.timing["images_per_s"] > 0
    assert finished.provenance["processes"] == 1
    assert finished.data["labelled"] is None


@pytest.mark.usefixtures("home")
def test_record_names_the_labelled_images_and_any_model_gets_the_same():
    fields = {"train_scenes": 4, "val_scenes": 2, "labelled_ratio": 0.5, "steps": 1, "seed": 3}
    named = []
    for model in ("deeplab", "s4gan"):
        data = run(ExperimentConfig.from_profile("smoke", model=model, **fields)).data
        assert len(data["labelled"]) == data["num_labelled"] == 2
        named.append(data["labelled"])
    assert named[0] == named[1]


@pytest.mark.usefixtures("home")
def test_averaged_weights_are_what_is_validated(monkeypatch):
    validated = []
    really = evaluation.evaluate

    def evaluate(model, *arguments, **keywords):
        validated.append(model)
        return really(model, *arguments, **keywords)

    monkeypatch.setattr(evaluation, "evaluate", evaluate)
    fields = {"train_scenes": 4, "val_scenes": 2, "model": "deeplab", "steps": 4}
    for ema in (0.0, 0.9):
        run(ExperimentConfig.from_profile("smoke", ema=ema, **fields))
    trains = [any(p.requires_grad for p in model.parameters()) for model in validated]
    assert trains == [True, True, False, False]


# Once is enough


@pytest.fixture
def finished_here(home, finished):
    """The finished run as a run of the home folder of the test."""
    paths.runs_dir().mkdir()
    folder = paths.runs_dir() / finished.id
    folder.symlink_to(finished.folder)
    return folder


@pytest.mark.usefixtures("finished_here")
def test_finished_run_is_not_trained_again(finished, monkeypatch):
    monkeypatch.setattr(experiment, "fit", refuse_to_train)
    assert_same_results(run(), finished)


@pytest.mark.usefixtures("finished_here")
@pytest.mark.parametrize("change", ["code", "data", "validation data", "configuration"])
def test_changed_run_is_trained_again(change, monkeypatch):
    config = CONFIG
    if change == "code":
        monkeypatch.setattr(provenance, "code_fingerprint", lambda config: "0" * 16)
    elif change == "data":
        really = experiment.train_set

        def other_data(config):
            data = really(config)
            data.fingerprint = "1" * 16
            return data

        monkeypatch.setattr(experiment, "train_set", other_data)
    elif change == "validation data":
        really_all = experiment.validation_sets

        def other_sets(config):
            sets = really_all(config)
            next(reversed(sets.values())).fingerprint = "1" * 16
            return sets

        monkeypatch.setattr(experiment, "validation_sets", other_sets)
    else:
        config = ExperimentConfig(**{**CONFIG.to_dict(), "lr": 0.1})
    monkeypatch.setattr(experiment, "fit", refuse_to_train)
    with pytest.raises(AssertionError, match="trained again"):
        run(config)


@pytest.mark.usefixtures("home")
def test_checkpoint_of_other_code_is_not_continued(finished, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(provenance, "code_fingerprint", lambda config: "0" * 16)
        interrupt(patch, experiment, "_point", 4)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert list((paths.runs_dir() / CONFIG.id).glob("checkpoint-0000*.pt"))
    assert_same_results(run(), finished)


# Interruptions: no record, then the same record as if nothing had happened

INTERRUPTIONS = {
    "before the first checkpoint": (experiment, "_point", 2),
    "between checkpoints": (experiment, "_point", 4),
    "in the first validation": (evaluation, "evaluate", 1),
    "in the second validation": (evaluation, "evaluate", 2),
    "after the last step": (evaluation, "evaluate", 3),
    "in the final pictures": (evaluation, "sample_predictions", 4),
    "before the record": (experiment, "write_record", 1),
}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("moment", INTERRUPTIONS)
def test_interrupted_run_leaves_no_record_and_then_ends_the_same(moment, finished, monkeypatch):
    with monkeypatch.context() as patch:
        interrupt(patch, *INTERRUPTIONS[moment])
        with pytest.raises(KeyboardInterrupt):
            run()
    assert not (paths.runs_dir() / CONFIG.id / "record.json").exists()
    assert_same_results(run(), finished)


@pytest.mark.usefixtures("home")
def test_run_stopped_after_a_checkpoint_of_its_last_step_can_be_finished(monkeypatch):
    config = ExperimentConfig(**{**CONFIG.to_dict(), "steps": 4})
    with monkeypatch.context() as patch:
        interrupt(patch, experiment, "write_record", 1)
        with pytest.raises(KeyboardInterrupt):
            run(config)
    record = run(config)
    assert [point["step"] for point in record.curve] == [1, 2, 3, 4]
    assert [point["step"] for point in record.validation_curve] == [2, 4]


@pytest.mark.usefixtures("home")
def test_damaged_record_is_refused_by_name():
    file = paths.runs_dir() / CONFIG.id / "record.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"schema": 1')
    with pytest.raises(ValueError, match=r"record\.json: not a run record"):
        run()


# Other runs


@pytest.mark.usefixtures("home")
def test_idd_is_trained_in_30_classes_and_scored_in_19():
    config = ExperimentConfig.from_profile(
        "smoke", dataset="idd", model="deeplab", loss="combo", steps=1, train_scenes=4,
        val_scenes=2, labelled_ratio=0.25, eval_every=0,
    )  # fmt: skip
    record = run(config)
    assert len(record.data["class_share"]) == 30
    assert record.evaluations["idd"]["label_space"] == "cityscapes19"
    assert len(record.evaluations["idd"]["iou"]) == 19
    assert record.data["num_labelled"] == 1
    assert [point["step"] for point in record.validation_curve] == [1]
    assert len(list((record.folder / "samples").iterdir())) == 2  # no more than there are images
    assert set(record.curve[0]) == {"step", "lr", "supervised"}
    assert json.loads((record.folder / "record.json").read_text())["finished"] is True
    assert read_record(record.folder).config == config.to_dict()


def test_weights_come_from_the_seed():
    same = [experiment.build_model(CONFIG, 19).state_dict() for _ in range(2)]
    other = ExperimentConfig(**{**CONFIG.to_dict(), "seed": 1})
    different = experiment.build_model(other, 19).state_dict()
    assert all(torch.equal(same[0][key], same[1][key]) for key in same[0])
    assert any(not torch.equal(same[0][key], different[key]) for key in different)


def test_camvid_without_its_folder_is_refused():
    config = ExperimentConfig.from_profile("smoke", dataset="camvid")
    with pytest.raises(ValueError, match=r"camvid is not shipped.*data_root"):
        run(config)


def test_missing_folder_is_refused_before_anything_is_written(home):
    config = ExperimentConfig.from_profile("smoke", data_root="/no/such/folder")
    with pytest.raises(FileNotFoundError, match="/no/such/folder"):
        run(config)
    assert not home.exists() or not (home / "runs").exists()
