"""Where the study keeps its data and its runs."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
"""The folder of the source tree, with `notebooks/` in it, if the package runs from one."""


def home() -> Path:
    """Return the folder that holds `data/`, `runs/` and `book/`.

    `LOSSSTUDY_HOME` if set; otherwise the checkout this package was installed from, which is the
    parent folder with a `pyproject.toml`; otherwise the current directory. `make book` and
    `lossstudy study` always use the checkout.
    """
    if value := os.environ.get("LOSSSTUDY_HOME"):
        return Path(value).expanduser().resolve()
    return CHECKOUT if (CHECKOUT / "pyproject.toml").is_file() else Path.cwd()


def data_dir() -> Path:
    """Return the folder of generated scenes and decoded caches; safe to delete."""
    return home() / "data"


def runs_dir() -> Path:
    """Return the folder with one sub-folder per training run."""
    return home() / "runs"


def recorded_dir() -> Path:
    """Return the folder of the records kept in the repository: `<profile>/<run id>/`."""
    return home() / "book" / "results"
