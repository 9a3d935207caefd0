"""The losses of other libraries: found by name, called with our labels."""

import functools
import importlib
import importlib.metadata
import importlib.util
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from lossstudy.pixels import IGNORE_INDEX

MODULES = {
    "torch": "torch.nn",
    "torchvision": "torchvision.ops",
    "segmentation-models-pytorch": "segmentation_models_pytorch.losses",
    "monai": "monai.losses",
    "kornia": "kornia.losses",
}
"""Distribution of a library, and the module its losses are in."""

IGNORING = {"ignore_index": IGNORE_INDEX}
ONE_HOT = {"to_onehot_y": True}
SMP = {"mode": "multiclass", **IGNORING}
MONAI = {**ONE_HOT, **IGNORING}
"""What a library has to be told of our labels."""


@dataclass(frozen=True)
class LibraryLoss:
    """A loss of another library.

    Attributes:
        library: Distribution it comes in, one of `MODULES`.
        name: Class or function in the library's module.
        arguments: Keywords it is made or called with.
        hidden: Keywords beside them that only say how labels come and which pixels to ignore.
        takes: The form of its labels: `"map"` (N, H, W), `"channel"` (N, 1, H, W), or floats
            `"one-hot"` (N, C, H, W).
        ignores: Whether pixels can be ignored. Where not, it is to be given labels without any.
    """

    library: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    hidden: dict[str, Any] = field(default_factory=dict)
    takes: Literal["map", "channel", "one-hot"] = "map"
    ignores: bool = True

    def __str__(self) -> str:
        shown = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.name}({shown})"

    def make(self, num_classes: int) -> Callable[[Tensor, Tensor], Tensor]:
        """Return the loss as a function of logits (N, C, H, W) and a map of labels (N, H, W)."""
        if self.library != "torch":  # several of them import torchvision
            importlib.import_module("lossstudy.models._torchvision")
        made: Any = getattr(importlib.import_module(MODULES[self.library]), self.name)
        given = {**self.arguments, **self.hidden}
        loss: Any = made(**given) if inspect.isclass(made) else functools.partial(made, **given)

        def call(logits: Tensor, targets: Tensor) -> Tensor:
            value: Tensor = loss(logits, self._labels(targets, num_classes, logits.dtype))
            return value

        return call

    def _labels(self, targets: Tensor, num_classes: int, dtype: torch.dtype) -> Tensor:
        match self.takes:
            case "map":
                return targets
            case "channel":
                return targets[:, None]
            case "one-hot":
                return F.one_hot(targets, num_classes).movedim(-1, 1).to(dtype)


def installed() -> dict[str, str]:
    """Return the libraries that are there, and their versions without what a build adds."""
    return {
        library: importlib.metadata.version(library).partition("+")[0]
        for library, module in MODULES.items()
        if importlib.util.find_spec(module.partition(".")[0])
    }
