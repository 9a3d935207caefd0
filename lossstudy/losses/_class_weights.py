"""Weights of classes from how often they occur, shared by the losses that weight classes."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float
from torch import Tensor

from lossstudy.counts import ClassCounts
from lossstudy.losses._base import check_range

Weights = npt.NDArray[np.float64]

ENET_C = 1.02
"""Offset of ENet's weights, which bounds them to [1.4, 50.5] (Paszke et al. 2016, section 5.1)."""

BETA = 0.999
"""Default of the effective number of samples; Cui et al. (2019) try 0.9 to 0.9999."""


def inverse_frequency(counts: ClassCounts, beta: float) -> Weights:
    r"""Return \(1 / n_c\), n in pixels."""
    return 1.0 / counts.pixels


def median_frequency(counts: ClassCounts, beta: float) -> Weights:
    r"""Return \(\mathrm{median}(f) / f_c\), \(f_c\) the share of c in the images that contain it.

    Eigen and Fergus (2015), section 6.3.2.
    """
    share = counts.pixels / counts.image_pixels
    weights: Weights = np.median(share) / share
    return weights


def enet(counts: ClassCounts, beta: float) -> Weights:
    r"""Return \(1 / \ln(1.02 + n_c / n)\), Paszke et al. (2016), section 5.1."""
    weights: Weights = 1.0 / np.log(ENET_C + counts.pixels / counts.pixels.sum())
    return weights


def effective_number(counts: ClassCounts, beta: float) -> Weights:
    r"""Return \((1 - \beta) / (1 - \beta^{m_c})\), m in images. Cui et al. (2019), equation (2).

    Counted in pixels, millions of them, every \(\beta^n\) would be 0 and every weight the same.
    """
    weights: Weights = (1 - beta) / -np.expm1(counts.images * math.log(beta))
    return weights


SCHEMES: dict[str, Callable[[ClassCounts, float], Weights]] = {
    "inverse": inverse_frequency,
    "median": median_frequency,
    "enet": enet,
    "effective": effective_number,
}
"""Weights by name; each is scaled afterwards."""

UNIFORM = "uniform"
"""The choice of no weights, which needs no counts."""


def class_weights(
    weight: str | Sequence[float],
    num_classes: int,
    counts: ClassCounts | None,
    beta: float = BETA,
) -> Float[Tensor, " num_classes"]:
    r"""Return one weight a class.

    Weights of a scheme are scaled to mean 1 over the classes that occur, so that the choice of a
    scheme is not also a choice of learning rate; a class without a pixel gets weight 1, since
    nothing is known of it. Weights given as numbers are taken as they are.

    Args:
        weight: `UNIFORM`, a name of `SCHEMES`, or one number a class, also as text: `"1, 0.5"`.
        num_classes: Number of classes.
        counts: Class counts of the training set; a scheme needs them.
        beta: Of the effective number, in (0, 1).

    Raises:
        ValueError: The scheme is unknown, its counts are missing or of another number of classes,
            or the numbers are too few, too many, negative, all zero or not finite.
    """
    if weight == UNIFORM:
        return torch.ones(num_classes)
    if isinstance(weight, str) and weight in SCHEMES:
        counts = check_counts(counts, num_classes, f"class_weight={weight!r}")
        if not 0 < beta < 1:
            raise ValueError(f"beta must be a finite number above 0 and below 1, got {beta:g}")
        found = counts.pixels > 0
        weights = np.ones(num_classes)
        if found.any():
            raw = SCHEMES[weight](counts.reordered(np.flatnonzero(found).tolist()), beta)
            weights[found] = raw / raw.mean()
        return torch.from_numpy(weights).float()
    numbers = _numbers(weight)
    if len(numbers) != num_classes:
        raise ValueError(
            f"class_weight must be one number for each of the {num_classes} classes, "
            f"got {len(numbers)}"
        )
    for index, number in enumerate(numbers):
        check_range(f"class_weight of class {index}", number, 0.0)
    if not any(numbers):
        raise ValueError("class_weight must be positive for at least one class, got zeros only")
    return torch.tensor(numbers, dtype=torch.float32)


def check_counts(counts: ClassCounts | None, num_classes: int, who: str) -> ClassCounts:
    """Return `counts` if they are there and of the right number of classes.

    Raises:
        ValueError: They are not; the message names `who` needs them.
    """
    if counts is None:
        raise ValueError(
            f"{who} needs the class counts of the training set; pass counts, for example "
            "dataset.class_counts()"
        )
    if counts.num_classes != num_classes:
        raise ValueError(
            f"counts must be of {num_classes} classes, got counts of {counts.num_classes}"
        )
    return counts


def _numbers(weight: str | Sequence[float]) -> list[float]:
    """Return the numbers of a list, or of their text.

    Raises:
        ValueError: The text is neither a scheme nor numbers.
    """
    if not isinstance(weight, str):
        return [float(number) for number in weight]
    try:
        return [float(number) for number in weight.split(",")]
    except ValueError:
        raise ValueError(
            f"class_weight must be one of {UNIFORM}, {', '.join(SCHEMES)}, or numbers separated "
            f"by commas, one a class, got {weight!r}"
        ) from None
