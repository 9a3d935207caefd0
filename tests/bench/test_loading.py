"""That the loaders that are compared give the same frames, and that memory is the process's."""

import json
import mmap
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
import torch

from lossstudy.bench import loading
from lossstudy.datasets.scenes import scenes_root

SIZE = (16, 32)


@pytest.fixture
def root(tmp_path):
    return scenes_root("cityscapes", (32, 64), loading.BATCH, 1, tmp_path / "scenes")


def test_all_three_read_the_same_frames(root):
    cached, decoded, theirs = loading.datasets(root, SIZE).values()
    assert len(cached) == len(decoded) == len(theirs) == loading.BATCH
    for dataset in (decoded, theirs):
        order = np.argsort(dataset.images)
        for index, place in enumerate(order):
            assert all(
                torch.equal(ours, other)
                for ours, other in zip(cached[index], dataset[int(place)], strict=True)
            )


def test_every_contender_reads_every_frame(monkeypatch):
    read = []
    once = loading._read_once

    def counted(frames, contender):
        read.append(frames)
        return once(frames, contender)

    monkeypatch.setattr(loading, "_read_once", counted)
    monkeypatch.setattr(loading, "_in_own_process", loading._grow)
    found = loading.compare(loading.BATCH, (32, 64), SIZE, rounds=1, smaller=2)
    ways = ("cached arrays", "Pillow", "torchvision Cityscapes")
    expected = {f"{way}, {workers} workers" for way in ways for workers in (0, 2)}
    assert set(found.images_per_second) == expected | {"cached arrays, lossstudy.batches"}
    assert read == [loading.BATCH] * 2 * len(found.images_per_second)
    assert [growth.frames for growth in found.growth] == [2, 8]
    assert found.growth[1].stored == pytest.approx(8 * 4 * 16 * 32 / 1e6)
    assert json.loads(json.dumps(found.to_dict()))["size"] == list(SIZE)


def test_memory_that_is_kept_counts_as_the_process_s_own(root):
    _, before = loading._memory()
    # from the system itself: malloc would first give out what earlier tests have freed
    kept = mmap.mmap(-1, 64_000_000, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for page in range(0, len(kept), mmap.PAGESIZE):
        kept[page] = 1
    peak, after = loading._memory()
    assert 60 < after - before < 72
    assert peak > after > len(kept) / 1e6


def test_a_new_process_does_not_inherit_our_peak():
    kept = np.ones(60_000_000)
    ours, _ = loading._memory()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        theirs, _ = pool.submit(loading._memory).result()
    assert theirs < ours - 0.9 * kept.nbytes / 1e6
