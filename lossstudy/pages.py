"""Executed notebooks as pages of the book. Imports no torch."""

import json
from pathlib import Path
from typing import Any

from lossstudy.files import write_text

_ROOTS = ("data_root", "transfer_root", "weights")


def write_page(
    source: Path, target: Path, title: str | None = None, *, show_parameters: bool = True
) -> None:
    """Copy an executed notebook without the paths of the machine that ran it.

    Args:
        source: A notebook papermill has executed.
        target: Where the copy goes; written whole or not at all.
        title: New text of the first heading.
        show_parameters: Leave the cell with the parameters of this execution in sight.
    """
    notebook = json.loads(source.read_text(encoding="utf-8"))
    details = notebook["metadata"].get("papermill", {})
    for name in ("input_path", "output_path"):
        if name in details:
            details[name] = Path(details[name]).name
    parameters = details.get("parameters", {})
    parameters.update({name: "DIR" for name in _ROOTS if parameters.get(name)})
    for cell in notebook["cells"]:
        if "injected-parameters" in cell["metadata"].get("tags", []):
            cell["source"] = [_without_path(line) for line in _lines(cell)]
            if not show_parameters:
                cell["metadata"]["tags"].append("remove-cell")
    if title is not None:
        _retitle(notebook, title)
    write_text(target, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


def _without_path(line: str) -> str:
    """Replace the folder in a line such as `data_root = "/data/camvid"`."""
    name, equals, value = line.partition(" = ")
    if equals and name in _ROOTS and not value.startswith("None"):
        return f'{name} = "DIR"' + "\n" * line.endswith("\n")
    return line


def _retitle(notebook: dict[str, Any], title: str) -> None:
    for cell in notebook["cells"]:
        lines = _lines(cell)
        if cell["cell_type"] == "markdown" and lines and lines[0].startswith("# "):
            cell["source"] = [f"# {title}\n", *lines[1:]]
            return


def _lines(cell: dict[str, Any]) -> list[str]:
    """Return the lines of a cell, which a notebook may hold as one text or as a list."""
    source = cell["source"]
    return source.splitlines(keepends=True) if isinstance(source, str) else list(source)
