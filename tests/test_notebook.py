import subprocess
import sys
import time

import nbformat
import pytest

from lossstudy.notebook import execute

WAITS = """
import time
from pathlib import Path
from lossstudy.termination import Terminated, noticed
with noticed() as came:
    Path(folder, "running").touch()
    while not came():
        time.sleep(0.01)
Path(folder, "saved").touch()
raise Terminated(Path("state.pt"), 7)
"""


def write(path, source):
    cell = nbformat.v4.new_code_cell("folder = ''", metadata={"tags": ["parameters"]})
    cells = [cell, nbformat.v4.new_code_cell(source)]
    metadata = {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)


@pytest.mark.slow
def test_sigterm_reaches_the_run_in_a_notebook(tmp_path):
    write(tmp_path / "train.ipynb", WAITS)
    code = (
        "from pathlib import Path; from lossstudy.notebook import execute; "
        f"execute(Path('train.ipynb'), Path('out.ipynb'), {{'folder': {str(tmp_path)!r}}})"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    while process.poll() is None and not (tmp_path / "running").exists():
        time.sleep(0.05)
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "run the same command again" in said
    assert (tmp_path / "saved").exists()
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.slow
def test_notebook_that_fails_leaves_no_result(tmp_path):
    from papermill.exceptions import PapermillExecutionError

    write(tmp_path / "train.ipynb", "1 / 0")
    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        execute(tmp_path / "train.ipynb", tmp_path / "out.ipynb", {})
    assert not (tmp_path / "out.ipynb").exists()
