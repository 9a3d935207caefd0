"""How often each class occurs in a training set: what frequency-based losses know of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class ClassCounts:
    r"""Counts per class over the labelled images of a training set.

    Attributes:
        pixels: \(n_c\), labelled pixels of the class.
        images: \(m_c\), images in which it occurs.
        image_pixels: Labelled pixels, of any class, in those images.

    Example:
        >>> counts = ClassCounts.of(np.array([[3, 1], [4, 0]]))
        >>> counts.pixels.tolist(), counts.images.tolist(), counts.image_pixels.tolist()
        ([7, 1], [2, 1], [8, 4])
    """

    pixels: npt.NDArray[np.int64]
    images: npt.NDArray[np.int64]
    image_pixels: npt.NDArray[np.int64]

    @classmethod
    def of(cls, image_class_pixels: npt.NDArray[np.int64]) -> "ClassCounts":
        """Add up the labelled pixels of each image and class, an array `(N, C)`."""
        present = image_class_pixels > 0
        return cls(
            pixels=image_class_pixels.sum(axis=0),
            images=present.sum(axis=0),
            image_pixels=(present * image_class_pixels.sum(axis=1, keepdims=True)).sum(axis=0),
        )

    @classmethod
    def even(cls, num_classes: int) -> "ClassCounts":
        """Return the counts of a set in which no class is rarer than another."""
        ones = np.ones(num_classes, dtype=np.int64)
        return cls(ones, ones, num_classes * ones)

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.pixels)

    def reordered(self, order: Sequence[int]) -> "ClassCounts":
        """Return the counts of the classes in another order."""
        index = list(order)
        return ClassCounts(self.pixels[index], self.images[index], self.image_pixels[index])
