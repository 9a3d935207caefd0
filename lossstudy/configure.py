"""From flat parameters, as a notebook or a command line has them, to a valid experiment."""

import shlex
from collections.abc import Mapping
from typing import Any

from lossstudy.config import PATHS, ExperimentConfig
from lossstudy.counts import ClassCounts
from lossstudy.knobs import unknown_parameter
from lossstudy.labels import label_space
from lossstudy.losses import loss_names, loss_parameters, make_loss
from lossstudy.study import LOSSES, cell

_PLACEHOLDERS = {name: "DIR" if name.endswith("root") else "FILE" for name in PATHS}
"""What a recorded command shows in place of a path on somebody's machine."""


def configure(profile: str = "quick", **overrides: Any) -> ExperimentConfig:
    """Build a configuration from flat parameters, those of the loss among them.

    What is not given is as in the study, so the study's runs need no more than their names.

    Args:
        profile: Named settings to start from.
        **overrides: Fields of `ExperimentConfig` and parameters of the chosen loss (`gamma`,
            `alpha`, ...). None stands for the default.

    Returns:
        A configuration whose loss can be built.

    Raises:
        ValueError: A name nobody knows, a wrong type, a value out of range.

    Example:
        >>> configure("smoke", loss="focal", gamma=5).loss_params
        {'gamma': 5.0}
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    given = {**cell(profile, given), **given}
    loss = given.get("loss", "cross_entropy")
    if loss not in loss_names():
        raise ValueError(f"loss must be one of {', '.join(loss_names())}, got {loss!r}")
    takes = loss_parameters(loss)
    elsewhere = {name for other in loss_names() for name in loss_parameters(other)}
    params = dict(given.pop("loss_params", {}))
    params |= {name: given.pop(name) for name in list(given) if name in elsewhere}
    for name in params:
        if name not in takes:
            raise ValueError(
                f"loss {loss!r} takes no {name!r}; it takes {', '.join(takes) or 'no parameters'}"
            )
    fields = list(ExperimentConfig.__dataclass_fields__)
    for name in given:
        if name not in fields:
            raise ValueError(unknown_parameter(name, [*fields, *elsewhere]))
    params = {name: _value(name, value, takes[name]) for name, value in params.items()}
    stated = LOSSES.get(loss, {})  # a default is left out, so that one experiment has one id
    params = stated | {k: v for k, v in params.items() if k in stated or v != takes[k]}
    config = ExperimentConfig.from_profile(profile, **given, loss_params=params)
    num_classes = label_space(config.label_space).num_classes
    make_loss(loss, num_classes, ClassCounts.even(num_classes), **params)  # it holds the ranges
    return config


def notebook_parameters(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the parameter cells of a notebook set: its plain values, by name.

    A misspelt papermill parameter is one of them, and `configure` then refuses it by name.
    """
    return {
        name: value
        for name, value in namespace.items()
        if not name.startswith("_") and (value is None or isinstance(value, str | int | float))
    }


def command(config: ExperimentConfig) -> str:
    """Return the shell command that makes this run, data folders and files as placeholders."""
    words = ["lossstudy", "train", "--profile", config.profile]
    for name, value in config.overrides().items():
        pairs = value.items() if isinstance(value, dict) else [(name, value)]
        for key, item in pairs:
            flag = f"--{key.replace('_', '-')}"
            words += [flag, _PLACEHOLDERS.get(key, _shown(item))]
    return shlex.join(words)


def _value(name: str, value: Any, default: float | str) -> float | str:
    """Return the value of a loss's parameter, of the kind of its default.

    Raises:
        ValueError: It is a text where a number is due, or the other way round.
    """
    if isinstance(default, str):
        if not isinstance(value, str):
            raise ValueError(
                f"{name} must be a text, got {value!r} of type {type(value).__name__}"
            )
        return value
    if type(value) not in {int, float}:
        raise ValueError(f"{name} must be a number, got {value!r} of type {type(value).__name__}")
    return float(value)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and float(f"{value:g}") == value:
        return f"{value:g}"
    return str(value)
