"""The parameters of a run, for `lossstudy train`, `params train` and `rerun train`."""

import dataclasses
import inspect
import re
import types
import typing
from typing import Any

from lossstudy.config import ExperimentConfig
from lossstudy.parameters import Parameter

_ARGUMENT = re.compile(r"^(\w+): (.*?)(?=^\w|\Z)", re.DOTALL | re.MULTILINE)
_SYMBOLS = {r"\ge": "≥", r"\le": "≤", r"\cdot": "·", r"\to": "→", r"\infty": "∞"}


def field_parameters() -> list[Parameter]:
    """Return the fields of a configuration, `loss_params` aside: those are flat, too."""
    from lossstudy.losses import loss_names

    return [
        Parameter(
            name=field.name,
            kind=_kind(field.type),
            default=field.default,
            help=field.metadata["help"],
            low=field.metadata.get("low"),
            high=field.metadata.get("high"),
            choices=loss_names() if field.name == "loss" else field.metadata.get("choices", ()),
        )
        for field in dataclasses.fields(ExperimentConfig)
        if field.name != "loss_params"
    ]


def loss_parameter_list() -> list[Parameter]:
    """Return the parameters of all losses, loss by loss, with what their docstrings say."""
    from lossstudy.catalogue.docs import docstring
    from lossstudy.losses import loss_names, loss_parameters

    found = []
    for loss in loss_names():
        _, _, arguments = docstring(loss).partition("\nArgs:\n")
        texts = dict(_ARGUMENT.findall(inspect.cleandoc(arguments.partition("\n\n")[0])))
        found += [
            Parameter(
                name=name, kind=type(default), default=default, help=_plain(texts[name]), of=loss
            )
            for name, default in loss_parameters(loss).items()
        ]
    return found


def _kind(annotation: Any) -> type[Any]:
    """Return the type of a field that may be None."""
    members = typing.get_args(annotation) or [annotation]
    return next(kind for kind in members if kind is not types.NoneType)  # type: ignore[no-any-return]


def _plain(text: str) -> str:
    r"""Return a docstring's words without LaTeX: `\(\gamma \ge 0\)` as `gamma ≥ 0`."""
    for command, symbol in _SYMBOLS.items():
        text = re.sub(rf"{re.escape(command)}\b", symbol, text)
    return " ".join(re.sub(r"\\[(),]|\\(?=\w)|[{}]|`", "", text).split())
