import json

import pytest

from lossstudy.pages import is_execution, notebook_title, outdated, write_page


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


def test_the_state_of_widgets_is_dropped(executed, tmp_path):
    notebook = json.loads(executed.read_text())
    notebook["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    executed.write_text(json.dumps(notebook))
    write_page(executed, tmp_path / "page.ipynb")
    assert "widget" not in (tmp_path / "page.ipynb").read_text()


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


@pytest.mark.parametrize("name", ["cityscapes_root", "discriminator_weights"])
def test_every_kind_of_path_is_hidden(executed, tmp_path, name):
    executed.write_text(executed.read_text().replace("data_root", name))
    write_page(executed, tmp_path / "page.ipynb")
    assert "somebody/camvid" not in (tmp_path / "page.ipynb").read_text()


def test_a_note_stands_below_the_first_cell_once(executed, tmp_path):
    page = tmp_path / "page.ipynb"
    write_page(executed, page, note="stale: old code")
    write_page(page, page, note="stale: older code")
    cells = json.loads(page.read_text())["cells"]
    assert len(cells) == 3
    assert cells[1]["source"] == ["```{warning}\n", "stale: older code\n", "```"]
    write_page(page, page)
    assert len(json.loads(page.read_text())["cells"]) == 2


def test_title_note_and_parameters_do_not_make_another_notebook(executed, tmp_path):
    cells = json.loads(executed.read_text())["cells"]
    source = tmp_path / "source.ipynb"
    source.write_text(json.dumps({"cells": cells[:1]}))
    write_page(executed, tmp_path / "page.ipynb", "another title", note="stale")
    assert is_execution(tmp_path / "page.ipynb", source)
    source.write_text(json.dumps({"cells": [{**cells[0], "source": "# One run\n\n# Other"}]}))
    assert not is_execution(tmp_path / "page.ipynb", source)


def test_a_page_is_outdated_once_its_notebook_or_anything_else_has_changed(executed, tmp_path):
    notebooks, page = tmp_path / "notebooks", tmp_path / "page.ipynb"
    notebooks.mkdir()
    source = notebooks / "train.ipynb"
    source.write_text(json.dumps({"cells": json.loads(executed.read_text())["cells"][:1]}))
    write_page(executed, page, "mine", made_of="abc")
    assert outdated(page, notebooks, "abc") is None
    reason = outdated(page, notebooks, "abd")
    assert "the package, or the runs it could show, have changed" in reason
    assert "`lossstudy rerun train data_root=DIR loss=combo`" in reason
    source.write_text(json.dumps({"cells": []}))
    assert "its notebook has changed; make it again" in outdated(page, notebooks, "abc")
    source.unlink()
    assert "its notebook has changed" in outdated(page, notebooks, "abc")


def test_the_title_is_the_first_heading(executed, tmp_path):
    assert notebook_title(executed) == "One run"
    (tmp_path / "bare.ipynb").write_text(json.dumps({"cells": []}))
    assert notebook_title(tmp_path / "bare.ipynb") == "bare"
