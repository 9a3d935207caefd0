"""What can be set of a notebook: its parameters, and words of a shell as their values."""

import ast
import io
import json
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lossstudy.knobs import unknown_parameter

_KINDS = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a notebook.

    Attributes:
        name: Its name in the cell with the parameters.
        kind: `str`, `int`, `float` or `bool`.
        default: Value without being set; None where it may be left out.
        help: What it means.
        low: Least value, if there is one.
        high: Largest value, if there is one.
        choices: All values, if they are few.
        of: The loss it is a parameter of, if it is one's.
    """

    name: str
    kind: type[Any]
    default: Any
    help: str
    low: int | float | None = None
    high: int | float | None = None
    choices: tuple[str, ...] = ()
    of: str = ""

    @property
    def limits(self) -> str:
        """What it may be, in words; empty where its type says it all."""
        if self.choices:
            return ", ".join(self.choices)
        if self.low is None:
            return ""
        return f"at least {self.low}" if self.high is None else f"{self.low} to {self.high}"

    def parse(self, text: str) -> Any:
        """Return the value that a word of a shell stands for.

        Raises:
            ValueError: It is not of the parameter's type.
        """
        if text.lower() == "none" and self.default is None:
            return None
        try:
            return _truth(text) if self.kind is bool else self.kind(text)
        except ValueError:
            expected = "true or false" if self.kind is bool else f"of type {self.kind.__name__}"
            raise ValueError(f"{self.name} must be {expected}, got {text!r}") from None


def read_parameters(notebook: Path) -> list[Parameter]:
    """Return the parameters of a notebook, from its cell tagged `parameters`.

    Each line there gives name, type and default, and in its comment what it means, such as
    `seed: int = 0  # of weights, order and augmentation`.

    Raises:
        ValueError: The notebook has no such cell, or a line is not of this form.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    sources = [
        "".join(cell["source"])
        for cell in cells
        if "parameters" in cell["metadata"].get("tags", [])
    ]
    if len(sources) != 1:
        raise ValueError(f"{notebook}: expected one cell tagged 'parameters', got {len(sources)}")
    comments = _comments(sources[0])
    try:
        return [_parameter(line, comments) for line in ast.parse(sources[0]).body]
    except ValueError as error:
        raise ValueError(f"{notebook}: {error}") from error


def parse_values(words: Sequence[str], parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the values that words such as `gamma=5` give to parameters.

    Raises:
        ValueError: A word is not of this form, names no parameter or one twice, or its value is
            not of the parameter's type.

    Example:
        >>> parse_values(["seed=3"], [Parameter(name="seed", kind=int, default=0, help="")])
        {'seed': 3}
    """
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise ValueError(f"expected name=value, got {word!r}")
        if name not in known:
            raise ValueError(unknown_parameter(name, list(known)))
        if name in values:
            raise ValueError(f"{name} is given twice")
        values[name] = known[name].parse(text)
    return values


def _parameter(line: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    """Return the parameter that a line of the cell declares.

    Raises:
        ValueError: It is not of the form `name: type = default`.
    """
    match line:
        case ast.AnnAssign(ast.Name(name), ast.Name(kind), value) if kind in _KINDS and value:
            text = comments.get(line.lineno, "")
            default = ast.literal_eval(value)
            return Parameter(name=name, kind=_KINDS[kind], default=default, help=text)
    raise ValueError(
        f"a parameter must be declared as `name: type = default`, of type {', '.join(_KINDS)}; "
        f"got {ast.unparse(line)!r}"
    )


def _comments(source: str) -> dict[int, str]:
    """Return the comments of a cell by line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}


def _truth(text: str) -> bool:
    """Return the truth that a word states.

    Raises:
        ValueError: It is neither `true` nor `false`.
    """
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"
