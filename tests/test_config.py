import dataclasses
import json
import re
import subprocess
import sys

import pytest

from lossstudy.config import DATASETS, ExperimentConfig
from lossstudy.labels import spaces
from lossstudy.profiles import PROFILES

FIELDS = {field.name: field for field in dataclasses.fields(ExperimentConfig)}


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_is_valid(profile):
    config = ExperimentConfig.from_profile(profile)
    assert config.profile == profile
    for name, value in PROFILES[profile].items():
        assert getattr(config, name) == value


def test_profile_is_only_a_start():
    config = ExperimentConfig.from_profile("smoke", steps=7, dataset="idd")
    assert (config.steps, config.dataset, config.height) == (7, "idd", 32)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("steps", 0, "steps must be at least 1, got 0"),
        ("steps", 2.0, "steps must be of type int, got 2.0 of type float"),
        ("steps", "100", "steps must be of type int, got '100' of type str"),
        ("steps", True, "steps must be of type int, got True of type bool"),
        ("steps", None, "steps must be of type int"),
        ("seed", -1, "seed must be between 0 and 2147483647, got -1"),
        ("height", 15, "height must be at least 16, got 15"),
        ("lr", -1e-3, "lr must be at least 0, got -0.001"),
        ("lr", float("nan"), "lr must be at least 0, got nan"),
        ("lr", float("inf"), "lr must be at least 0, got inf"),
        ("lr", False, "lr must be of type float"),
        ("st_threshold", 1.5, "st_threshold must be between 0 and 1, got 1.5"),
        ("labelled_ratio", 0.0, "labelled_ratio must be between 0.0001 and 1, got 0.0"),
        ("pretrained", "false", "pretrained must be of type bool, got 'false' of type str"),
        ("pretrained", 1, "pretrained must be of type bool"),
        ("dataset", "coco", "one of cityscapes, idd, idd_lite, kitti, camvid, got 'coco'"),
        ("optimizer", "adam", "optimizer must be one of adamw, sgd, got 'adam'"),
        ("model", "unet", "model must be one of s4gan, deeplab, mlmt, got 'unet'"),
        ("profile", "fast", "must be one of smoke, instructor, quick, standard, gpu, paper"),
        ("loss_params", [], "loss_params must be of type dict"),
        ("data_root", 3, "data_root must be of type str or none"),
    ],
)
@pytest.mark.usefixtures("without_type_checks")
def test_bad_value_is_refused_by_name(field, value, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ExperimentConfig(**{field: value})


@pytest.mark.usefixtures("without_type_checks")
def test_whole_number_is_taken_for_a_float():
    config = ExperimentConfig(lr=1)
    assert type(config.lr) is float


def test_none_is_a_value_where_the_field_allows_it():
    config = ExperimentConfig(crop_height=None, data_root=None, transfer_dataset=None)
    assert config.crop_height is None


def test_unknown_field_names_the_nearest():
    with pytest.raises(
        ValueError, match="unknown parameter 'batchsize'; did you mean 'batch_size'"
    ):
        ExperimentConfig.from_profile("smoke", batchsize=4)


def test_unknown_profile_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"profile must be one of smoke.*paper, got 'huge'"):
        ExperimentConfig.from_profile("huge")


@pytest.mark.parametrize("name", DATASETS)
def test_label_spaces_of_a_dataset_are_those_it_can_be_read_in(name):
    trained_in, validated_in = DATASETS[name]
    assert set(trained_in) == set(spaces(name))
    assert validated_in in spaces(name)


@pytest.mark.parametrize(
    ("dataset", "trained", "validated"),
    [
        ("cityscapes", "cityscapes19", "cityscapes19"),
        ("idd", "idd30", "cityscapes19"),
        ("camvid", "camvid11", "camvid11"),
    ],
)
def test_default_label_space(dataset, trained, validated):
    config = ExperimentConfig(dataset=dataset)
    assert (config.label_space, config.evaluation_space) == (trained, validated)


