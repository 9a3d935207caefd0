import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from lossstudy.datasets import _cache, make_dataset
from lossstudy.datasets._arrays import ArrayFile, writing
from lossstudy.datasets._decode import read_frame

SIZE = (6, 8)


@pytest.fixture
def root(city_tree):
    return city_tree()


@pytest.fixture
def reads(monkeypatch):
    """Names of the frames that were decoded."""
    names = []

    def counted(frame, *args):
        names.append(frame.name)
        return read_frame(frame, *args)

    monkeypatch.setattr(_cache, "read_frame", counted)
    return names


def opened(root, size=SIZE):
    return make_dataset("cityscapes", root, "train", "cityscapes19", size)


def folders(home):
    return [path for path in (home / "data" / "cache").iterdir() if path.is_dir()]


def test_another_size_is_another_folder(root, home, reads):
    opened(root)
    opened(root, (3, 4))
    assert len(folders(home)) == 2
    assert len(reads) == 6


def test_a_changed_file_is_decoded_again(root, reads):
    before = opened(root)
    path = root / "gtFine/train/ulm/ulm_000000_000019_gtFine_labelIds.png"
    path.write_bytes(
        (root / "gtFine/val/munster/munster_000000_000019_gtFine_labelIds.png").read_bytes()
    )
    after = opened(root)
    assert len(reads) == 6
    assert after.fingerprint != before.fingerprint


def test_the_arrays_cannot_be_written(root):
    with pytest.raises(ValueError, match="read-only"):
        opened(root).images[0, 0, 0, 0] = 1


@pytest.mark.parametrize("name", ["images.npy", "targets.npy", "class_pixels.npy", "meta.json"])
@pytest.mark.parametrize("kept", [None, 0, 100])
def test_a_damaged_folder_is_built_again(root, home, reads, name, kept):
    whole = opened(root)
    images, fingerprint = np.array(whole.images), whole.fingerprint
    path = folders(home)[0] / name
    content = path.read_bytes()
    path.unlink()
    if kept is not None:
        path.write_bytes(content[: min(kept, len(content) - 1)])
    again = opened(root)
    assert len(reads) == 6
    assert again.fingerprint == fingerprint
    np.testing.assert_array_equal(again.images, images)


def test_an_interrupted_build_leaves_nothing_behind(root, home, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(_cache, "read_frame", interrupted)
        with pytest.raises(KeyboardInterrupt):
            opened(root)
    assert folders(home) == []
    assert len(opened(root)) == 3


def test_threads_that_open_at_once_decode_once(root, home, reads):
    with ThreadPoolExecutor(4) as pool:
        fingerprints = set(pool.map(lambda _: opened(root).fingerprint, range(4)))
    assert len(fingerprints) == 1
    assert len(reads) == 3
    assert len(folders(home)) == 1


COUNTING = """
import pathlib, sys
from lossstudy.datasets import _cache, make_dataset
from lossstudy.datasets._arrays import ArrayFile, writing
reads, read_frame = [], _cache.read_frame
def counted(*args):
    reads.append(args)
    return read_frame(*args)
_cache.read_frame = counted
opened = make_dataset("cityscapes", pathlib.Path(sys.argv[1]), "train", "cityscapes19", (6, 8))
print(opened.fingerprint, len(reads))
"""


def test_processes_that_open_at_once_decode_once(root, home):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", COUNTING, str(root)]
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    printed = [process.communicate()[0].split() for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert {fingerprint for fingerprint, _ in printed} == {opened(root).fingerprint}
    assert sorted(int(reads) for _, reads in printed) == [0, 3]
    assert len(folders(home)) == 1


def test_a_full_disk_is_reported_before_writing(root, monkeypatch):
    monkeypatch.setattr(_cache.shutil, "disk_usage", lambda _: SimpleNamespace(free=100))
    with pytest.raises(OSError, match=r"0.0 GB free, the decoded cityscapes split at 6x8 needs"):
        opened(root)


def test_a_disk_that_fills_up_while_writing_leaves_nothing_behind(root, home, monkeypatch):
    write = ArrayFile.write

    def full(self, index, row):
        if index == 2:
            with writing(self._cache):
                raise OSError(errno.ENOSPC, "No space left on device")
        write(self, index, row)

    with monkeypatch.context() as patch:
        patch.setattr(ArrayFile, "write", full)
        with pytest.raises(OSError, match=r"data/cache \(No space left on device\); make room"):
            opened(root)
    assert folders(home) == []
    assert len(opened(root)) == 3


def test_a_cache_that_cannot_be_written_is_named(root, home):
    (home / "data").mkdir(parents=True)
    (home / "data" / "cache").write_text("a file where the folder should be")
    with pytest.raises(OSError, match=r"cannot write .*data/cache .*set LOSSSTUDY_HOME"):
        opened(root)


def test_a_finished_split_opens_without_writing(root, monkeypatch):
    before = opened(root)
    monkeypatch.setattr(_cache, "FileLock", lambda _: pytest.fail("locked"))
    assert opened(root).fingerprint == before.fingerprint


@pytest.mark.parametrize(("delay", "shown"), [(0.0, True), (60.0, False)])
def test_only_slow_decoding_shows_a_bar(root, monkeypatch, capsys, delay, shown):
    monkeypatch.setattr(_cache, "BAR_DELAY", delay)
    opened(root)
    assert ("decoding cityscapes" in capsys.readouterr().err) == shown
