import json
import subprocess
import sys

import pytest

from lossstudy import experiment
from lossstudy.cli import main
from lossstudy.config import DATASETS, ExperimentConfig
from lossstudy.configure import command, configure
from lossstudy.labels import LABEL_SPACES
from lossstudy.losses import loss_names, loss_parameters
from lossstudy.models import model_names
from lossstudy.profiles import PROFILES
from lossstudy.study import study
from tests.commands import refused
from tests.records import make_record

pytestmark = pytest.mark.usefixtures("without_type_checks")


@pytest.fixture
def trained(monkeypatch, tmp_path):
    """The configurations that `train` would have run."""
    configs = []
    folder = make_record(tmp_path / "made-up", transfer="idd")

    def run(config, **keywords):
        configs.append(config)
        return experiment.read_record(folder)

    monkeypatch.setattr(experiment, "run", run)
    return configs


# train


def test_train_runs_what_the_flags_say(trained):
    argv = ["train", "--profile", "smoke", "--loss", "focal", "--gamma", "0.5", "--seed", "3"]
    assert main([*argv, "--batch-size", "4", "--pretrained", "false", "--lr", "1"]) == 0
    expected = configure("smoke", loss="focal", gamma=0.5, seed=3, batch_size=4, lr=1.0)
    assert trained == [expected]


def test_train_without_parameters_is_the_first_run_of_the_study(trained):
    assert main(["train"]) == 0
    assert trained == [study("quick")[0]]


def test_train_prints_scores_and_where_the_record_is(trained, capsys):
    assert main(["train", "--profile", "smoke"]) == 0
    out = capsys.readouterr().out
    assert "cityscapes (6 images): mean IoU 0.500" in out
    assert "idd (6 images): mean IoU 0.300" in out
    assert "record.json" in out


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"dataset": "idd", "label_space": "idd26", "transfer_dataset": "cityscapes"},
        {"loss": "focal", "gamma": 0.5, "lam": 2.0},
        {"loss": "combo", "alpha": 0.123456789},
        {"lr": 0.00123456789, "weight_decay": 1e-7},
        {"crop_height": 16, "crop_width": 32},
        {"pretrained": True},
    ],
    ids=lambda given: ", ".join(given) or "defaults",
)
def test_recorded_command_makes_the_same_run(given, trained):
    config = configure("smoke", **given)
    program, *argv = command(config).split()
    assert program == "lossstudy"
    assert main(argv) == 0
    assert trained == [config]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--loss", "focal", "--gamma", "-1"], "gamma must be a finite number at least 0, got -1"),
        (["--loss", "focal", "--gamma", "nan"], "gamma must be a finite number"),
        (["--loss", "fokal"], "loss must be one of adaptive, combo"),
        (["--gamma", "2"], "loss 'cross_entropy' takes no 'gamma'"),
        (["--sharpness", "2"], "unrecognized arguments: --sharpness"),
        (["--gam", "2", "--loss", "focal"], "unrecognized arguments: --gam"),
        (["--steps", "0"], "steps must be at least 1, got 0"),
        (["--steps", "many"], "--steps: invalid int value: 'many'"),
        (["--dataset", "coco"], "dataset must be one of cityscapes, idd, "),
        (["--profile", "fast"], "profile must be one of smoke"),
        (["--pretrained", "no"], "expected true or false, got 'no'"),
        (["--pretrained", "False"], "expected true or false, got 'False'"),
        (["--label-space", "idd30"], "label_space of cityscapes must be one of cityscapes19"),
        (["--profile", "paper"], "pass the folder of cityscapes (data_root"),
    ],
)
def test_train_refuses_what_cannot_be_run(argv, message, trained, capsys):
    assert message in refused(["train", *argv], capsys)
    assert trained == []


def test_train_says_which_folder_is_missing(capsys):
    argv = ["train", "--profile", "smoke", "--data-root", "/no/such/folder"]
    assert "/no/such/folder" in refused(argv, capsys)


def test_every_field_and_every_parameter_of_a_loss_has_a_flag(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["train", "--help"])
    text = capsys.readouterr().out
    flags = set(ExperimentConfig.__dataclass_fields__) - {"loss_params"}
    flags |= {parameter for name in loss_names() for parameter in loss_parameters(name)}
    assert [flag for flag in flags if f"--{flag.replace('_', '-')} " not in text] == []


# list


def test_list_names_everything_there_is(capsys):
    assert main(["list", "--json"]) == 0
    names = json.loads(capsys.readouterr().out)
    assert names["losses"] == {name: loss_parameters(name) for name in loss_names()}
    assert names["models"] == list(model_names())
    assert list(names["datasets"]) == list(DATASETS)
    assert names["label_spaces"] == list(LABEL_SPACES)
    assert names["profiles"] == PROFILES


def test_list_for_people_names_the_same(capsys):
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    for name in (*loss_names(), *model_names(), *DATASETS, *LABEL_SPACES, *PROFILES):
        assert name in out


def test_list_of_the_study_is_its_runs(capsys):
    assert main(["list", "--study", "smoke"]) == 0
    assert capsys.readouterr().out.split() == [run.id for run in study("smoke")]
    assert main(["list", "--study", "smoke", "--json"]) == 0
    runs = json.loads(capsys.readouterr().out)
    configs = [
        ExperimentConfig.from_profile("smoke", **{k: v for k, v in run.items() if k != "id"})
        for run in runs
    ]
    assert configs == study("smoke")


# The program


def test_without_a_command_the_usage_is_shown(capsys):
    assert "usage: lossstudy" in refused([], capsys)


def test_listing_runs_imports_no_torch():
    code = (
        "import sys; from lossstudy.cli import main; main(['list', '--study', 'smoke']);"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 6
