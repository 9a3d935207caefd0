"""The losses of other libraries that go by the names of ours."""

import functools
import importlib
import importlib.metadata
import importlib.util
import inspect
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor
from torch.nn import functional as F

from lossstudy.bench._batch import Loss
from lossstudy.pixels import IGNORE_INDEX

MODULES = {
    "torch": "torch.nn",
    "torchvision": "torchvision.ops",
    "segmentation-models-pytorch": "segmentation_models_pytorch.losses",
    "monai": "monai.losses",
    "kornia": "kornia.losses",
}
"""Distribution of a library, and the module its losses are in."""

_SMP = {"mode": "multiclass", "ignore_index": IGNORE_INDEX}
_MONAI = {"to_onehot_y": True, "ignore_index": IGNORE_INDEX}
_BATCH = {"softmax": True, "batch": True, "smooth_nr": 1.0, "smooth_dr": 1.0, **_MONAI}
_KORNIA = {"ignore_index": IGNORE_INDEX}


@dataclass(frozen=True)
class LibraryLoss:
    """A loss of another library.

    Attributes:
        loss: Our loss of that name.
        library: Distribution it comes in.
        name: Class or function in the library's module.
        arguments: Keywords that bring it as near to ours as they can.
        definition: Whether that is the definition of ours, or how it differs, in a few words.
        takes: The form of its labels: `"map"` (N, H, W), `"channel"` (N, 1, H, W), or floats
            `"one-hot"` (N, C, H, W), which are made anew in each step, as its user has to.
        ignores: Whether pixels can be ignored. Where not, the labels are given without any.
    """

    loss: str
    library: str
    name: str
    arguments: dict[str, Any]
    definition: str
    takes: Literal["map", "channel", "one-hot"] = "map"
    ignores: bool = True

    @property
    def call(self) -> str:
        """How it is made, without what only says which pixels to ignore and how labels come."""
        hidden = {"ignore_index", "to_onehot_y", "mode"}
        shown = ", ".join(f"{k}={v!r}" for k, v in self.arguments.items() if k not in hidden)
        return f"{self.name}({shown})"

    def make(self, num_classes: int) -> Loss:
        """Return the loss as a function of logits (N, C, H, W) and a map of labels (N, H, W)."""
        if self.library != "torch":  # several of them import torchvision
            importlib.import_module("lossstudy.models._torchvision")
        made: Any = getattr(importlib.import_module(MODULES[self.library]), self.name)
        is_class = inspect.isclass(made)
        loss: Loss
        loss = made(**self.arguments) if is_class else functools.partial(made, **self.arguments)
        match self.takes:
            case "map":
                return loss
            case "channel":
                return lambda logits, targets: loss(logits, targets[:, None])
            case "one-hot":
                return lambda logits, targets: loss(logits, _one_hot(targets, num_classes, logits))


LIBRARY_LOSSES = (
    LibraryLoss(
        "combo", "monai", "DiceCELoss",
        {"softmax": True, "batch": True, "smooth_nr": 1.0, "smooth_dr": 1.0, "to_onehot_y": True},
        "twice ours; absent classes count", takes="channel", ignores=False,
    ),
    LibraryLoss(
        "dice", "segmentation-models-pytorch", "DiceLoss", {"smooth": 0.5, **_SMP},
        "absent classes count as 0",
    ),
    LibraryLoss(
        "dice", "monai", "DiceLoss", _BATCH, "absent classes count", takes="channel",
    ),
    LibraryLoss(
        "dice", "kornia", "DiceLoss", {"average": "macro", **_KORNIA},
        "each image by itself",
    ),
    LibraryLoss(
        "dice", "kornia", "DiceLoss", {"average": "micro", **_KORNIA},
        "1 − mean p_t, not Dice",
    ),
    LibraryLoss(
        "focal", "segmentation-models-pytorch", "FocalLoss", {"gamma": 2.0, **_SMP},
        "sigmoid, class against the rest",
    ),
    LibraryLoss(
        "focal", "monai", "FocalLoss", {"gamma": 2.0, "use_softmax": True, **_MONAI},
        "the same", takes="channel",
    ),
    LibraryLoss(
        "focal", "kornia", "FocalLoss",
        {"alpha": None, "gamma": 2.0, "reduction": "mean", **_KORNIA},
        "ours / C; ignored pixels count",
    ),
    LibraryLoss(
        "focal", "torchvision", "sigmoid_focal_loss",
        {"alpha": -1, "gamma": 2.0, "reduction": "mean"},
        "sigmoid, class against the rest", takes="one-hot", ignores=False,
    ),
    LibraryLoss(
        "generalized_dice", "monai", "GeneralizedDiceLoss",
        {"softmax": True, "batch": True, "smooth_nr": 0.0, "smooth_dr": 0.0, "to_onehot_y": True},
        "absent classes weigh like the rarest", takes="channel", ignores=False,
    ),
    LibraryLoss(
        "jaccard", "segmentation-models-pytorch", "JaccardLoss", {"smooth": 1.0, **_SMP},
        "absent classes count as 0",
    ),
    LibraryLoss(
        "jaccard", "monai", "DiceLoss",
        {**_BATCH, "jaccard": True, "smooth_nr": 2.0, "smooth_dr": 2.0},
        "absent classes count", takes="channel",
    ),
    LibraryLoss(
        "label_smoothing", "torch", "CrossEntropyLoss",
        {"label_smoothing": 0.1, "ignore_index": IGNORE_INDEX}, "the same",
    ),
    LibraryLoss(
        "label_smoothing", "segmentation-models-pytorch", "SoftCrossEntropyLoss",
        {"smooth_factor": 0.1, "ignore_index": IGNORE_INDEX}, "divides by ignored pixels too",
    ),
    LibraryLoss(
        "lovasz_softmax", "segmentation-models-pytorch", "LovaszLoss", _SMP,
        "the same",
    ),
    LibraryLoss(
        "lovasz_softmax", "kornia", "LovaszSoftmaxLoss", {}, "each image; absent classes count",
        ignores=False,
    ),
    LibraryLoss(
        "tversky", "segmentation-models-pytorch", "TverskyLoss",
        {"smooth": 1.0, "alpha": 0.3, "beta": 0.7, **_SMP}, "absent classes count as 0",
    ),
    LibraryLoss(
        "tversky", "monai", "TverskyLoss", {"alpha": 0.3, "beta": 0.7, **_BATCH},
        "absent classes count", takes="channel",
    ),
    LibraryLoss(
        "tversky", "kornia", "TverskyLoss", {"alpha": 0.3, "beta": 0.7, **_KORNIA},
        "each image by itself",
    ),
)  # fmt: skip
"""Which library means what by which name."""


def installed() -> dict[str, str]:
    """Return the libraries that are there, and their versions."""
    return {
        library: importlib.metadata.version(library)
        for library, module in MODULES.items()
        if importlib.util.find_spec(module.partition(".")[0])
    }


def _one_hot(targets: Tensor, num_classes: int, like: Tensor) -> Tensor:
    return F.one_hot(targets, num_classes).movedim(-1, 1).to(like.dtype)