def test_label_space_of_another_dataset_is_refused():
    with pytest.raises(ValueError, match="label_space of cityscapes must be one of cityscapes19"):
        ExperimentConfig(dataset="cityscapes", label_space="idd30")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"crop_height": 32}, "crop_height and crop_width must be given together"),
        ({"crop_width": 32}, "crop_height and crop_width must be given together"),
        ({"crop_height": 65, "crop_width": 64}, "crop_height must be at most height = 64, got 65"),
        (
            {"crop_height": 64, "crop_width": 129},
            "crop_width must be at most width = 128, got 129",
        ),
        ({"dataset": "camvid", "transfer_dataset": "idd"}, "transfer_dataset"),
        ({"transfer_dataset": "idd", "data_root": "/real"}, "transfer_root must"),
        ({"transfer_dataset": "idd", "transfer_root": "/real"}, "data_root must"),
        ({"transfer_dataset": "cityscapes"}, "transfer_dataset must"),
    ],
)
def test_fields_that_do_not_fit_each_other_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        ExperimentConfig(**fields)


def test_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ExperimentConfig().steps = 3


def test_every_field_has_a_help_text():
    assert not [name for name, field in FIELDS.items() if not field.metadata.get("help")]


CHANGES = {
    "seed": 1, "steps": 151, "lr": 2.1e-3, "loss": "focal", "loss_params": {"gamma": 1.0},
    "labelled_ratio": 0.5, "pretrained": True, "self_training_loss": "cross_entropy",
    "precision": "bfloat16", "transfer_dataset": "idd", "crop_height": 32,
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_id_differs_with_every_field(name):
    change = {name: CHANGES[name]}
    if name == "crop_height":
        change["crop_width"] = 128
    assert ExperimentConfig(**change).id != ExperimentConfig().id


def test_ids_differ_for_parameters_that_look_the_same():
    close = ExperimentConfig(loss="focal", loss_params={"gamma": 2.00000001})
    assert close.id != ExperimentConfig(loss="focal", loss_params={"gamma": 2.0}).id


def test_id_is_readable_and_a_file_name():
    config = ExperimentConfig(
        dataset="idd", loss="focal", loss_params={"lam": 2.0, "gamma": 0.5}, seed=3
    )
    assert config.id.startswith("quick-idd-focal-gamma0.5-lam2-s3-")
    assert re.fullmatch(r"[a-zA-Z0-9_.-]+", config.id)


def test_id_with_a_weight_for_each_class_is_still_a_file_name():
    weights = ", ".join(f"{number}.123456" for number in range(30))
    long, other = (
        ExperimentConfig(
            dataset="idd", loss="weighted_cross_entropy", loss_params={"class_weight": weight}
        ).id
        for weight in (weights, weights.replace("29.123456", "29.123457"))
    )
    assert long != other
    assert len(long) < 100
    assert re.fullmatch(r"[a-zA-Z0-9_.-]+", long)


def test_id_does_not_depend_on_where_the_data_lies():
    here = ExperimentConfig(data_root="/home/me/cityscapes")
    there = ExperimentConfig(data_root="/data/cityscapes")
    assert here.id == there.id
    assert here.id != ExperimentConfig(data_root="/data/other").id


def test_id_is_the_same_in_another_process():
    code = "from lossstudy.config import ExperimentConfig as E; print(E(lr=0.1).id)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ExperimentConfig(lr=0.1).id


def test_values_survive_json():
    config = ExperimentConfig(loss="focal", loss_params={"gamma": 2.0}, transfer_dataset="idd")
    assert ExperimentConfig(**json.loads(json.dumps(config.to_dict()))) == config


def test_recorded_folders_are_names_alone():
    config = ExperimentConfig(data_root="/home/me/cityscapes", weights="/home/me/resnet.pt")
    values = config.to_dict()
    assert (values["data_root"], values["weights"]) == ("cityscapes", "resnet.pt")


def test_overrides_lead_back_to_the_configuration():
    config = ExperimentConfig.from_profile(
        "smoke", dataset="idd", label_space="cityscapes19", lr=0.1, loss_params={"gamma": 1.0}
    )
    changed = config.overrides()
    assert set(changed) == {"dataset", "label_space", "lr", "loss", "loss_params", "seed"}
    assert ExperimentConfig.from_profile("smoke", **changed) == config
