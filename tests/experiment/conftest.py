"""Scenes rendered once, and one finished run, for all tests of experiments."""

import pytest

from lossstudy import experiment
from tests.experiment.runs import CONFIG


@pytest.fixture(scope="session")
def scenes(tmp_path_factory):
    """The generated scenes and decoded arrays, made once for all tests here."""
    return tmp_path_factory.mktemp("shared") / "data"


@pytest.fixture
def home(tmp_path, monkeypatch, scenes):
    folder = tmp_path / "home"
    folder.mkdir()
    scenes.mkdir(exist_ok=True)
    (folder / "data").symlink_to(scenes)
    monkeypatch.setenv("LOSSSTUDY_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory, scenes):
    """The record of an uninterrupted run of CONFIG."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    scenes.mkdir(exist_ok=True)
    (folder / "data").symlink_to(scenes)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("LOSSSTUDY_HOME", str(folder))
        return experiment.run(CONFIG, progress=False)
