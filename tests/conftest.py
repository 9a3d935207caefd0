"""Fixtures every test may use: its own home folder, seeded randomness, tiny datasets."""

import os
import sys

import jaxtyping
import numpy as np
import pytest
import torch
from playwright.sync_api import sync_playwright

import lossstudy.models._torchvision  # noqa: F401 - before the libraries that import torchvision
from lossstudy.datasets import SegmentationDataset
from lossstudy.labels import label_space
from lossstudy.printing import find_chromium

# One thread, as the study's runs have: no sum depends on how many cores there are.
torch.set_num_threads(1)


OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"


def pytest_collection_modifyitems(items):
    """Begin with the study from checkout to book: with two workers, the other does the rest."""
    items.sort(key=lambda item: item.path.name != "test_end_to_end.py")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    session.config.final_status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Leave with the status of the tests, before torch's library takes itself apart.

    After some runs of the whole suite libtorch_cpu (2.13, CPU) crashes in its own teardown, when
    every test has passed and been reported; the crash would be all that the shell gets to see.
    """
    if hasattr(config, "final_status"):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.final_status)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Keep the runs, scenes and caches of a test to itself."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LOSSSTUDY_HOME", str(folder))
    return folder


@pytest.fixture(scope="module")  # while it is open, no other test could run an event loop
def browser():
    """Chromium, in which no name of another machine resolves: nothing can come from a host."""
    try:
        chromium = find_chromium()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", OFFLINE]
        )
        yield browser
        browser.close()


@pytest.fixture
def without_type_checks():
    """Run the package as users do: the type checks of the test run would come before its own."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


class StandIn(SegmentationDataset):
    """A dataset in memory whose images show their own labels: red is 12 times the class.

    Classes come in square blocks, a tenth of which are ignored (red 240). Green holds the
    number of the image, blue the column of the pixel.
    """

    def __init__(self, count, name="cityscapes", space="cityscapes19", size=(32, 64)):
        self.name = name
        self.names = [f"frame {index}" for index in range(count)]
        self.space = label_space(space)
        self.size = size
        self.generated = True
        self.fingerprint = f"stand-in-{count}"
        rng = np.random.default_rng(count)
        blocks = rng.integers(0, self.num_classes, (count, size[0] // 8, size[1] // 8))
        blocks[rng.random(blocks.shape) < 0.1] = 255
        self.targets = blocks.repeat(8, axis=1).repeat(8, axis=2).astype(np.uint8)
        flat = [np.bincount(target.ravel(), minlength=256) for target in self.targets]
        self.image_class_pixels = np.array(flat)[:, : self.num_classes]
        red = np.where(self.targets == 255, 240, self.targets.astype(int) * 12 % 256)
        green = np.broadcast_to(np.arange(count)[:, None, None], red.shape)
        blue = np.broadcast_to(np.arange(size[1]), red.shape)
        self.images = np.stack([red, green, blue], axis=1).astype(np.uint8)


@pytest.fixture
def stand_in():
    """Builder of datasets in memory, see `StandIn`."""
    return StandIn
