"""What libraries compute under one name: their values on one batch, and why they differ.

The batch is the probes' scene: two images, an ignored part, a rare class that only one of the
images holds, and a class without a pixel. Each sentence below is one that the tests check.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch

from lossstudy.catalogue import docs, probes
from lossstudy.catalogue.libraries import (
    IGNORING,
    MODULES,
    MONAI,
    ONE_HOT,
    SMP,
    LibraryLoss,
    installed,
)
from lossstudy.catalogue.tables import table
from lossstudy.pixels import IGNORE_INDEX

OURS = "lossstudy"

_TVERSKY: dict[str, Any] = {"alpha": 0.3, "beta": 0.7}


@dataclass(frozen=True)
class Ours:
    """One reading of a loss of this package."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.name}({shown})"


def _torch(name: str, **arguments: Any) -> LibraryLoss:
    return LibraryLoss("torch", name, arguments, IGNORING)


def _torchvision(name: str, **arguments: Any) -> LibraryLoss:
    return LibraryLoss("torchvision", name, arguments, takes="one-hot", ignores=False)


def _smp(name: str, **arguments: Any) -> LibraryLoss:
    hidden = IGNORING if name == "SoftCrossEntropyLoss" else SMP
    return LibraryLoss("segmentation-models-pytorch", name, arguments, hidden)


def _monai(name: str, *, ignores: bool = True, **arguments: Any) -> LibraryLoss:
    hidden = MONAI if ignores else ONE_HOT
    return LibraryLoss("monai", name, arguments, hidden, takes="channel", ignores=ignores)


def _kornia(name: str, *, ignores: bool = True, **arguments: Any) -> LibraryLoss:
    return LibraryLoss("kornia", name, arguments, IGNORING if ignores else {}, ignores=ignores)


NAMESAKES: dict[str, tuple[tuple[Ours | LibraryLoss, str], ...]] = {
    "cross_entropy": (
        (Ours("cross_entropy"), "The mean over the valid pixels."),
        (_torch("CrossEntropyLoss"), "The same."),
        (_smp("SoftCrossEntropyLoss", smooth_factor=0.0),
         "The sum over the valid pixels, divided by all pixels, the ignored ones included."),
    ),
    "focal": (
        (Ours("focal"), "The mean over the valid pixels."),
        (Ours("focal", {"lam": 2.0}), "With the offset the paper reports: four times cross "
         "entropy's weight for a pixel that is missed, and never less than its weight."),
        (_monai("FocalLoss", use_softmax=True),
         "Told which pixels to ignore, the same."),
        (_monai("FocalLoss", ignores=False, use_softmax=True),
         "Not told, it takes the mean over the classes as well: one C-th."),
        (_kornia("FocalLoss", alpha=None, reduction="mean"),
         "The mean is over the classes and over all pixels, the ignored ones included."),
        (_kornia("FocalLoss", alpha=0.5, reduction="mean"),
         "As before, halved: alpha is the weight of all classes but the first, which has "
         "1 - alpha."),
        (_smp("FocalLoss"),
         "Not of a softmax: the mean over classes and pixels of one binary focal loss a class. "
         "It changes when all logits of a pixel rise by the same amount."),
        (_monai("FocalLoss"), "As before, but the sum over the classes: C times as much."),
        (_torchvision("sigmoid_focal_loss", reduction="mean"),
         "As in segmentation-models-pytorch, with the alpha of object detection: 0.25 for the "
         "class of the pixel, 0.75 for each of the others."),
    ),
    "label_smoothing": (
        (Ours("label_smoothing"), "The mean over the valid pixels."),
        (_torch("CrossEntropyLoss", label_smoothing=0.1), "The same."),
        (_smp("SoftCrossEntropyLoss", smooth_factor=0.1),
         "Divided by all pixels, the ignored ones included."),
    ),
    "dice": (
        (Ours("dice"), "Classes present in the batch, over the batch, one pixel of smoothing."),
        (Ours("dice", {"smooth": 0.0}), "Without smoothing, which matters to the rare class."),
        (Ours("dice", {"smooth": 0.0, "classes": "all"}),
         "The absent class counts too, with a loss of 1."),
        (Ours("dice", {"smooth": 0.0, "per": "image"}),
         "Each image by itself: in one of them the rare class is absent and does not count."),
        (Ours("dice", {"smooth": 0.0, "classes": "all", "per": "image"}), "Both."),
        (Ours("combo_micro", {"alpha": 0.0, "smooth": 0.0}),
         "All classes flattened into one: one minus the mean $p_t$, which balances nothing."),
        (_smp("DiceLoss"),
         "The sum over the classes present in the batch, divided by the number of all classes."),
        (_monai("DiceLoss", softmax=True), "All classes of each image."),
        (_monai("DiceLoss", softmax=True, batch=True), "All classes, over the batch."),
        (_monai("DiceLoss", softmax=True, squared_pred=True),
         "All classes of each image, with squared masses in the denominator: "
         "the sum of p² instead of the sum of p."),
        (_kornia("DiceLoss"),
         "Flattened, each image by itself: the mean over images of one minus the mean $p_t$."),
        (_kornia("DiceLoss", average="macro"), "The present classes of each image."),
    ),
    "generalized_dice": (
        (Ours("generalized_dice"), "Present classes, over the batch."),
        (_monai("GeneralizedDiceLoss", ignores=False, softmax=True, batch=True),
         "The absent class has the weight of the rarest."),
        (_monai("GeneralizedDiceLoss", ignores=False, softmax=True),
         "As before, each image by itself."),
    ),
    "jaccard": (
        (Ours("jaccard"), "Classes present in the batch, over the batch, one pixel of smoothing."),
        (Ours("jaccard", {"smooth": 0.0}), "Without smoothing."),
        (_smp("JaccardLoss"),
         "The sum over the classes present in the batch, divided by the number of all classes."),
        (_monai("DiceLoss", softmax=True, jaccard=True), "All classes of each image."),
    ),
    "tversky": (
        (Ours("tversky"), "Classes present in the batch, over the batch, one pixel of smoothing."),
        (Ours("tversky", {"smooth": 0.0}), "Without smoothing."),
        (_smp("TverskyLoss", **_TVERSKY),
         "The sum over the classes present in the batch, divided by the number of all classes."),
        (_monai("TverskyLoss", softmax=True, **_TVERSKY), "All classes of each image."),
        (_kornia("TverskyLoss", **_TVERSKY), "The present classes of each image."),
    ),
    "focal_tversky": (
        (Ours("focal_tversky", {"smooth": 0.0}),
         "The power of each class's loss, then the mean over the present classes."),
        (_smp("TverskyLoss", gamma=0.75, **_TVERSKY),
         "The power of the mean over all classes, in which an absent class is 0."),
    ),
    "lovasz_softmax": (
        (Ours("lovasz_softmax"), "Present classes, sorted over the batch."),
        (_smp("LovaszLoss"), "The same."),
        (_kornia("LovaszSoftmaxLoss", ignores=False),
         "All classes of each image; an absent one counts with its largest probability."),
    ),
    "combo": (
        (Ours("combo", {"smooth": 0.0}),
         "Half cross entropy, half Dice over the classes present in the batch."),
        (Ours("combo_micro", {"smooth": 0.0}),
         "Half cross entropy, half one minus the mean $p_t$."),
        (_monai("DiceCELoss", ignores=False, softmax=True),
         "The sum, not the mean, of cross entropy and Dice over all classes of each image."),
    ),
}  # fmt: skip
"""Losses by our name: each reading, and one sentence on what it is."""


