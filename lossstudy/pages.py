"""Executed notebooks as pages of the book. Imports no torch."""

import json
import shlex
from pathlib import Path
from typing import Any

from lossstudy.files import write_text

_PATH_ENDINGS = ("_root", "weights")
"""Endings of the parameters that name a file or folder on somebody's machine."""

_NOTE = "note"
"""Tag of the cell with a note that `write_page` added."""


def write_page(
    source: Path,
    target: Path,
    title: str | None = None,
    *,
    show_parameters: bool = True,
    note: str | None = None,
    made_of: str | None = None,
) -> None:
    """Copy an executed notebook without the paths of the machine that ran it.

    The state of its widgets stays behind: without a kernel nothing can show it, and the page
    shows what they left as HTML.

    Args:
        source: A notebook papermill has executed.
        target: Where the copy goes; written whole or not at all.
        title: New text of the first heading.
        show_parameters: Leave the cell with the parameters of this execution in sight.
        note: A warning below the first heading, such as that the page is stale.
        made_of: Fingerprint of what the page was made of, kept in it for `outdated`.
    """
    notebook = json.loads(source.read_text(encoding="utf-8"))
    notebook["metadata"].pop("widgets", None)
    details = notebook["metadata"].get("papermill", {})
    for name in ("input_path", "output_path"):
        if name in details:
            details[name] = Path(details[name]).name
    parameters = details.get("parameters", {})
    hidden = [name for name in parameters if name.endswith(_PATH_ENDINGS) and parameters[name]]
    parameters.update(dict.fromkeys(hidden, "DIR"))
    for cell in notebook["cells"]:
        if "injected-parameters" in cell["metadata"].get("tags", []):
            cell["source"] = [_without_path(line) for line in _lines(cell)]
            if not show_parameters:
                cell["metadata"]["tags"].append("remove-cell")
    if title is not None:
        _retitle(notebook, title)
    _annotate(notebook, note)
    if made_of is not None:
        notebook["metadata"]["lossstudy"] = {"made_of": made_of}
    write_text(target, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


def is_execution(executed: Path, source: Path) -> bool:
    """Tell whether an executed notebook has the cells that its source has now.

    What papermill and `write_page` add or change is not compared: the injected parameters, the
    title and a note.
    """
    return _content(executed) == _content(source)


def outdated(page: Path, notebooks: Path, made_of: str) -> str | None:
    """Return why a page that somebody made by `lossstudy rerun` no longer is what it would be.

    Args:
        page: The page; it knows its notebook, its parameters and what it was made of.
        notebooks: Folder of the notebooks.
        made_of: Fingerprint of what it would be made of now.

    Returns:
        The reasons and the command that makes it again; None for a page that still holds.
    """
    metadata = json.loads(page.read_text(encoding="utf-8"))["metadata"]
    source = notebooks / metadata["papermill"]["input_path"]
    reasons = []
    if not source.is_file() or not is_execution(page, source):
        reasons.append("its notebook has changed")
    if metadata["lossstudy"]["made_of"] != made_of:
        reasons.append("the package, or the runs it could show, have changed")
    if not reasons:
        return None
    values = metadata["papermill"]["parameters"].items()
    words = shlex.join(["lossstudy", "rerun", source.stem, *(f"{k}={v}" for k, v in values)])
    return f"stale: since this page was made, {' and '.join(reasons)}; make it again: `{words}`"


def notebook_title(notebook: Path) -> str:
    """Return the first heading of a notebook; its file's name if it has none."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        lines = _lines(cell)
        if cell["cell_type"] == "markdown" and lines and lines[0].startswith("# "):
            return lines[0].removeprefix("# ").strip()
    return notebook.stem


def _content(path: Path) -> list[tuple[str, str]]:
    """Return kind and text of a notebook's cells, without those added and without the title."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    added = {"injected-parameters", _NOTE}
    kept = [cell for cell in cells if not added & set(cell["metadata"].get("tags", []))]
    texts = [(cell["cell_type"], "".join(_lines(cell))) for cell in kept]
    if texts and texts[0][1].startswith("# "):
        texts[0] = (texts[0][0], texts[0][1].partition("\n")[2])
    return texts


def _annotate(notebook: dict[str, Any], note: str | None) -> None:
    """Put a note below the first cell, in place of one that is there."""
    cells = notebook["cells"]
    cells[:] = [cell for cell in cells if _NOTE not in cell["metadata"].get("tags", [])]
    if note is not None:
        source = ["```{warning}\n", f"{note}\n", "```"]
        cell = {"cell_type": "markdown", "metadata": {"tags": [_NOTE]}, "source": source}
        with_id = {"id": _NOTE} if any("id" in other for other in cells) else {}
        cells.insert(1, {**with_id, **cell})


def _without_path(line: str) -> str:
    """Replace the folder in a line such as `data_root = "/data/camvid"`."""
    name, equals, value = line.partition(" = ")
    if equals and name.endswith(_PATH_ENDINGS) and not value.startswith("None"):
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
