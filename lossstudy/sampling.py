"""Class-uniform sampling: which images and crops a step sees, so that every class is seen alike.

The paper's reference [8] (Rota Bulò, Porzi, Kontschieder, *In-Place Activated BatchNorm for
Memory-Optimized Training of DNNs*, CVPR 2018) balances its batches so: a class drawn uniformly,
an image that contains it, a crop around it. It answers imbalance and leaves the loss as it is, so
it goes with any.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


class ClassUniformSampler:
    r"""Draw a class uniformly from those that occur, then uniformly an image that contains it.

    An image is drawn with probability
    \(q_i = \frac{1}{|K|} \sum_{c \in K_i} \frac{1}{m_c}\), with K the classes that occur,
    \(K_i\) those in image i and \(m_c\) the number of images that contain c. Drawn with
    replacement: there are no epochs.

    Example:
        >>> pixels = np.array([[9, 0], [9, 0], [5, 4]])  # the rare class is in the third image
        >>> ClassUniformSampler(pixels, [0, 1, 2]).probabilities().round(3).tolist()
        [0.167, 0.167, 0.667]
    """

    def __init__(
        self, image_class_pixels: npt.NDArray[np.int64], pool: Sequence[int] | npt.NDArray[np.int_]
    ) -> None:
        """Note which images of a pool contain which class.

        Args:
            image_class_pixels: `(N, C)`, labelled pixels of each class in each image.
            pool: Indices of the images that may be drawn.

        Raises:
            ValueError: No image of the pool has a labelled pixel.
        """
        self.pool = np.asarray(pool)
        contains = image_class_pixels[self.pool] > 0
        self.classes = np.flatnonzero(contains.any(axis=0))
        if not len(self.classes):
            raise ValueError(
                f"class-uniform sampling needs labelled pixels; the {len(self.pool)} images to "
                "draw from have none"
            )
        self.images = {int(c): self.pool[contains[:, c]] for c in self.classes}

    def draw(self, rng: np.random.Generator) -> tuple[int, int]:
        """Return the index of an image and the class it was drawn for."""
        drawn = int(rng.choice(self.classes))
        return int(rng.choice(self.images[drawn])), drawn

    def probabilities(self) -> npt.NDArray[np.float64]:
        """Return the probability of each image of the pool."""
        share = np.zeros(len(self.pool))
        for images in self.images.values():
            share[np.searchsorted(self.pool, images)] += 1 / len(images)
        return share / len(self.classes)


def crop_around(
    target: npt.NDArray[np.uint8],
    label: int,
    size: tuple[int, int],
    rng: np.random.Generator,
) -> tuple[int, int]:
    """Return the top left corner of a crop that contains a random pixel of a class.

    Of the crops that contain it and lie within the image, each is as likely.

    Args:
        target: Train ids `(H, W)`, with at least one pixel of the class.
        label: The class.
        size: Height and width of the crop, at most those of the target.
        rng: Source of randomness.
    """
    places = np.flatnonzero(target == label)
    pixel = np.unravel_index(int(rng.choice(places)), target.shape)
    corner = []
    for at, crop, full in zip(pixel, size, target.shape, strict=True):
        low, high = max(0, int(at) - crop + 1), min(int(at), full - crop)
        corner.append(int(rng.integers(low, high + 1)))
    return corner[0], corner[1]
