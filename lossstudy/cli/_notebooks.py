"""`lossstudy params | rerun`: what can be set of a notebook, and a page made with it set."""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

from lossstudy import paths
from lossstudy.cli._parameters import field_parameters, loss_parameter_list
from lossstudy.cli._train import execute_cells, execute_notebook
from lossstudy.knobs import nearest
from lossstudy.pages import notebook_title, write_page
from lossstudy.parameters import Parameter, parse_values, read_parameters


def add(commands: Any) -> None:
    """Add the commands."""
    params = commands.add_parser(
        "params", help="list the parameters of a notebook: type, default, range, meaning"
    )
    params.add_argument("notebook", nargs="?", help="its name; without one, list the notebooks")
    params.add_argument("--json", action="store_true", help="for programs")
    params.set_defaults(action=_params)

    rerun = commands.add_parser(
        "rerun",
        help="run a notebook with other parameters and add its page to the book",
        epilog="example: lossstudy rerun label_spaces source=idd26 --title 'IDD at level 3'",
    )
    rerun.add_argument("notebook", help="its name; see: lossstudy params")
    rerun.add_argument("values", nargs="*", metavar="name=value", help="what to set")
    rerun.add_argument("--title", help="heading of the page (default: the notebook's, and values)")
    rerun.set_defaults(action=_rerun)


def _params(arguments: argparse.Namespace) -> None:
    if arguments.notebook is None:
        titles = {path.stem: notebook_title(path) for path in _notebooks()}
        if arguments.json:
            print(json.dumps(titles, indent=2, ensure_ascii=False))
        else:
            print(_columns([[name, title] for name, title in titles.items()]))
        return
    parameters = _parameters(_notebook(arguments.notebook))
    if arguments.json:
        print(json.dumps([_described(p) for p in parameters], indent=2, ensure_ascii=False))
        return
    rows = [["name", "type", "default", "meaning (range)"]]
    for p in parameters:
        meaning = f"{p.of}: {p.help}" if p.of else p.help
        limits = f" ({p.limits})" if p.limits else ""
        rows.append([p.name, p.kind.__name__, _shown(p.default), f"{meaning}{limits}"])
    print(_columns(rows))
    if arguments.notebook == "train":
        print("\nA profile sets some of these to other values: lossstudy list --json")


def _rerun(arguments: argparse.Namespace) -> None:
    """Execute the notebook; `make book` shows what comes of it.

    Raises:
        ValueError: No such notebook or parameter, a value that does not fit, or a cell failed.
    """
    source = _notebook(arguments.notebook)
    values = parse_values(arguments.values, _parameters(source))
    if arguments.notebook == "train":
        from lossstudy.configure import configure

        if arguments.title:
            raise ValueError("the page of a run is named after the run; leave --title out")
        page = execute_notebook(configure(**values))
    else:
        page = _execute_chapter(source, values, arguments.title)
    print(f"{page}\n`make book` adds it to the book")


def _execute_chapter(source: Path, values: dict[str, Any], title: str | None) -> Path:
    """Execute a notebook into `runs/pages`, named after its parameters.

    Raises:
        ValueError: A cell failed.
    """
    from lossstudy.results import book_fingerprint

    set_to = ", ".join(f"{name}={_shown(value)}" for name, value in values.items())
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:8]
    target = paths.runs_dir() / "pages" / f"{source.stem}-{digest}.ipynb"
    made_of = book_fingerprint()
    execute_cells(source, target, values, f"{source.stem} with {set_to or 'its defaults'}")
    heading = ": ".join(filter(None, (notebook_title(source), set_to)))
    write_page(target, target, title or heading, made_of=made_of)
    return target


def _notebooks() -> list[Path]:
    """Return the notebooks of the checkout.

    Raises:
        FileNotFoundError: This is not a checkout with notebooks.
    """
    folder = paths.CHECKOUT / "notebooks"
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} not found; run from a checkout of the study")
    return sorted(folder.glob("*.ipynb"))


def _notebook(name: str) -> Path:
    """Return the notebook of a name.

    Raises:
        ValueError: There is none.
    """
    known = {path.stem: path for path in _notebooks()}
    if name not in known:
        raise ValueError(f"unknown notebook {name!r}; {nearest(name, list(known))}")
    return known[name]


def _parameters(notebook: Path) -> list[Parameter]:
    """Return the parameters of a notebook; the one that trains takes every field and loss's."""
    if notebook.stem == "train":
        return [*field_parameters(), *loss_parameter_list()]
    return read_parameters(notebook)


def _described(parameter: Parameter) -> dict[str, Any]:
    fields = {**vars(parameter), "kind": parameter.kind.__name__}
    return {{"kind": "type"}.get(name, name): value for name, value in fields.items()}


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value) or "''"


def _columns(rows: list[list[str]]) -> str:
    """Return rows as columns, the last one as long as it is."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    return "\n".join(
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    )
