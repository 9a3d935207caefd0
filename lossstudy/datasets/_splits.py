"""Which training images keep their labels."""

import numpy as np


def labelled_subset(num_items: int, ratio: float, seed: int) -> list[int]:
    """Choose the images that keep their labels; the others serve as unlabelled ones.

    The choice depends on nothing but the arguments. With the same seed, the images of a smaller
    ratio are among those of a larger one, so a curve over ratios only ever adds labels.

    Args:
        num_items: Number of training images.
        ratio: Share that keeps its labels, above 0 and at most 1.
        seed: Seed of the choice.

    Returns:
        Sorted indices, `round(ratio * num_items)` of them but at least one.

    Raises:
        ValueError: `ratio` is out of its range.

    Example:
        >>> labelled_subset(8, 0.25, seed=0), labelled_subset(8, 0.5, seed=0)
        ([2, 4], [2, 3, 4, 6])
    """
    if not 0 < ratio <= 1:
        raise ValueError(f"ratio must be above 0 and at most 1, got {ratio}")
    order = np.random.default_rng(seed).permutation(num_items)
    return sorted(order[: max(1, round(ratio * num_items))].tolist())
