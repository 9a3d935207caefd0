"""`lossstudy data`: the datasets."""

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from lossstudy import paths
from lossstudy.config import DATASETS, ExperimentConfig
from lossstudy.files import write_text
from lossstudy.profiles import PROFILES
from lossstudy.study import PAPERS_DATASETS, cell

STATUS = "exit status: 0 complete and sound, 1 incomplete or broken, 2 wrong usage"


def add(commands: Any) -> None:
    """Add the commands."""
    data = commands.add_parser("data", help="the datasets").add_subparsers(
        required=True, metavar="command"
    )
    make = data.add_parser("make", help="render the generated scenes of a profile")
    make.add_argument("--profile", default="quick", choices=PROFILES)
    for field in _scene_fields():
        make.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=type(field.default),
            choices=field.metadata.get("choices"),
            help=field.metadata["help"],
        )
    make.set_defaults(action=_make)

    check = data.add_parser(
        "check",
        help="say what of a dataset on disk is missing or broken",
        description="Look at every file of a dataset. Nothing is written into its folder.",
        epilog=STATUS,
    )
    check.add_argument("name", choices=DATASETS)
    check.add_argument(
        "--root", type=Path, required=True, metavar="DIR", help="its folder or zip archive"
    )
    check.add_argument(
        "--split", nargs="+", default=(), help="splits it has to have (default: train val)"
    )
    check.add_argument(
        "--thorough", action="store_true", help="unpack the pixels of PNG photographs too"
    )
    check.add_argument("--json", type=Path, metavar="FILE", help="write a report for programs")
    check.set_defaults(action=_check)

    stats = data.add_parser("stats", help="measure the classes of a split")
    stats.add_argument("name", choices=DATASETS)
    stats.add_argument(
        "--root",
        type=Path,
        metavar="DIR",
        help="its folder (default: the scenes that `data make` renders)",
    )
    stats.add_argument("--split", default="train", help="split to measure (default: %(default)s)")
    stats.add_argument("--space", help="label space (default: the dataset's own)")
    stats.add_argument(
        "--size", type=int, nargs=2, default=(128, 256), metavar=("HEIGHT", "WIDTH"),
        help="size images are resized to first, pixels (default: 128 256)",
    )  # fmt: skip
    stats.add_argument("--json", type=Path, metavar="FILE", help="write a report for programs")
    stats.set_defaults(action=_stats)


def _make(arguments: argparse.Namespace) -> None:
    from lossstudy.build import train_set, validation_sets

    scenes = {field.name: getattr(arguments, field.name) for field in _scene_fields()}
    given = {name: value for name, value in scenes.items() if value is not None}
    for dataset in PAPERS_DATASETS:
        cell(arguments.profile, {"dataset": dataset})
        config = ExperimentConfig.from_profile(arguments.profile, dataset=dataset, **given)
        print(f"{dataset}: {len(train_set(config))} training scenes", end=", ")
        print(f"{len(validation_sets(config)[dataset])} validation scenes in {paths.data_dir()}")


def _scene_fields() -> list[dataclasses.Field[Any]]:
    """Return the fields of a configuration that describe generated scenes."""
    fields = dataclasses.fields(ExperimentConfig)
    return [field for field in fields if field.name.startswith("scene_")]


def _check(arguments: argparse.Namespace) -> None:
    from lossstudy.survey.check import check, report_text

    report = check(arguments.name, arguments.root, arguments.split, thorough=arguments.thorough)
    print(report_text(report))
    _write(arguments.json, report.to_json())
    if not report.ok:
        raise SystemExit(1)


def _stats(arguments: argparse.Namespace) -> None:
    from lossstudy.datasets import make_dataset
    from lossstudy.survey.statistics import instance_files, report

    space = arguments.space or DATASETS[arguments.name][0][0]
    size = (arguments.size[0], arguments.size[1])
    scenes = ExperimentConfig.from_profile("quick")  # those that `make` renders
    dataset = make_dataset(
        arguments.name,
        arguments.root,
        arguments.split,
        space,
        size,
        num_train_scenes=scenes.train_scenes,
        num_val_scenes=scenes.val_scenes,
    )
    instances = instance_files(arguments.root, arguments.split) if arguments.root else []
    found = report(dataset, instances)
    print(found.text())
    _write(arguments.json, found.to_json())


def _write(path: Path | None, text: str) -> None:
    """Write a report where one is asked for.

    Raises:
        OSError: The file cannot be written.
    """
    if path is None:
        return
    try:
        write_text(path, f"{text}\n")
    except OSError as error:
        raise OSError(
            error.errno, f"cannot write the report to {path} ({error.strerror}); name another file"
        ) from error
