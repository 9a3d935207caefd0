"""The command line: `lossstudy train | study | data | table | bench | list | keep`."""

import argparse
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lossstudy import paths
from lossstudy.config import DATASETS, ExperimentConfig
from lossstudy.pages import write_page
from lossstudy.profiles import PROFILES
from lossstudy.study import PAPERS_DATASETS, TABLES, cell, study

_LIMITS = {"low": "at least", "high": "at most"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0, or 2 for what the user can mend."""
    words = sys.argv[1:] if argv is None else argv
    arguments = _parser(words[:1]).parse_args(words)
    try:
        arguments.action(arguments)
    except (ValueError, OSError, FloatingPointError) as error:
        print(f"lossstudy: {error}", file=sys.stderr)
        return 2
    return 0


def _train(arguments: argparse.Namespace) -> None:
    from lossstudy.configure import configure
    from lossstudy.experiment import run

    given = {k: v for k, v in vars(arguments).items() if k not in {"action", "notebook"}}
    given.pop("command")
    config = configure(**given)
    if arguments.notebook:
        _execute_notebook(config)
    record = run(config)
    for name, scores in record.evaluations.items():
        print(f"\n{name} ({scores['num_images']} images): mean IoU {scores['mean_iou']:.3f}")
        for label, iou in zip(scores["classes"], scores["iou"], strict=True):
            print(f"  {label:<24} {'absent' if iou is None else f'{iou:.3f}'}")
    print(f"\nrecord: {record.folder / 'record.json'}")


def _execute_notebook(config: ExperimentConfig) -> None:
    """Run `notebooks/train.ipynb` into the run's folder, which gives the run a page in the book.

    Raises:
        FileNotFoundError: This is not a checkout with notebooks.
    """
    import papermill

    source = paths.CHECKOUT / "notebooks" / "train.ipynb"
    if not source.exists():
        raise FileNotFoundError(f"{source} not found; run from a checkout of the study")
    values = {"profile": config.profile, **config.overrides()}
    values |= values.pop("loss_params", {})
    target = paths.runs_dir() / config.id / "train.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name("train.part.ipynb")  # papermill leaves a failed notebook behind
    papermill.execute_notebook(source, aside, values, kernel_name="python3", progress_bar=False)
    aside.replace(target)


def _study(arguments: argparse.Namespace) -> None:
    study(arguments.profile, _roots(arguments))  # an error here is clearer than in the engine
    snakefile = paths.CHECKOUT / "notebooks" / "Snakefile"
    if not snakefile.exists():
        raise FileNotFoundError(f"{snakefile} not found; run from a checkout of the study")
    command = [
        sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--directory",
        str(paths.CHECKOUT), "--cores", arguments.cores, "--keep-going", "runs",
        "--config", f"profile={arguments.profile}",
        *(f"{name}_root={Path(root).resolve()}" for name, root in _roots(arguments).items()),
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    raise SystemExit(subprocess.run(command, env=environment, check=False).returncode)


def _roots(arguments: argparse.Namespace) -> dict[str, str]:
    given = {name: getattr(arguments, f"{name}_root") for name in DATASETS}
    return {name: root for name, root in given.items() if root}


def _data_make(arguments: argparse.Namespace) -> None:
    from lossstudy.experiment import train_set, validation_sets

    for dataset in PAPERS_DATASETS:
        cell(arguments.profile, {"dataset": dataset})
        config = ExperimentConfig.from_profile(arguments.profile, dataset=dataset)
        print(f"{dataset}: {len(train_set(config))} training scenes", end=", ")
        print(f"{len(validation_sets(config)[dataset])} validation scenes in {paths.data_dir()}")


def _table(arguments: argparse.Namespace) -> None:
    from lossstudy.results import (
        headline_markdown,
        paper_table,
        read_records,
        table_csv,
        table_text,
    )

    if arguments.number == "headline":
        print(headline_markdown(read_records(paths.recorded_dir())))
        return
    records = read_records(paths.runs_dir(), paths.recorded_dir())
    table = paper_table(int(arguments.number), records)
    print(table_csv(table) if arguments.csv else table_text(table))


def _bench(arguments: argparse.Namespace) -> None:
    from lossstudy import bench

    print(getattr(bench, arguments.what)())


def _list(arguments: argparse.Namespace) -> None:
    if arguments.study:
        runs = study(arguments.study)
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


def _keep(arguments: argparse.Namespace) -> None:
    """Copy the finished runs of a profile to `book/results`, to be committed.

    Raises:
        FileNotFoundError: The profile has none.
    """
    found = 0
    for folder in sorted(paths.runs_dir().glob(f"{arguments.profile}-*")):
        if not (folder / "record.json").exists():
            continue
        target = paths.recorded_dir() / arguments.profile / folder.name
        patterns = shutil.ignore_patterns("*.pt", "*.jsonl", "*.ipynb")
        shutil.copytree(folder, target, dirs_exist_ok=True, ignore=patterns)
        if (folder / "train.ipynb").exists():
            write_page(folder / "train.ipynb", target / "train.ipynb")
        found += 1
        print(target)
    if not found:
        raise FileNotFoundError(
            f"no finished run of profile {arguments.profile!r} in {paths.runs_dir()}; "
            f"make them with: lossstudy study --profile {arguments.profile}"
        )


def _parser(command: Sequence[str]) -> argparse.ArgumentParser:
    """Build the parser; the flags of `train` name losses, and only it imports torch for them."""
    parser = argparse.ArgumentParser(prog="lossstudy", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    text = "train, validate and record one run"
    train = commands.add_parser("train", help=text, allow_abbrev=False)
    train.add_argument(
        "--notebook", action="store_true", help="run as a notebook, for a page in the book"
    )
    if list(command) == ["train"]:
        _add_config_arguments(train)
    train.set_defaults(action=_train)

    grid = commands.add_parser("study", help="run the whole grid of a profile, finished runs kept")
    grid.add_argument("--profile", default="quick", choices=PROFILES)
    grid.add_argument("--cores", default="all", help="runs side by side (default: all cores)")
    for name in DATASETS:
        grid.add_argument(f"--{name}-root", metavar="DIR", help=f"folder of the real {name}")
    grid.set_defaults(action=_study)

    data = commands.add_parser("data", help="the datasets").add_subparsers(required=True)
    make = data.add_parser("make", help="render the generated scenes of a profile")
    make.add_argument("--profile", default="quick", choices=PROFILES)
    make.set_defaults(action=_data_make)

    table = commands.add_parser("table", help="print a table of the paper beside our runs")
    table.add_argument(
        "number",
        choices=[*map(str, sorted(TABLES)), "headline"],
        help="table of the paper, or the README's table of the recorded runs",
    )
    table.add_argument("--csv", action="store_true", help="comma-separated, every digit")
    table.set_defaults(action=_table)

    bench = commands.add_parser("bench", help="measure what things cost")
    bench.add_argument("what", choices=("losses", "trainer", "scenes"))
    bench.set_defaults(action=_bench)

    names = commands.add_parser("list", help="print what there is to choose from")
    names.add_argument("--json", action="store_true", help="for programs")
    names.add_argument(
        "--study", choices=PROFILES, metavar="PROFILE", help="the runs of a profile"
    )
    names.set_defaults(action=_list)

    keep = commands.add_parser("keep", help="copy a profile's finished runs to book/results")
    keep.add_argument("--profile", required=True, choices=PROFILES)
    keep.set_defaults(action=_keep)
    return parser


def _add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """Add a flag for every field of a configuration and every parameter of a loss."""
    from lossstudy.losses import loss_names, loss_parameters

    for field in dataclasses.fields(ExperimentConfig):
        if field.name == "loss_params":
            continue
        known = {"choices": loss_names()} if field.name == "loss" else {}
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=_kind(field.type),
            default="quick" if field.name == "profile" else None,
            help=_help({**field.metadata, **known}).replace("%", "%%"),
            metavar=_kind(field.type).__name__.strip("_").upper(),
        )
    group = parser.add_argument_group("parameters of the loss")
    owners: dict[str, list[str]] = {}
    for loss in loss_names():
        for name, default in loss_parameters(loss).items():
            owners.setdefault(name, []).append(f"{loss} (default {default:g})")
    for name, losses in sorted(owners.items()):
        text = f"of {', '.join(losses)}"
        group.add_argument(f"--{name}", type=float, help=text, metavar="FLOAT")


def _help(metadata: Mapping[str, Any]) -> str:
    """Return a field's help with what it may be."""
    if "choices" in metadata:
        return f"{metadata['help']}: {', '.join(metadata['choices'])}"
    limits = [f"{word} {metadata[key]}" for key, word in _LIMITS.items() if key in metadata]
    return f"{metadata['help']} ({', '.join(limits)})" if limits else str(metadata["help"])


def _kind(annotation: Any) -> Any:
    members = typing.get_args(annotation) or [annotation]
    kinds = [kind for kind in members if kind is not types.NoneType]
    return _bool if kinds == [bool] else kinds[0]


def _bool(text: str) -> bool:
    if text not in {"true", "false"}:
        raise argparse.ArgumentTypeError(f"expected true or false, got {text!r}")
    return text == "true"
