"""Files written whole or not at all, and logs written a line at a time."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_text(path: Path, text: str) -> None:
    """Write a text file beside its place, then rename it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".tmp")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def write_npz(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays to a compressed `.npz` beside its place, then rename it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".tmp")
    with aside.open("wb") as file:
        np.savez_compressed(file, **dict(arrays))  # type: ignore[arg-type]
    aside.replace(path)


def append_json_line(path: Path, value: Mapping[str, Any]) -> None:
    """Append one JSON object to a log, on a line of its own even after a line cut off."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(value) + "\n")


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """Read a log written by `append_json_line`; lines cut off by a crash are left out."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    return [value for line in lines for value in _parse(line)]


def _parse(line: str) -> list[dict[str, Any]]:
    try:
        return [json.loads(line)]
    except json.JSONDecodeError:
        return []
