"""Notebooks hold no logic and no outputs: papermill fills in the parameters and executes them."""

import ast
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@every_notebook
def test_is_valid_and_runs_in_the_environment_kernel(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


@every_notebook
def test_has_one_parameters_cell(path):
    tagged = [c for c in code_cells(path) if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1


@every_notebook
def test_stores_no_outputs(path):
    for cell in code_cells(path):
        assert cell.outputs == []
        assert cell.execution_count is None


@every_notebook
def test_was_not_saved_from_an_execution(path):
    notebook = nbformat.read(path, as_version=4)
    assert "papermill" not in notebook.metadata
    assert "widgets" not in notebook.metadata


@every_notebook
def test_defines_no_functions_or_classes(path):
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for cell in code_cells(path):
        python = "\n".join(line for line in cell.source.splitlines() if line[:1] not in "%!")
        assert not any(isinstance(node, definitions) for node in ast.walk(ast.parse(python)))
