"""`lossstudy train`: one run, every parameter a flag."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lossstudy import paths
from lossstudy.cli._parameters import field_parameters, loss_parameter_list
from lossstudy.config import ExperimentConfig
from lossstudy.knobs import shown
from lossstudy.parameters import Parameter


def add(commands: Any, *, chosen: bool) -> None:
    """Add the command; its flags name losses, so only where it is `chosen` is torch imported."""
    text = "train, validate and record one run"
    train = commands.add_parser("train", help=text, allow_abbrev=False)
    train.add_argument(
        "--notebook", action="store_true", help="run as a notebook, for a page in the book"
    )
    if chosen:
        _add_config_arguments(train)
    train.set_defaults(action=_train)


def _train(arguments: argparse.Namespace) -> None:
    from lossstudy.configure import configure
    from lossstudy.experiment import run

    given = {k: v for k, v in vars(arguments).items() if k not in {"action", "notebook"}}
    given.pop("command")
    config = configure(**given)
    if arguments.notebook:
        execute_notebook(config)
    record = run(config)
    for name, scores in record.evaluations.items():
        print(f"\n{name} ({scores['num_images']} images): mean IoU {scores['mean_iou']:.3f}")
        for label, iou in zip(scores["classes"], scores["iou"], strict=True):
            print(f"  {label:<24} {'absent' if iou is None else f'{iou:.3f}'}")
    print(f"\nrecord: {record.folder / 'record.json'}")


def execute_notebook(config: ExperimentConfig) -> Path:
    """Run `notebooks/train.ipynb` into the run's folder, which gives the run a page in the book.

    Returns:
        The executed notebook.

    Raises:
        FileNotFoundError: This is not a checkout with notebooks.
        ValueError: A cell failed.
    """
    source = paths.CHECKOUT / "notebooks" / "train.ipynb"
    if not source.exists():
        raise FileNotFoundError(f"{source} not found; run from a checkout of the study")
    values = {"profile": config.profile, **config.overrides()}
    values |= values.pop("loss_params", {})
    target = paths.runs_dir() / config.id / "train.ipynb"
    execute_cells(source, target, values, config.id)
    return target


def execute_cells(source: Path, target: Path, values: Mapping[str, Any], what: str) -> None:
    """Execute a notebook; what a failing cell says becomes one line of this command.

    Args:
        source: The notebook.
        target: Where the executed one goes.
        values: Its parameters.
        what: What is executed, for the message.

    Raises:
        ValueError: A cell failed.
    """
    from papermill.exceptions import PapermillExecutionError

    from lossstudy.notebook import execute

    try:
        execute(source, target, values)
    except PapermillExecutionError as error:
        target.with_suffix(".part.ipynb").unlink()
        raise ValueError(f"{what}: {error.ename}: {error.evalue}") from error


def _add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """Add a flag for every field of a configuration and every parameter of a loss."""
    for field in field_parameters():
        limits = field.limits
        parser.add_argument(
            _flag(field.name),
            type=_bool if field.kind is bool else field.kind,
            default="quick" if field.name == "profile" else None,
            help=(f"{field.help} ({limits})" if limits else field.help).replace("%", "%%"),
            metavar=field.kind.__name__.upper(),
        )
    group = parser.add_argument_group("parameters of the loss")
    owners: dict[str, list[Parameter]] = {}
    for parameter in loss_parameter_list():
        owners.setdefault(parameter.name, []).append(parameter)
    for name, members in sorted(owners.items()):
        kind = members[-1].kind
        losses = ", ".join(f"{member.of} (default {shown(member.default)})" for member in members)
        group.add_argument(
            _flag(name), type=kind, help=f"of {losses}", metavar=kind.__name__.upper()
        )


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _bool(text: str) -> bool:
    if text not in {"true", "false"}:
        raise argparse.ArgumentTypeError(f"expected true or false, got {text!r}")
    return text == "true"
