"""What reading a dataset costs, in time and in memory."""

import multiprocessing
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from typing_extensions import override

from lossstudy import labels
from lossstudy.batches import Batches
from lossstudy.bench._turns import take_turns
from lossstudy.config import ExperimentConfig
from lossstudy.datasets import SCENE_SIZE, SegmentationDataset, make_dataset
from lossstudy.datasets.scenes import scenes_root
from lossstudy.paths import data_dir

SPACE = "cityscapes19"
BATCH = 8
STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Loading:
    """What was measured.

    Attributes:
        frames: Frames read by every contender, in each of its turns.
        file_size: Height and width of the files.
        size: Height and width they are read at.
        threads: Threads of torch.
        images_per_second: Contender to images a second, the median of its turns.
        growth: One entry a dataset, the smaller first.
    """

    frames: int
    file_size: tuple[int, int]
    size: tuple[int, int]
    threads: int
    images_per_second: dict[str, float]
    growth: tuple["Growth", ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Growth:
    """How a process of its own grows while it reads all of a cached dataset.

    Attributes:
        frames: Frames of the dataset.
        stored: Its arrays on disk, MB.
        peak: Growth of the peak resident memory (Linux: VmHWM), MB. It counts the pages of the
            mapped arrays, which the system shares among processes and takes back when it needs
            them.
        private: Growth of the memory that is the process's own (Linux: RssAnon), MB.
    """

    frames: int
    stored: float
    peak: float
    private: float


class Decoded(Dataset[tuple[Tensor, Tensor]]):
    """The files of a dataset in the layout of Cityscapes, decoded by Pillow at every access."""

    def __init__(self, root: Path, size: tuple[int, int]) -> None:
        self.images = sorted(root.glob("leftImg8bit/train/*/*_leftImg8bit.png"))
        self.labels = sorted(root.glob("gtFine/train/*/*_gtFine_labelIds.png"))
        self.size = size

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.images)

    @override
    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        with Image.open(self.images[index]) as image, Image.open(self.labels[index]) as label:
            return as_tensors(image, label, self.size)


