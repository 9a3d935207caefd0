import json

import pytest

from lossstudy.pages import write_page


@pytest.fixture
def executed(tmp_path):
    path = tmp_path / "executed.ipynb"
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# One run\n", "\n", "# Not this"]},
        {
            "cell_type": "code",
            "metadata": {"tags": ["injected-parameters"]},
            "source": '# Parameters\ndata_root = "/home/somebody/camvid"\nloss = "combo"\n',
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["kept\n"]}],
        },
    ]
    papermill = {
        "input_path": "/home/somebody/study/notebooks/train.ipynb",
        "output_path": "/home/somebody/study/runs/x/train.part.ipynb",
        "parameters": {"data_root": "/home/somebody/camvid", "loss": "combo"},
        "duration": 3.0,
    }
    notebook = {"cells": cells, "metadata": {"papermill": papermill}, "nbformat": 4}
    path.write_text(json.dumps(notebook))
    return path


def test_no_path_of_the_machine_is_left(executed, tmp_path):
    write_page(executed, tmp_path / "page.ipynb")
    text = (tmp_path / "page.ipynb").read_text()
    assert "somebody" not in text
    page = json.loads(text)
    assert page["metadata"]["papermill"]["input_path"] == "train.ipynb"
    assert page["metadata"]["papermill"]["parameters"] == {"data_root": "DIR", "loss": "combo"}
    assert 'data_root = "DIR"\n' in page["cells"][1]["source"]


def test_everything_else_stays(executed, tmp_path):
    write_page(executed, tmp_path / "page.ipynb")
    page = json.loads((tmp_path / "page.ipynb").read_text())
    assert 'loss = "combo"\n' in page["cells"][1]["source"]
    assert page["cells"][1]["outputs"][0]["text"] == ["kept\n"]
    assert page["metadata"]["papermill"]["duration"] == 3.0
    assert page["cells"][0]["source"][0] == "# One run\n"


def test_only_the_first_heading_becomes_the_title(executed, tmp_path):
    write_page(executed, tmp_path / "page.ipynb", "quick-idd-combo-s0")
    page = json.loads((tmp_path / "page.ipynb").read_text())
    assert page["cells"][0]["source"] == ["# quick-idd-combo-s0\n", "\n", "# Not this"]


def test_a_page_of_a_page_is_the_page(executed, tmp_path):
    write_page(executed, tmp_path / "once.ipynb", "title")
    write_page(tmp_path / "once.ipynb", tmp_path / "twice.ipynb", "title")
    assert (tmp_path / "once.ipynb").read_text() == (tmp_path / "twice.ipynb").read_text()


def test_parameters_can_be_put_out_of_sight(executed, tmp_path):
    write_page(executed, tmp_path / "page.ipynb", show_parameters=False)
    page = json.loads((tmp_path / "page.ipynb").read_text())
    assert page["cells"][1]["metadata"]["tags"] == ["injected-parameters", "remove-cell"]
