"""The lock, environment.yml and pyproject.toml name the same packages and the same releases."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines):
    """Map name to version, insisting that every line is an exact pin and nothing else."""
    found = {}
    for line in lines:
        match = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.]+)", line)
        assert match, f"not an exact pin of a published release: {line!r}"
        assert canonical(match[1]) not in found, f"pinned twice: {line!r}"
        found[canonical(match[1])] = match[2]
    return found


def lock():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return pins(line for line in lines if line and not line.startswith("#"))


def direct():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return {canonical(re.match(r"[A-Za-z0-9._-]+", item)[0]) for group in groups for item in group}


def conda():
    """Return the python requirement and the list below `pip:` of environment.yml."""
    python, pip, packages = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert pip == "pip"
    return python, packages["pip"]


def test_direct_dependencies_are_locked():
    assert direct() <= lock().keys()


def test_environment_pins_the_direct_dependencies_as_the_lock_does():
    _, packages = conda()
    assert packages[-1] == "--editable ."
    assert pins(packages[:-1]) == {name: lock()[name] for name in direct()}


def test_environment_python_is_supported():
    python, _ = conda()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert python.removeprefix("python=") == project["requires-python"].removeprefix(">=")
