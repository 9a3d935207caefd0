"""An explorer in JupyterLab: a slider is moved, and Python computes the number that is shown."""

import json
import math
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from playwright.sync_api import expect

from lossstudy.losses import make_loss

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "explore_losses.ipynb"
PATIENCE = 120  # seconds: a kernel that imports torch on a busy machine
expect.set_options(timeout=1000 * PATIENCE)


@pytest.fixture(scope="module")
def tab(browser):
    tab = browser.new_page(viewport={"width": 1400, "height": 2400})
    tab.set_default_timeout(1000 * PATIENCE)
    return tab


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Address of a JupyterLab of its own, with a copy of the notebook and nobody's settings."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    shutil.copy(NOTEBOOK, folder / "notebooks")
    own = ("JUPYTER_CONFIG", "JUPYTER_RUNTIME", "JUPYTERLAB_SETTINGS", "JUPYTERLAB_WORKSPACES")
    settings = {f"{name}_DIR": str(folder / name) for name in own}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"),
                *("--IdentityProvider.token=", f"--ServerApp.root_dir={folder / 'notebooks'}"),
            ],
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
        )
    yield _address(process, folder)
    process.terminate()
    process.wait(timeout=60)


def _address(process, folder):
    """Wait for the file in which a server says where it listens."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        for file in folder.glob("JUPYTER_RUNTIME/jpserver-*.json"):
            return json.loads(file.read_text())["url"]
        time.sleep(0.2)
    process.kill()
    pytest.fail(f"JupyterLab did not start:\n{(folder / 'log').read_text()}")


def focal_of_a_pixel(probability, gamma):
    """Return focal loss of one pixel of two classes."""
    logits = torch.tensor([math.log(probability / (1 - probability)), 0.0], dtype=torch.float64)
    loss = make_loss("focal", num_classes=2, gamma=gamma)
    return loss(logits.view(1, 2, 1, 1), torch.zeros(1, 1, 1, dtype=torch.long)).item()


def test_a_slider_moved_by_keyboard_shows_what_python_computes(server, tab):
    # a workspace of its own: the default one restores the tabs of the session before
    tab.goto(f"{server}lab/workspaces/test/tree/{NOTEBOOK.name}")
    tab.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # cells run earlier are dropped
    tab.get_by_role("menuitem", name="Run", exact=True).click()
    tab.locator(".lm-Menu-itemLabel").get_by_text("Run All Cells", exact=True).click()
    shown = tab.locator("[data-number='here.cost.focal']").first
    expect(shown).to_have_text(f"{focal_of_a_pixel(0.9, gamma=2.0):.4f}")
    gamma = tab.locator(".explorer-gamma .noUi-handle").first
    for _ in range(4):  # a quarter each
        gamma.press("ArrowLeft")
    expect(shown).to_have_text(f"{focal_of_a_pixel(0.9, gamma=1.0):.4f}")
    probability = tab.locator(".explorer-p_t .noUi-handle").first
    for _ in range(5):  # a hundredth each
        probability.press("ArrowLeft")
    expect(shown).to_have_text(f"{focal_of_a_pixel(0.85, gamma=1.0):.4f}")