def value(reading: Ours | LibraryLoss) -> float:
    """Return what a reading gives for the scene, in float32.

    A library that cannot ignore pixels is given the ignored ones as pixels of the first class.
    """
    scene = probes.probe_scene()
    logits, targets = scene.logits.float(), scene.targets
    if isinstance(reading, Ours):
        return float(probes.scene_loss(reading.name, **reading.arguments)(logits, targets))
    if not reading.ignores:
        targets = targets.where(targets != IGNORE_INDEX, 0)
    with torch.no_grad():
        return float(reading.make(logits.shape[1])(logits, targets))


def sections(family: str) -> Iterator[str]:
    """Compare each loss of a family with its namesakes.

    Yields:
        For each loss that others offer too, a heading and a table as Markdown, without the
        readings of libraries that are not installed.
    """
    versions = installed()
    for name in docs.family_losses(family):
        rows, values = [], set()
        for reading, why in NAMESAKES.get(name, ()):
            library = OURS if isinstance(reading, Ours) else reading.library
            if library != OURS and library not in versions:
                continue
            found = value(reading)
            values.add(f"{found:.3f}")
            ignores = isinstance(reading, Ours) or reading.ignores
            mark = "" if ignores else " (The ignored pixels are given as ones of the first class.)"
            where = library if library == OURS else f"{library} {versions[library]}"
            rows.append([f"{where}<br>`{reading}`", f"{found:.4f}", why + mark])
        if rows:
            yield (
                f"**`{name}`: {len(rows)} readings, {len(values)} different values**\n\n"
                + table(["called as", "value", "what it is"], rows)
            )


def note(family: str) -> str:
    """Return, as Markdown, what the tables of a family do not show."""
    named = {
        reading.library
        for name in docs.family_losses(family)
        for reading, _ in NAMESAKES.get(name, ())
        if isinstance(reading, LibraryLoss)
    }
    if not named:
        return f"None of {', '.join(MODULES)} offers a loss of this family."
    absent = ", ".join(sorted(named - installed().keys()))
    return (
        "Where no argument is shown, the default is meant; arguments that only say which pixels "
        "to ignore, or in which form the labels come, are left out."
        + f" Not installed here, and left out: {absent}."
        * bool(absent)
    )
