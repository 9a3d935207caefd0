"""`lossstudy train`: one run, every parameter a flag."""

import argparse
import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any

from lossstudy import paths
from lossstudy.config import ExperimentConfig
from lossstudy.knobs import shown

_LIMITS = {"low": "at least", "high": "at most"}


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
    from lossstudy.notebook import execute

    source = paths.CHECKOUT / "notebooks" / "train.ipynb"
    if not source.exists():
        raise FileNotFoundError(f"{source} not found; run from a checkout of the study")
    values = {"profile": config.profile, **config.overrides()}
    values |= values.pop("loss_params", {})
    execute(source, paths.runs_dir() / config.id / "train.ipynb", values)


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
    kinds: dict[str, type[float | str]] = {}
    for loss in loss_names():
        for name, default in loss_parameters(loss).items():
            owners.setdefault(name, []).append(f"{loss} (default {shown(default)})")
            kinds[name] = type(default)
    for name, losses in sorted(owners.items()):
        text = f"of {', '.join(losses)}"
        flag = f"--{name.replace('_', '-')}"
        group.add_argument(flag, type=kinds[name], help=text, metavar=kinds[name].__name__.upper())


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
