import dataclasses
import json

import nbformat
import pytest

from lossstudy import notebook, paths
from lossstudy.cli import main
from lossstudy.config import ExperimentConfig
from lossstudy.configure import configure
from lossstudy.losses import loss_names, loss_parameters
from tests.commands import refused
from tests.records import make_record

pytestmark = pytest.mark.usefixtures("without_type_checks")

NOTEBOOKS = {path.stem for path in (paths.CHECKOUT / "notebooks").glob("*.ipynb")}


@pytest.fixture
def executed(monkeypatch):
    """What would have been executed: source, target and parameters; the source is copied."""
    calls = []

    def execute(source, target, parameters):
        calls.append((source.stem, target, parameters))
        content = json.loads(source.read_text())
        content["metadata"]["papermill"] = {
            "input_path": str(source), "output_path": str(target), "parameters": parameters,
        }  # fmt: skip
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(content))

    monkeypatch.setattr(notebook, "execute", execute)
    return calls


# params


def test_params_lists_the_notebooks(capsys):
    assert main(["params", "--json"]) == 0
    titles = json.loads(capsys.readouterr().out)
    assert set(titles) == NOTEBOOKS
    assert titles["table2"] == "Table 2: three losses on IDD"
    assert main(["params"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == sorted(NOTEBOOKS)


@pytest.mark.parametrize("name", sorted(NOTEBOOKS - {"train"}))
def test_params_of_every_chapter_say_what_they_mean(name, capsys):
    assert main(["params", name, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found
    assert all(parameter["help"] for parameter in found)


def test_params_of_a_run_are_all_fields_and_all_parameters_of_losses(capsys):
    assert main(["params", "train", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    fields = {p["name"]: p for p in found if not p["of"]}
    assert set(fields) == {f.name for f in dataclasses.fields(ExperimentConfig)} - {"loss_params"}
    ratio = fields["labelled_ratio"]
    assert (ratio["type"], ratio["default"], ratio["low"], ratio["high"]) == ("float", 1, 1e-4, 1)
    assert fields["loss"]["choices"] == list(loss_names())
    assert fields["crop_height"] | {"help": ""} == {
        "name": "crop_height", "type": "int", "default": None, "help": "", "low": 16,
        "high": None, "choices": [], "of": "",
    }  # fmt: skip
    of_losses = {(p["of"], p["name"]): p["default"] for p in found if p["of"]}
    assert of_losses == {
        (loss, name): default
        for loss in loss_names()
        for name, default in loss_parameters(loss).items()
    }
    assert all(p["help"] and "\\" not in p["help"] for p in found)


def test_params_for_people_are_aligned(capsys):
    assert main(["params", "train"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    place = head.index("meaning")
    gamma = next(line for line in lines if line.startswith("gamma ") and "focal:" in line)
    assert gamma[place:].startswith("focal: gamma ≥ 0")
    assert gamma.split()[:3] == ["gamma", "float", "2"]


def test_params_of_an_unknown_notebook_names_the_nearest(capsys):
    message = refused(["params", "tabel2"], capsys)
    assert "unknown notebook 'tabel2'; did you mean 'table2'?" in message


def test_params_outside_a_checkout_says_so(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "CHECKOUT", tmp_path)
    assert "run from a checkout" in refused(["params"], capsys)


# rerun


def test_rerun_of_the_training_notebook_is_train_with_a_notebook(executed, capsys):
    assert main(["rerun", "train", "profile=smoke", "loss=focal", "gamma=5", "ema=0.5"]) == 0
    config = configure("smoke", loss="focal", gamma=5.0, ema=0.5)
    ((name, target, values),) = executed
    assert (name, target) == ("train", paths.runs_dir() / config.id / "train.ipynb")
    assert configure(**values) == config
    assert str(target) in capsys.readouterr().out


def test_rerun_of_a_chapter_makes_a_page_of_its_own(executed, capsys):
    assert main(["rerun", "table2", "profile=quick"]) == 0
    assert main(["rerun", "table2", "profile=standard", "--title", "Mine"]) == 0
    first, second = (target for _, target, _ in executed)
    assert first.parent == second.parent == paths.runs_dir() / "pages"
    assert first != second
    assert [values for _, _, values in executed] == [
        {"profile": "quick"},
        {"profile": "standard"},
    ]
    titles = [nbformat.read(page, as_version=4).cells[0].source for page in (first, second)]
    assert titles[0].startswith("# Table 2: three losses on IDD: profile=quick\n")
    assert titles[1].startswith("# Mine\n")
    assert str(paths.CHECKOUT) not in first.read_text()
    assert str(second) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["tabel2", "profile=quick"], "did you mean 'table2'"),
        (["table2", "profil=quick"], "unknown parameter 'profil'; did you mean 'profile'?"),
        (["table2", "profile"], "expected name=value, got 'profile'"),
        (["train", "steps=many"], "steps must be of type int, got 'many'"),
        (["train", "steps=0"], "steps must be at least 1, got 0"),
        (["train", "gamma=2"], "loss 'cross_entropy' takes no 'gamma'"),
        (["train", "loss=fokal"], "loss must be one of"),
        (["train", "seed=1", "--title", "x"], "leave --title out"),
    ],
)
def test_rerun_refuses_what_does_not_fit_before_a_kernel_starts(argv, message, executed, capsys):
    assert message in refused(["rerun", *argv], capsys)
    assert executed == []


@pytest.mark.slow
def test_rerun_executes_and_says_what_failed(capsys):
    make_record(paths.recorded_dir() / "quick", loss="combo", seed=0)
    make_record(paths.recorded_dir() / "quick", loss="combo", seed=1)
    ids = [f"quick-cityscapes-combo-s{seed}" for seed in (0, 1)]
    assert main(["rerun", "changes", f"before={ids[0]}", f"after={ids[1]}"]) == 0
    (page,) = (paths.runs_dir() / "pages").iterdir()
    assert "mean IoU" in page.read_text()
    capsys.readouterr()
    message = refused(["rerun", "changes", f"before={ids[0]}", "after=nothing"], capsys)
    assert "changes with before=" in message
    assert "ValueError: 'nothing' is no run" in message
    assert list((paths.runs_dir() / "pages").iterdir()) == [page]


@pytest.mark.slow
def test_rerun_of_training_that_fails_says_why_in_a_line(tmp_path, capsys):
    nowhere = tmp_path / "nowhere"
    message = refused(["rerun", "train", "profile=smoke", f"data_root={nowhere}"], capsys)
    assert str(nowhere) in message
    assert "Traceback" not in message
    assert not list(paths.runs_dir().rglob("*.part.ipynb"))
