"""The models of the study: one file, one class, one name.

The name of the file is the name on the command line and in a run record. A model gives logits and
offers the phases of an optimisation step; the trainer runs them without knowing the model.
"""

from typing import Any

from lossstudy import registry
from lossstudy.models._base import Batch as Batch
from lossstudy.models._base import Carry as Carry
from lossstudy.models._base import Phase as Phase
from lossstudy.models._base import SegmentationModel as SegmentationModel
from lossstudy.models._base import Terms as Terms
from lossstudy.models._synchronised import synchronised as synchronised


def model_names() -> tuple[str, ...]:
    """Return the names `make_model` knows."""
    return tuple(registry.discover(__name__, SegmentationModel))


def model_parameters(name: str) -> dict[str, Any]:
    """Return the parameters of a model and their defaults.

    Raises:
        ValueError: There is no model of that name.

    Example:
        >>> model_parameters("deeplab")["backbone"]
        'small'
    """
    cls = registry.get(__name__, SegmentationModel, name)
    return {key: item.default for key, item in registry.parameters(cls).items()}


def make_model(name: str, num_classes: int, **params: Any) -> SegmentationModel:
    """Build a model by name.

    Args:
        name: A name of `model_names()`.
        num_classes: Channels of the logits.
        **params: Parameters of that model, as in `model_parameters(name)`.

    Returns:
        The model, in train mode.

    Raises:
        ValueError: Unknown name, unknown parameter, or a parameter out of its range.

    Example:
        >>> import torch
        >>> model = make_model("deeplab", num_classes=19)
        >>> model(torch.rand(2, 3, 33, 64)).shape
        torch.Size([2, 19, 33, 64])
    """
    known = model_parameters(name)
    if unknown := sorted(set(params) - set(known)):
        raise ValueError(
            f"model {name!r} has no parameter {', '.join(unknown)}; it takes {', '.join(known)}"
        )
    return registry.get(__name__, SegmentationModel, name)(num_classes, **params)
