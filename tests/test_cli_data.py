import json

import pytest

from lossstudy.cli import main
from lossstudy.datasets.scenes import scenes_root

pytestmark = pytest.mark.usefixtures("without_type_checks")


@pytest.fixture
def root(tmp_path):
    return scenes_root("cityscapes", (32, 64), 3, 2, tmp_path)


def status(argv):
    """Run a command and return its exit status."""
    try:
        return main(["data", *map(str, argv)])
    except SystemExit as stop:
        return stop.code


def test_check_of_a_sound_dataset_ends_with_0(root, tmp_path, capsys):
    file = tmp_path / "report" / "check.json"
    assert status(["check", "cityscapes", "--root", root, "--json", file]) == 0
    assert "Complete and sound" in capsys.readouterr().out
    assert json.loads(file.read_text())["ok"] is True
    assert [path.name for path in file.parent.iterdir()] == ["check.json"]


def test_check_of_a_broken_dataset_ends_with_1(root, tmp_path, capsys):
    label = next(root.glob("gtFine/val/*/*_labelIds.png"))
    label.write_bytes(label.read_bytes()[:50])
    file = tmp_path / "check.json"
    assert status(["check", "cityscapes", "--root", root, "--json", file]) == 1
    assert label.name in capsys.readouterr().out
    assert json.loads(file.read_text())["ok"] is False
    assert status(["check", "cityscapes", "--root", root, "--split", "train"]) == 0
    assert status(["check", "cityscapes", "--root", root, "--split", "train", "val"]) == 1


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["cityscapes", "--root", "/no/such/folder"], "no folder /no/such/folder"),
        (["cityscape", "--root", "."], "invalid choice: 'cityscape'"),
        (["cityscapes"], "required: --root"),
    ],
)
def test_check_of_what_is_not_there_ends_with_2(argv, message, capsys):
    assert status(["check", *argv]) == 2
    assert message in capsys.readouterr().err


def test_check_of_another_dataset_ends_with_2_and_names_it(root, capsys):
    assert status(["check", "kitti", "--root", root]) == 2
    assert "looks like cityscapes, not kitti" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_ends_with_2_and_is_still_shown(root, tmp_path, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("")
    argv = ["check", "cityscapes", "--root", root, "--json", blocked / "check.json"]
    assert status(argv) == 2
    captured = capsys.readouterr()
    assert "Complete and sound" in captured.out
    assert f"cannot write the report to {blocked / 'check.json'}" in captured.err


def test_stats_of_a_folder_know_its_instances(root, tmp_path, capsys):
    file = tmp_path / "stats.json"
    argv = ["stats", "cityscapes", "--root", root, "--size", "32", "64", "--json", file]
    assert status([*argv, "--split", "val"]) == 0
    assert "cityscapes in cityscapes19: 2 generated images at 32x64" in capsys.readouterr().out
    content = json.loads(file.read_text())
    assert content["num_images"] == 2
    assert content["instances"]


def test_stats_without_a_folder_measure_generated_scenes(monkeypatch, capsys):
    from lossstudy import datasets

    asked = {}
    make = datasets.make_dataset

    def fewer(name, root, split, space, size, **counts):
        asked.update(counts, root=root)
        return make(name, root, split, space, size, num_train_scenes=2, num_val_scenes=1)

    monkeypatch.setattr(datasets, "make_dataset", fewer)
    assert status(["stats", "idd", "--size", "32", "64", "--space", "idd26"]) == 0
    assert "idd in idd26: 2 generated images at 32x64" in capsys.readouterr().out
    assert asked == {"root": None, "num_train_scenes": 400, "num_val_scenes": 150}


def test_stats_of_a_dataset_without_scenes_ask_for_its_folder(capsys):
    assert status(["stats", "camvid"]) == 2
    assert "camvid is not shipped with this package" in capsys.readouterr().err


def test_make_takes_what_describes_the_scenes(home, capsys):
    argv = ["make", "--profile", "smoke", "--scene-weather", "fog", "--scene-imbalance", "2"]
    assert status(argv) == 0
    assert "validation scenes" in capsys.readouterr().out
    folders = [path.name for path in (home / "data" / "scenes").iterdir()]
    assert len(folders) == 2
    assert all("-imbalance2.0-fog-" in name for name in folders)