def as_tensors(
    image: Image.Image, label: Image.Image, size: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Return an image and its train ids as the cached dataset does, resized."""
    shape = size[::-1]
    small = np.array(image.resize(shape, Image.Resampling.BILINEAR))
    ids = np.array(label.resize(shape, Image.Resampling.NEAREST))
    train_ids = labels.encoding("cityscapes", "id", SPACE)[ids].astype(np.uint8)
    return torch.from_numpy(small).permute(2, 0, 1), torch.from_numpy(train_ids)


def datasets(root: Path, size: tuple[int, int]) -> dict[str, Dataset[tuple[Tensor, Tensor]]]:
    """Return the same frames three ways: from our arrays, and from the files each time."""
    from lossstudy.models._torchvision import torchvision

    return {
        "cached arrays": make_dataset("cityscapes", root, "train", SPACE, size, progress=False),
        "Pillow": Decoded(root, size),
        "torchvision Cityscapes": torchvision.datasets.Cityscapes(
            str(root), "train", target_type="semantic", transforms=partial(as_tensors, size=size)
        ),
    }


def compare(
    frames: int = 48,
    file_size: tuple[int, int] = (512, 1024),
    size: tuple[int, int] = (256, 512),
    rounds: int = 5,
    smaller: int = 64,
) -> Loading:
    """Read generated scenes from cached arrays, with Pillow and with torchvision, taking turns.

    The files lie in the page cache for everyone; workers are started in the warm-up. What
    `lossstudy.batches` gives is shuffled, flipped and converted to floats besides.

    Args:
        frames: Frames of the dataset that is read, a multiple of `BATCH`.
        file_size: Height and width of its files.
        size: Height and width it is read at.
        rounds: Turns of each contender; the median counts.
        smaller: Frames of the smaller of the two datasets whose reading is weighed; the larger
            has four times as many.

    Returns:
        Rates and memory.
    """
    base = data_dir() / "scenes"
    root = scenes_root("cityscapes", file_size, frames, 1, base)
    contenders: dict[str, Callable[[], Iterable[Any]]] = {}
    for name, dataset in datasets(root, size).items():
        for workers in (0, 2):
            loader = DataLoader(
                dataset, BATCH, num_workers=workers, persistent_workers=bool(workers)
            )
            contenders[f"{name}, {workers} workers"] = loader.__iter__
        if isinstance(dataset, SegmentationDataset):
            contenders[f"{name}, lossstudy.batches"] = _our_batches(dataset)
    seconds = take_turns(contenders, partial(_read_once, frames), rounds)
    rates = {name: frames / taken for name, taken in seconds.items()}
    trees = [
        scenes_root("cityscapes", SCENE_SIZE, count, 1, base) for count in (smaller, 4 * smaller)
    ]
    return Loading(
        frames, file_size, size, torch.get_num_threads(), rates,
        tuple(_in_own_process(tree, size) for tree in trees),
    )  # fmt: skip


def _our_batches(dataset: SegmentationDataset) -> Callable[[], Iterable[Any]]:
    """One pass over a dataset in the way the trainer reads it."""
    config = ExperimentConfig(batch_size=BATCH)
    batches = Batches(
        dataset, range(len(dataset)), config, torch.device("cpu"), semi_supervised=False
    )
    return partial(_images_of, batches, len(dataset) // BATCH)


def _images_of(batches: Batches, steps: int) -> Iterable[Sequence[Tensor]]:
    return ((batch.images, batch.targets) for _, batch in batches.steps(0, steps))


def _read_once(frames: int, contender: Callable[[], Iterable[Sequence[Tensor]]]) -> float:
    """Return the seconds a contender takes for all frames."""
    began = time.perf_counter()
    count = sum(len(batch[0]) for batch in contender())
    seconds = time.perf_counter() - began
    assert count == frames, f"{count} of {frames} frames were read"
    return seconds


def _in_own_process(root: Path, size: tuple[int, int]) -> Growth:
    make_dataset("cityscapes", root, "train", SPACE, size, progress=False)  # decoded over here
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn) as pool:
        return pool.submit(_grow, root, size).result()


def _grow(root: Path, size: tuple[int, int]) -> Growth:
    """Read a whole dataset in batches and watch the memory of this process."""
    dataset = make_dataset("cityscapes", root, "train", SPACE, size, progress=False)
    loader = DataLoader(dataset, BATCH)
    next(iter(loader))
    before = _memory()
    for _ in loader:
        pass
    peak, private = (after - b for after, b in zip(_memory(), before, strict=True))
    stored = (dataset.images.nbytes + dataset.targets.nbytes) / 1e6
    return Growth(len(dataset), stored, peak, private)


def _memory() -> tuple[float, float]:
    """Return peak resident and present private memory of this process, MB.

    Not from `getrusage`: Linux hands the peak of the parent on to a process it starts.
    """
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    peak, private = (1024 * int(lines[name].split()[0]) / 1e6 for name in ("VmHWM", "RssAnon"))
    return peak, private


def measure() -> str:
    """Compare ways to read one tree, and weigh ours.

    Returns:
        A table in plain text.
    """
    found = compare()
    slowest = min(found.images_per_second.values())
    lines = [
        f"{found.frames} files of {found.file_size[0]}x{found.file_size[1]} read at "
        f"{found.size[0]}x{found.size[1]}, batches of {BATCH}, {found.threads} threads"
    ]
    lines += [
        f"{name:40}{rate:8.0f} images/s {rate / slowest:7.1f} x"
        for name, rate in found.images_per_second.items()
    ]
    lines += [
        f"reading {g.frames} cached frames ({g.stored:.1f} MB): peak {g.peak:+.1f} MB, "
        f"of its own {g.private:+.1f} MB"
        for g in found.growth
    ]
    return "\n".join(lines)
