"""Fields with a meaning and a range: what a configuration is made of."""

import dataclasses
import difflib
import math
import re
import types
import typing
from typing import Any


def knob(default: Any, text: str, **limits: Any) -> Any:
    """Declare a field with its help text and, for numbers, `low` and `high`; or `choices`."""
    return dataclasses.field(default=default, metadata={"help": text, **limits})


def shown(value: float | str) -> str:
    """Return a parameter of a loss as names and tables show it: `2`, `0.25`, `median`.

    Numbers of a list lose their commas, which do not belong into the name of a folder.
    """
    return re.sub(r"[^\w.+-]+", "_", value) if isinstance(value, str) else f"{value:g}"


def unknown_parameter(name: str, known: list[str]) -> str:
    """Return the message for a parameter nobody knows, with the nearest one that is known."""
    return f"unknown parameter {name!r}; {nearest(name, known)}"


def nearest(name: str, known: list[str]) -> str:
    """Return what to say of a name nobody knows: the nearest one that is known, or all."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"


def checked(field: "dataclasses.Field[Any]", value: Any) -> Any:
    """Return `value`, an int where a float is due made one.

    Raises:
        ValueError: Its type, choice or range is not the field's.
    """
    members = typing.get_args(field.type) if isinstance(field.type, types.UnionType) else ()
    kinds = [typing.get_origin(kind) or kind for kind in members or (field.type,)]
    if float in kinds and type(value) is int:
        value = float(value)
    if type(value) not in kinds:
        expected = " or ".join("none" if k is types.NoneType else k.__name__ for k in kinds)
        raise ValueError(
            f"{field.name} must be of type {expected}, got {value!r} of type "
            f"{type(value).__name__}"
        )
    limits = field.metadata
    if "choices" in limits and value is not None and value not in limits["choices"]:
        choices = ", ".join(limits["choices"])
        raise ValueError(f"{field.name} must be one of {choices}, got {value!r}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = limits.get("low", -math.inf), limits.get("high", math.inf)
        if not math.isfinite(value) or not low <= value <= high:
            limit = f"at least {low}" if math.isinf(high) else f"between {low} and {high}"
            raise ValueError(f"{field.name} must be {limit}, got {value}")
    return value
