import json

import numpy as np
import pytest
import torch

from lossstudy import evaluation, experiment, provenance
from lossstudy.config import ExperimentConfig
from lossstudy.results import read_record, read_records
from tests.experiment.runs import CONFIG, run


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
