"""`lossstudy study | keep | table | list`: the grid, its records, and what there is to choose."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from lossstudy import paths
from lossstudy.config import DATASETS
from lossstudy.pages import write_page
from lossstudy.profiles import PROFILES
from lossstudy.results import keep_lean
from lossstudy.study import LEAN, STUDIED, STUDIES, TABLES, study

LEFT = ("*.pt", "*.jsonl", "*.ipynb", "finished")
"""What `keep` leaves behind: checkpoints, logs, and the notebook, which it rewrites as a page."""


def add(commands: Any) -> None:
    """Add the commands."""
    grid = commands.add_parser("study", help="run a whole grid in a profile, finished runs kept")
    grid.add_argument("--profile", default="quick", choices=PROFILES)
    grid.add_argument("--cores", default="all", help="runs side by side (default: all cores)")
    _add_which(grid)
    grid.set_defaults(action=_study)

    keep = commands.add_parser("keep", help="copy a study's finished runs to book/results")
    keep.add_argument("--profile", required=True, choices=PROFILES)
    _add_which(keep)
    keep.set_defaults(action=_keep)

    table = commands.add_parser("table", help="print a table of the paper beside our runs")
    table.add_argument(
        "number",
        choices=[*map(str, sorted(TABLES)), "headline"],
        help="table of the paper, or the README's table of the recorded runs",
    )
    table.add_argument("--csv", action="store_true", help="comma-separated, every digit")
    table.set_defaults(action=_table)

    names = commands.add_parser("list", help="print what there is to choose from")
    names.add_argument("--json", action="store_true", help="for programs")
    names.add_argument(
        "--study", choices=PROFILES, metavar="PROFILE", help="the runs of a profile"
    )
    _add_which(names)
    names.set_defaults(action=_list)


def _add_which(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say which study it is."""
    parser.add_argument("--name", default="paper", choices=STUDIES, help="(default: paper)")
    for name in STUDIED:
        parser.add_argument(f"--{name}-root", metavar="DIR", help=f"folder of the real {name}")


def _study(arguments: argparse.Namespace) -> None:
    # an error here is clearer than in the engine
    study(arguments.profile, _roots(arguments), arguments.name)
    snakefile = paths.CHECKOUT / "notebooks" / "Snakefile"
    if not snakefile.exists():
        raise FileNotFoundError(f"{snakefile} not found; run from a checkout of the study")
    command = [
        sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--directory",
        str(paths.CHECKOUT), "--cores", arguments.cores, "--keep-going", "--rerun-incomplete",
        "runs", "--config", f"profile={arguments.profile}", f"name={arguments.name}",
        *(f"{name}_root={Path(root).resolve()}" for name, root in _roots(arguments).items()),
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    raise SystemExit(subprocess.run(command, env=environment, check=False).returncode)


def _roots(arguments: argparse.Namespace) -> dict[str, str]:
    given = {name: getattr(arguments, f"{name}_root") for name in STUDIED}
    return {name: root for name, root in given.items() if root}


def _keep(arguments: argparse.Namespace) -> None:
    """Copy the finished runs of a study to `book/results`, to be committed.

    Those of the paper's study lie under the name of the profile, the others under the study's.

    Raises:
        FileNotFoundError: There is none.
    """
    name, profile = arguments.name, arguments.profile
    target = paths.recorded_dir() / (profile if name == "paper" else name)
    runs = [paths.runs_dir() / run.id for run in study(profile, _roots(arguments), name)]
    found = [folder for folder in runs if (folder / "record.json").exists()]
    for folder in found:
        copy = target / folder.name
        print(copy)
        if name in LEAN:
            keep_lean(folder, copy)
            continue
        shutil.copytree(folder, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*LEFT))
        if (folder / "train.ipynb").exists():
            write_page(folder / "train.ipynb", copy / "train.ipynb")
    if not found:
        raise FileNotFoundError(
            f"no finished run of study {name!r} in profile {profile!r} in {paths.runs_dir()}; "
            f"make them with: lossstudy study --name {name} --profile {profile}"
        )


def _table(arguments: argparse.Namespace) -> None:
    from lossstudy.results import (
        headline_markdown,
        paper_table,
        read_records,
        table_csv,
        table_text,
    )

    if arguments.number == "headline":
        if arguments.csv:
            raise ValueError("--csv is for the tables 1 to 3; the headline comes as Markdown")
        print(headline_markdown(read_records(paths.recorded_dir())))
        return
    records = read_records(paths.runs_dir(), paths.recorded_dir())
    table = paper_table(int(arguments.number), records)
    print(table_csv(table) if arguments.csv else table_text(table))


def _list(arguments: argparse.Namespace) -> None:
    if arguments.study:
        runs = study(arguments.study, _roots(arguments), arguments.name)
        if arguments.json:
            print(json.dumps([{"id": run.id, **run.overrides()} for run in runs], indent=2))
        else:
            print("\n".join(run.id for run in runs))
        return
    from lossstudy.labels import LABEL_SPACES
    from lossstudy.losses import loss_names, loss_parameters
    from lossstudy.models import model_names

    names: dict[str, Any] = {
        "losses": {name: loss_parameters(name) for name in loss_names()},
        "models": list(model_names()),
        "datasets": {name: list(spaces) for name, (spaces, _) in DATASETS.items()},
        "label_spaces": list(LABEL_SPACES),
        "profiles": PROFILES,
    }
    if arguments.json:
        print(json.dumps(names, indent=2))
        return
    for kind, members in names.items():
        print(f"{kind}: {', '.join(members)}")
