"""`lossstudy data`: the datasets."""

import argparse
from typing import Any

from lossstudy import paths
from lossstudy.config import ExperimentConfig
from lossstudy.profiles import PROFILES
from lossstudy.study import PAPERS_DATASETS, cell


def add(commands: Any) -> None:
    """Add the commands."""
    data = commands.add_parser("data", help="the datasets").add_subparsers(
        required=True, metavar="command"
    )
    make = data.add_parser("make", help="render the generated scenes of a profile")
    make.add_argument("--profile", default="quick", choices=PROFILES)
    make.set_defaults(action=_make)


def _make(arguments: argparse.Namespace) -> None:
    from lossstudy.build import train_set, validation_sets

    for dataset in PAPERS_DATASETS:
        cell(arguments.profile, {"dataset": dataset})
        config = ExperimentConfig.from_profile(arguments.profile, dataset=dataset)
        print(f"{dataset}: {len(train_set(config))} training scenes", end=", ")
        print(f"{len(validation_sets(config)[dataset])} validation scenes in {paths.data_dir()}")
