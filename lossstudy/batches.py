"""Batches as a function of (seed, step), read ahead in a thread.

Which images, crops and flips a step sees depends on nothing but the seed and the step, so a
resumed run sees what the uninterrupted one would have seen, and no sampler state is saved.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lossstudy.config import ExperimentConfig
from lossstudy.datasets import SegmentationDataset
from lossstudy.models import Batch
from lossstudy.sampling import ClassUniformSampler, crop_around


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

    def __getitem__(self, step: int) -> Batch:
        """Return the batch of a step, on the device, images as floats in [0, 1]."""
        config = self.config
        images, targets = self._draw_labelled(step)
        if not self.semi_supervised:
            return Batch(images, targets)
        real_images, real_targets = self._draw(1, self.labelled, config.batch_size, step)
        unlabelled, _ = self._draw(2, self.unlabelled, config.unlabelled_batch_size, step)
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

    def _draw_labelled(self, step: int) -> tuple[Tensor, Tensor]:
        """Read the labelled images of a step, the way `config.sampling` says."""
        config = self.config
        if self.sampler is None:
            return self._draw(0, self.labelled, config.batch_size, step)
        rng = np.random.default_rng((config.seed, 0, step, 1))
        pairs = []
        for _ in range(config.batch_size):
            index, label = self.sampler.draw(rng)
            image, target = self.dataset[index]
            corner = None
            if config.crop_height and config.crop_width:
                size = config.crop_height, config.crop_width
                corner = crop_around(target.numpy(), label, size, rng)
            pairs.append(self._augment(image, target, rng, corner))
        return self._stack(pairs)

    def _draw(
        self, stream: int, pool: NDArray[np.integer], count: int, step: int
    ) -> tuple[Tensor, Tensor]:
        """Read `count` images of a stream; an epoch shows each image of the pool once."""
        places = [divmod(place, len(pool)) for place in range(step * count, (step + 1) * count)]
        orders = {
            epoch: np.random.default_rng((self.config.seed, stream, epoch)).permutation(pool)
            for epoch in {epoch for epoch, _ in places}
        }
        picked = [orders[epoch][offset] for epoch, offset in places]
        rng = np.random.default_rng((self.config.seed, stream, step, 1))
        pairs = [self._augment(*self.dataset[int(index)], rng) for index in picked]
        return self._stack(pairs)

    def _stack(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        """Return frames as a batch on the device."""
        images, targets = zip(*pairs, strict=True)
        floats = self._to_device(torch.stack(images)).float() / 255
        return (
            floats.contiguous(memory_format=torch.channels_last),
            self._to_device(torch.stack(targets)).long(),
        )

    def _augment(
        self,
        image: Tensor,
        target: Tensor,
        rng: np.random.Generator,
        corner: tuple[int, int] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Random horizontal flip and, if the configuration has one, a crop, random or given."""
        config = self.config
        if config.crop_height and config.crop_width:
            if corner is None:
                top = int(rng.integers(image.shape[1] - config.crop_height + 1))
                left = int(rng.integers(image.shape[2] - config.crop_width + 1))
            else:
                top, left = corner
            rows = slice(top, top + config.crop_height)
            columns = slice(left, left + config.crop_width)
            image, target = image[:, rows, columns], target[rows, columns]
        if rng.random() < 0.5:
            image, target = image.flip(-1), target.flip(-1)
        return image, target

    def _to_device(self, tensor: Tensor) -> Tensor:
        if self.device.type == "cuda":
            tensor = tensor.pin_memory()
        return tensor.to(self.device, non_blocking=True)
