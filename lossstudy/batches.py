"""Batches as a function of (seed, step), read ahead in a thread.

Which images, crops and flips a step sees depends on nothing but the seed and the step, so a
resumed run sees what the uninterrupted one would have seen, and no sampler state is saved. Of
several processes each reads its share of that one batch.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lossstudy import distributed
from lossstudy.config import ExperimentConfig
from lossstudy.datasets import SegmentationDataset
from lossstudy.models import Batch
from lossstudy.sampling import ClassUniformSampler, crop_around

RESIDENT_SHARE = 0.25
"""Share of a GPU's free memory that the training set may take; the network needs the rest."""


class View(NamedTuple):
    """What is seen of an image: a crop with its top left corner there, flipped or not."""

    frame: int
    top: int
    left: int
    flip: bool


class Batches:
    """The training batches of one run: labelled, unlabelled and real-map images of a step."""

    def __init__(
        self,
        dataset: SegmentationDataset,
        labelled: Sequence[int],
        config: ExperimentConfig,
        device: torch.device,
        semi_supervised: bool = True,
    ) -> None:
        """Prepare the streams.

        Args:
            dataset: The training set.
            labelled: Indices of the images whose labels may be used. The unlabelled stream takes
                the other ones, or all of them when every image is labelled.
            config: Sizes of the batches and crops, and the seed.
            device: Where the batches go.
            semi_supervised: Draw unlabelled images and real maps too.

        Raises:
            ValueError: A batch cannot be shared out evenly.
        """
        self.dataset = dataset
        self.config = config
        self.device = device
        self.semi_supervised = semi_supervised
        self.labelled = np.asarray(labelled)
        others = np.setdiff1d(np.arange(len(dataset)), self.labelled)
        self.unlabelled = others if len(others) else np.arange(len(dataset))
        self.sampler: ClassUniformSampler | None = None
        if config.sampling == "class_uniform":
            self.sampler = ClassUniformSampler(dataset.image_class_pixels, self.labelled)
        self.rank, self.processes = distributed.place()
        for name in ("batch_size", "unlabelled_batch_size")[: 1 + semi_supervised]:
            size, parts = getattr(config, name), config.accumulate * self.processes
            if size % parts:
                raise ValueError(
                    f"{name} must be a multiple of {parts}, got {size}: a batch is shared by "
                    f"{self.processes} processes that take it in accumulate = "
                    f"{config.accumulate} parts each"
                )
        self.resident: tuple[Tensor, Tensor] | None = None
        if config.resident and fits(dataset, device):
            self.resident = on_device(dataset, device)

    @property
    def images_per_step(self) -> int:
        """Images that all processes together draw for a step."""
        config = self.config
        drawn_twice = config.batch_size + config.unlabelled_batch_size
        return config.batch_size + self.semi_supervised * drawn_twice

    def __getitem__(self, step: int) -> Batch:
        """Return this process's share of a batch, on the device, images as floats in [0, 1]."""
        config = self.config
        images, targets = self._read(self._labelled_views(step))
        if not self.semi_supervised:
            return Batch(images, targets)
        real_images, real_targets = self._read(
            self._views(1, self.labelled, config.batch_size, step)
        )
        unlabelled, _ = self._read(
            self._views(2, self.unlabelled, config.unlabelled_batch_size, step)
        )
        return Batch(images, targets, unlabelled, real_images, real_targets)

    def steps(self, start: int, stop: int) -> Iterator[tuple[int, Batch]]:
        """Yield `(step, batch)` for the steps of a range, one batch read ahead."""
        if start >= stop:
            return
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="batches") as reader:
            ahead = reader.submit(self.__getitem__, start)
            for step in range(start, stop):
                batch = ahead.result()
                if step + 1 < stop:
                    ahead = reader.submit(self.__getitem__, step + 1)
                yield step, batch

    def _labelled_views(self, step: int) -> list[View]:
        """Draw the labelled images of a step, the way `config.sampling` says."""
        config = self.config
        if self.sampler is None:
            return self._views(0, self.labelled, config.batch_size, step)
        rng = np.random.default_rng((config.seed, 0, step, 1))
        views = []
        for _ in range(config.batch_size):
            index, label = self.sampler.draw(rng)
            corner = None
            if config.crop_height and config.crop_width:
                size = config.crop_height, config.crop_width
                corner = crop_around(self.dataset.targets[index], label, size, rng)
            views.append(self._view(index, rng, corner))
        return views

    def _views(self, stream: int, pool: NDArray[np.integer], count: int, step: int) -> list[View]:
        """Draw `count` images of a stream; an epoch shows each image of the pool once."""
        places = [divmod(n, len(pool)) for n in range(step * count, (step + 1) * count)]
        orders = {
            epoch: np.random.default_rng((self.config.seed, stream, epoch)).permutation(pool)
            for epoch in {epoch for epoch, _ in places}
        }
        rng = np.random.default_rng((self.config.seed, stream, step, 1))
        return [self._view(int(orders[epoch][offset]), rng) for epoch, offset in places]

    def _view(
        self, index: int, rng: np.random.Generator, corner: tuple[int, int] | None = None
    ) -> View:
        """Draw a crop, if the configuration has one and none is given, and a flip."""
        config = self.config
        top, left = corner or (0, 0)
        if config.crop_height and config.crop_width and corner is None:
            height, width = self.dataset.size
            top = int(rng.integers(height - config.crop_height + 1))
            left = int(rng.integers(width - config.crop_width + 1))
        return View(index, top, left, rng.random() < 0.5)

    def _read(self, views: list[View]) -> tuple[Tensor, Tensor]:
        """Return this process's share of some views as a batch on the device."""
        count = len(views) // self.processes
        mine = views[self.rank * count : (self.rank + 1) * count]
        images, targets = zip(*(self._seen(view) for view in mine), strict=True)
        floats = self._to_device(torch.stack(images)).float() / 255
        return (
            floats.contiguous(memory_format=torch.channels_last),
            self._to_device(torch.stack(targets)).long(),
        )

    def _seen(self, view: View) -> tuple[Tensor, Tensor]:
        """Return what a view shows: image and target, uint8."""
        if self.resident is None:
            image, target = self.dataset[view.frame]
        else:
            image, target = (tensor[view.frame] for tensor in self.resident)
        height, width = self.dataset.size
        rows = slice(view.top, view.top + (self.config.crop_height or height))
        columns = slice(view.left, view.left + (self.config.crop_width or width))
        image, target = image[:, rows, columns], target[rows, columns]
        return (image.flip(-1), target.flip(-1)) if view.flip else (image, target)

    def _to_device(self, tensor: Tensor) -> Tensor:
        if self.device.type == "cuda" and not tensor.is_cuda:
            tensor = tensor.pin_memory()  # a copy from there does not hold up the reader
        return tensor.to(self.device, non_blocking=True)


def fits(dataset: SegmentationDataset, device: torch.device) -> bool:
    """Return whether a device is a GPU with room for a dataset, see `RESIDENT_SHARE`."""
    if device.type != "cuda":
        return False
    free, _ = torch.cuda.mem_get_info(device)
    return dataset.images.nbytes + dataset.targets.nbytes <= RESIDENT_SHARE * free


def on_device(dataset: SegmentationDataset, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return all images and targets of a dataset on a device, uint8."""
    images, targets = (np.array(array) for array in (dataset.images, dataset.targets))
    return torch.from_numpy(images).to(device), torch.from_numpy(targets).to(device)
