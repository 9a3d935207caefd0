"""Where a number comes from: code, commit, versions, processor. Imports no torch."""

import ast
import functools
import hashlib
import importlib.metadata
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lossstudy.config import ExperimentConfig

PACKAGE = Path(__file__).resolve().parent

COMMON_CODE = (
    "averaging.py", "batches.py", "build.py", "calibration.py", "checkpoint.py", "counts.py",
    "decision.py", "distributed.py", "evaluation.py", "experiment.py", "machine.py", "metrics.py",
    "parts.py", "pixels.py", "presence.py", "sampling.py", "trainer.py", "transfer.py",
    "validation.py", "labels",
)  # fmt: skip
"""What every run executes. The record holds the values of configuration and profiles, and the
fingerprint of the data, so the code that makes those is not here."""

CHOSEN_CODE = {"losses": "loss", "models": "model", "datasets": "dataset"}
"""Folders of which a run executes the private modules and the one that a field names."""


def training_sources(config: ExperimentConfig) -> list[Path]:
    """Return the files of the package that can change the outcome of a run, sorted.

    Another loss, model or dataset in its folder is not among them, so adding one leaves what has
    been trained valid.
    """
    files: list[Path] = []
    for name in COMMON_CODE:
        path = PACKAGE / name
        files += [*path.glob("*.py"), *path.glob("*.csv")] if path.is_dir() else [path]
    for folder, field in CHOSEN_CODE.items():
        chosen = getattr(config, field)
        files += [*(PACKAGE / folder).glob("_*.py"), PACKAGE / folder / f"{chosen}.py"]
    if config.transfer_dataset:
        files.append(PACKAGE / "datasets" / f"{config.transfer_dataset}.py")
    return sorted(set(files))


def code_fingerprint(config: ExperimentConfig) -> str:
    """Return 16 hex digits that change when the statements of `training_sources` do.

    Comments, docstrings and layout are not part of it: they cannot move a result.
    """
    digest = hashlib.sha256()
    for path in training_sources(config):
        text = path.read_text(encoding="utf-8")
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update((_statements(text) if path.suffix == ".py" else text).encode())
    return digest.hexdigest()[:16]


def is_current(config: Mapping[str, Any], code: str) -> bool:
    """Return whether a recorded run was made by the training code of this checkout.

    Args:
        config: The `config` of its record.
        code: The `code_fingerprint` in its record.
    """
    try:
        return code_fingerprint(ExperimentConfig(**config)) == code
    except (TypeError, ValueError, FileNotFoundError):  # fields or files this checkout has not
        return False


@functools.cache  # many runs are asked about in one process
def _statements(source: str) -> str:
    """Return Python source without comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [item for item in body if not _is_string(item)]
            node.body = kept or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.unparse(tree)


def _is_string(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that compute."""
    packages = ("torch", "torchvision", "numpy", "pillow")
    found = {name: importlib.metadata.version(name) for name in packages}
    return {"python": platform.python_version(), **found}


def git_state() -> dict[str, Any]:
    """Return commit and whether tracked files differ from it; nulls outside a git checkout."""
    commit = _git("rev-parse", "HEAD")
    status = _git("status", "--porcelain", "--untracked-files=no")
    return {"git_commit": commit, "git_dirty": None if commit is None else bool(status)}


def cpu_name() -> str:
    """Return the processor's model name, or the architecture where the system does not say."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(PACKAGE.parent), *arguments],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
