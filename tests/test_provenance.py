import ast
import shutil
from importlib import metadata

import pytest

from lossstudy import provenance
from lossstudy.config import ExperimentConfig
from lossstudy.losses import loss_names
from lossstudy.models import model_names

PACKAGE = provenance.PACKAGE


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A copy of the package to change; its fingerprint is the one that is taken."""
    copy = tmp_path / "lossstudy"
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(PACKAGE, copy, ignore=ignored)
    monkeypatch.setattr(provenance, "PACKAGE", copy)
    return copy


def names(config):
    return [path.relative_to(PACKAGE).as_posix() for path in provenance.training_sources(config)]


def append(file, text):
    file.write_text(file.read_text() + text)


def imported(path):
    """Names of the package's modules that a source file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.startswith("lossstudy.")}


def test_sources_are_those_the_run_executes():
    config = ExperimentConfig(loss="focal", model="deeplab", transfer_dataset="idd")
    found = names(config)
    for name in (
        "trainer.py", "pixels.py", "losses/focal.py", "losses/_base.py", "models/deeplab.py",
        "datasets/cityscapes.py", "datasets/idd.py", "labels/idd.csv",
    ):  # fmt: skip
        assert name in found
    for name in ("losses/combo.py", "models/s4gan.py", "datasets/camvid.py", "plots/_style.py"):
        assert name not in found
    assert found == sorted(set(found))


@pytest.mark.parametrize("model", model_names())
@pytest.mark.parametrize("loss", loss_names())
def test_no_loss_or_model_the_run_imports_is_missing(loss, model):
    """A loss that imported another public loss would run code that its fingerprint leaves out."""
    config = ExperimentConfig(loss=loss, model=model)
    files = provenance.training_sources(config)
    held = {path.relative_to(PACKAGE.parent).with_suffix("").as_posix() for path in files}
    for path in files:
        if path.suffix != ".py" or path.parent.name not in {"losses", "models"}:
            continue
        for name in imported(path):
            module = name.replace(".", "/")
            if (
                module.startswith(("lossstudy/losses/", "lossstudy/models/"))
                and (PACKAGE.parent / f"{module}.py").exists()
            ):
                assert module in held, f"{path} imports {name}"


def test_fingerprint_does_not_depend_on_where_the_package_lies(sources):
    config = ExperimentConfig()
    here = provenance.code_fingerprint(config)
    assert len(here) == 16
    assert int(here, 16) >= 0
    shutil.move(sources, sources.with_name("elsewhere"))
    provenance.PACKAGE = sources.with_name("elsewhere")
    assert provenance.code_fingerprint(config) == here


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("trainer.py", "\n# A remark.\n"),
        ("losses/focal.py", '\n\n"""More about the loss."""\n'),
        ("losses/combo.py", "\nSMOOTH = 2.0\n"),
        ("models/deeplab.py", "\nDEPTH = 2\n"),
        ("plots/_style.py", "\nSIZE = 2\n"),
        ("datasets/camvid.py", "\nSIZE = 2\n"),
    ],
)
def test_comments_and_code_of_others_leave_the_fingerprint(file, text, sources):
    config = ExperimentConfig(loss="focal")
    before = provenance.code_fingerprint(config)
    append(sources / file, text)
    assert provenance.code_fingerprint(config) == before


def test_new_loss_leaves_the_fingerprint(sources):
    config = ExperimentConfig(loss="focal")
    before = provenance.code_fingerprint(config)
    (sources / "losses" / "brand_new.py").write_text("class BrandNew: pass\n")
    assert provenance.code_fingerprint(config) == before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("trainer.py", "\nMOMENTUM = 0.8\n"),
        ("pixels.py", "\nEPS = 1\n"),
        ("losses/focal.py", "\nEPS = 1\n"),
        ("losses/_base.py", "\nEPS = 1\n"),
        ("models/_discriminator.py", "\nEPS = 1\n"),
        ("labels/idd.csv", "1,2\n"),
    ],
)
def test_statements_and_tables_change_the_fingerprint(file, text, sources):
    config = ExperimentConfig(loss="focal")
    before = provenance.code_fingerprint(config)
    append(sources / file, text)
    assert provenance.code_fingerprint(config) != before


def test_string_that_is_a_value_is_not_taken_for_a_docstring(sources):
    config = ExperimentConfig()
    append(sources / "trainer.py", '\nNAME = "one"\n')
    before = provenance.code_fingerprint(config)
    append(sources / "trainer.py", '\nNAME = "two"\n')
    assert provenance.code_fingerprint(config) != before


def test_versions_are_the_installed_ones():
    found = provenance.versions()
    assert set(found) == {"python", "torch", "torchvision", "numpy", "pillow"}
    assert found["torch"] == metadata.version("torch")


def test_git_state_outside_a_checkout_is_null(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "lossstudy")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert provenance.git_state() == {"git_commit": None, "git_dirty": None}


def test_git_state_without_git_is_null(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert provenance.git_state() == {"git_commit": None, "git_dirty": None}


def test_processor_has_a_name():
    assert provenance.cpu_name().strip()
