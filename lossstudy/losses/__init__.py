"""The losses of the study: one file, one class, one name.

The name of the file is the name on the command line and in a run record.
"""

import inspect
from typing import Any

from lossstudy import registry
from lossstudy.counts import ClassCounts
from lossstudy.losses._base import SegmentationLoss as SegmentationLoss


def loss_names() -> tuple[str, ...]:
    """Return the names `make_loss` knows."""
    return tuple(registry.discover(__name__, SegmentationLoss))


def loss_parameters(name: str) -> dict[str, Any]:
    """Return the parameters of a loss and their defaults.

    Raises:
        ValueError: There is no loss of that name.

    Example:
        >>> loss_parameters("combo")
        {'alpha': 0.5, 'smooth': 1.0}
    """
    cls = registry.get(__name__, SegmentationLoss, name)
    return {key: item.default for key, item in registry.parameters(cls).items()}


def make_loss(
    name: str, num_classes: int, counts: ClassCounts | None = None, **params: Any
) -> SegmentationLoss:
    """Build a loss by name.

    Args:
        name: A name of `loss_names()`.
        num_classes: Channels of the logits.
        counts: Class counts of the training set, for the losses that depend on them.
        **params: Parameters of that loss, as in `loss_parameters(name)`.

    Returns:
        The loss module.

    Raises:
        ValueError: Unknown name, unknown parameter, a parameter out of its range, or no counts
            for a loss that needs them.

    Example:
        >>> make_loss("focal", num_classes=19, gamma=5.0).gamma
        5.0
    """
    known = loss_parameters(name)
    if unknown := sorted(set(params) - set(known)):
        takes = ", ".join(known) if known else "no parameters"
        raise ValueError(f"loss {name!r} has no parameter {', '.join(unknown)}; it takes {takes}")
    cls = registry.get(__name__, SegmentationLoss, name)
    if "counts" in inspect.signature(cls).parameters:
        params["counts"] = counts
    return cls(num_classes, **params)
