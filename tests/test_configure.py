import shlex

import pytest

from lossstudy.config import ExperimentConfig
from lossstudy.configure import command, configure, notebook_parameters
from lossstudy.losses import loss_names, loss_parameters
from lossstudy.study import study


def test_parameters_of_the_loss_are_told_from_those_of_the_run():
    config = configure("smoke", loss="focal", gamma=5, lr=0.1)
    assert config.loss_params == {"gamma": 5.0}
    assert type(config.loss_params["gamma"]) is float
    assert config.lr == 0.1


def test_one_experiment_has_one_id_however_its_defaults_are_given():
    stated = next(run for run in study("smoke") if (run.dataset, run.loss) == ("idd", "focal"))
    for given in ({}, {"gamma": 2}, {"gamma": 2.0, "lam": 1.0}, {"loss_params": {"gamma": 2.0}}):
        assert configure("smoke", dataset="idd", loss="focal", **given) == stated
    assert configure("smoke", dataset="idd", loss="focal", gamma=1.0).id != stated.id


def test_a_run_by_name_is_the_run_of_the_study():
    for run in study("quick", {"camvid": "/real/camvid"}):
        given = {"dataset": run.dataset, "data_root": run.data_root, "seed": run.seed}
        assert configure("quick", loss=run.loss, **given) == run


def test_a_real_dataset_is_not_validated_on_generated_scenes():
    assert configure("quick", data_root="/real/cityscapes").transfer_dataset is None
    both = configure("quick", data_root="/real/cityscapes", transfer_root="/real/idd")
    assert both.transfer_dataset == "idd"


def test_none_stands_for_the_default():
    assert configure("smoke", loss="focal", gamma=None, steps=None) == configure(
        "smoke", loss="focal"
    )


def test_parameters_may_come_as_the_field_they_end_in():
    flat = configure("smoke", loss="focal", gamma=1.0)
    assert configure("smoke", loss="focal", loss_params={"gamma": 1.0}) == flat


@pytest.mark.parametrize("name", loss_names())
def test_the_defaults_of_a_loss_are_what_it_has_without_parameters(name):
    defaults = loss_parameters(name)
    assert configure("smoke", loss=name, **defaults) == configure("smoke", loss=name)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"loss": "focal", "gamma": -1.0}, "gamma must be a finite number at least 0, got -1"),
        ({"loss": "focal", "gamma": "two"}, "gamma must be .*'two'"),
        ({"loss": "focal", "gamma": "2"}, "gamma must be .*'2'"),
        ({"loss": "focal", "gamma": True}, "gamma must be .*True"),
        ({"loss": "focal", "gamma": float("nan")}, "gamma must be a finite number"),
        ({"loss": "combo", "alpha": 2.0}, "alpha must be .* between 0 and 1, got 2"),
        ({"loss": "fokal"}, "loss must be one of .*combo.*focal.*, got 'fokal'"),
        ({"loss": 3}, "loss must be one of .*, got 3"),
        ({"gamma": 2.0}, "loss 'cross_entropy' takes no 'gamma'; it takes no parameters"),
        ({"loss": "combo", "gamma": 2.0}, "loss 'combo' takes no 'gamma'; it takes alpha, smooth"),
        ({"loss": "focal", "loss_params": {"alpha": 1.0}}, "'focal'.*alpha.*gamma, lam"),
        ({"loss": "focal", "gama": 2.0}, "unknown parameter 'gama'; did you mean 'gamma'"),
        ({"step": 3}, "unknown parameter 'step'; did you mean 'steps'"),
        ({"num_classes": 3}, "unknown parameter 'num_classes'"),
        ({"steps": "3"}, "steps must be of type int, got '3'"),
        ({"pretrained": "false"}, "pretrained must be of type bool, got 'false'"),
    ],
)
@pytest.mark.usefixtures("without_type_checks")
def test_what_cannot_be_run_is_refused_by_name(given, message):
    with pytest.raises(ValueError, match=message):
        configure("smoke", **given)


def test_unknown_profile_is_refused():
    with pytest.raises(ValueError, match=r"profile must be one of .* got 'fast'"):
        configure("fast")


def test_profile_paper_demands_the_real_data():
    with pytest.raises(ValueError, match=r"pass the folder of idd \(data_root"):
        configure("paper", dataset="idd")
    assert configure("paper", data_root="/real/cityscapes").pretrained


def test_notebook_parameters_are_the_plain_values():
    namespace = {
        "loss": "focal", "gamma": 2.0, "steps": 3, "pretrained": False, "data_root": None,
        "__name__": "__main__", "_hidden": 1, "In": ["x"], "print": print, "pytest": pytest,
    }  # fmt: skip
    assert notebook_parameters(namespace) == {
        "loss": "focal", "gamma": 2.0, "steps": 3, "pretrained": False, "data_root": None,
    }  # fmt: skip


def test_misspelt_notebook_parameter_is_refused():
    parameters = notebook_parameters({"profile": "smoke", "batch_sise": 3, "__doc__": "x"})
    with pytest.raises(ValueError, match="'batch_sise'; did you mean 'batch_size'"):
        configure(**parameters)


def test_command_says_what_differs_from_the_profile():
    config = configure("smoke", dataset="idd", loss="focal", gamma=5.0, seed=2, steps=9)
    assert command(config) == (
        "lossstudy train --profile smoke --dataset idd --loss focal --gamma 5 --seed 2 --steps 9"
    )


def test_command_keeps_data_folders_private():
    config = ExperimentConfig(
        data_root="/home/me/a", transfer_dataset="idd", transfer_root="/home/me/b"
    )
    words = shlex.split(command(config))
    assert words[words.index("--data-root") + 1] == "DIR"
    assert words[words.index("--transfer-root") + 1] == "DIR"
    assert "/home/me" not in command(config)


def test_command_keeps_the_file_of_weights_private():
    assert "/home/me" not in command(ExperimentConfig(weights="/home/me/resnet.safetensors"))
