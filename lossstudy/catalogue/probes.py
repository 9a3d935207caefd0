r"""What a loss does to one pixel: measured with autograd, in float64, beside cross entropy.

Everything is measured in one small scene, `SCENE`. Gradients are those with respect to the
logits, times the number of valid pixels: in that unit cross entropy's gradient at a pixel is
\(p - y\), with the L1 norm \(2 (1 - p_t)\), however large the scene is.
"""

import copy
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from lossstudy.catalogue.tables import factor, table
from lossstudy.counts import ClassCounts
from lossstudy.losses import SegmentationLoss, make_loss
from lossstudy.pixels import IGNORE_INDEX

CLASSES = ("frequent", "middling", "rare", "absent")
"""The classes of the scene, in the order of their numbers."""

PIXELS = ((470, 430), (20, 70), (0, 10), (0, 0))
"""Labelled pixels of each class in each of the two images: 90, 9, 1 and 0 percent."""

IGNORED = (30, 10)
"""Ignored pixels of each image."""

WIDTH = 26

REFERENCE = "cross_entropy"

CURVE = np.concatenate([[0.001, 0.003], np.linspace(0.01, 0.99, 50), [0.997, 0.999]])
"""The probabilities p_t at which curves are measured."""


class Pixel(NamedTuple):
    """A place in the scene."""

    image: int
    row: int
    column: int


@dataclass(frozen=True)
class Scene:
    """Two small label maps and what a network that is half trained makes of them.

    Attributes:
        logits: Scores, 2 higher for the own class than for the others, plus noise of deviation 1;
            at the pixels in `chosen`, such that p_t is the one given there and the other classes
            share the rest evenly.
        targets: Classes, or `IGNORE_INDEX`.
        chosen: Pixels by what they stand for, each with its p_t.
        ignored: One of the ignored pixels.
    """

    logits: Float64[Tensor, "batch num_classes height width"]
    targets: Int64[Tensor, "batch height width"]
    chosen: dict[str, tuple[Pixel, float]]
    ignored: Pixel

    @property
    def counts(self) -> ClassCounts:
        """Class counts, as if the scene were the training set."""
        return ClassCounts.of(np.array(PIXELS).T)

    def with_probability(self, pixel: Pixel, p_t: float) -> Tensor:
        """Return the logits with another p_t at one labelled pixel."""
        logits = self.logits.clone()
        own = int(self.targets[pixel])
        image, row, column = pixel
        logits[image, :, row, column] = np.log((1 - p_t) / (logits.shape[1] - 1))
        logits[image, own, row, column] = np.log(p_t)
        return logits


@functools.cache
def probe_scene() -> Scene:
    """Return the scene everything is measured in; the same one each time."""
    generator = torch.Generator().manual_seed(0)
    maps = []
    for image, ignored in enumerate(IGNORED):
        labels = [torch.full((n[image],), c) for c, n in enumerate(PIXELS)]
        labels.append(torch.full((ignored,), IGNORE_INDEX))
        flat = torch.cat(labels)
        maps.append(flat[torch.randperm(len(flat), generator=generator)].view(-1, WIDTH))
    targets = torch.stack(maps)
    shape = (len(maps), len(CLASSES), *targets.shape[1:])
    logits = torch.randn(shape, generator=generator, dtype=torch.float64)
    index = targets.where(targets != IGNORE_INDEX, 0)[:, None]
    logits.scatter_add_(1, index, torch.full_like(logits, 2.0))
    easy, hard, frequent = _places(targets, CLASSES.index("frequent"))[:3]
    rare = _places(targets, CLASSES.index("rare"))[0]
    chosen = {
        "easy pixel": (easy, 0.95),
        "hard pixel": (hard, 0.05),
        "frequent class": (frequent, 0.5),
        "rare class": (rare, 0.5),
    }
    scene = Scene(logits, targets, chosen, _places(targets, IGNORE_INDEX)[0])
    for pixel, p_t in chosen.values():
        logits.copy_(scene.with_probability(pixel, p_t))
    return scene


def scene_loss(name: str, **params: Any) -> SegmentationLoss:
    """Build a loss for the scene, with the scene's class counts."""
    return make_loss(name, len(CLASSES), probe_scene().counts, **params)


def gradient(
    loss: SegmentationLoss, logits: Tensor, targets: Tensor
) -> tuple[float, Float64[Tensor, "batch num_classes height width"]]:
    """Return value and gradient of a loss, both times the number of valid pixels.

    A copy is evaluated, so that a loss that keeps state starts afresh each time.
    """
    leaf = logits.clone().requires_grad_()
    value = copy.deepcopy(loss)(leaf, targets)
    value.backward()
    assert leaf.grad is not None
    valid = int((targets != IGNORE_INDEX).sum())
    return valid * value.item(), valid * leaf.grad


def curve(loss: SegmentationLoss, pixel: str, p_t: Sequence[float] = tuple(CURVE)) -> pd.DataFrame:
    """Measure a loss while the p_t of one pixel goes from 0 to 1 and the rest stays.

    Args:
        loss: A loss for the scene.
        pixel: A name in `Scene.chosen`.
        p_t: Probabilities of the pixel's own class.

    Returns:
        Indexed by p_t. `value`: the loss, in the unit of one pixel of cross entropy, above that
        at the last p_t. `push`: by how much a step against the gradient raises the own logit.
    """
    scene = probe_scene()
    place, _ = scene.chosen[pixel]
    image, row, column = place
    own = int(scene.targets[place])
    values, pushes = [], []
    for p in p_t:
        value, slope = gradient(loss, scene.with_probability(place, p), scene.targets)
        values.append(value)
        pushes.append(-float(slope[image, own, row, column]))
    return pd.DataFrame(
        {"value": np.array(values) - values[-1], "push": pushes}, pd.Index(p_t, name="p_t")
    )


def say(loss: SegmentationLoss) -> pd.Series:
    """Measure how much of a say each kind of pixel has: the L1 norm of its gradient.

    Returns:
        For the pixels in `Scene.chosen` and the `ignored pixel`, the norm there; for the
        `absent class`, that of its logits over the whole scene; for `all pixels`, of everything.
    """
    scene = probe_scene()
    _, slope = gradient(loss, scene.logits, scene.targets)
    size = slope.abs()
    per_pixel = size.sum(1)
    found = {name: float(per_pixel[place]) for name, (place, _) in scene.chosen.items()}
    found["absent class"] = float(size[:, CLASSES.index("absent")].sum())
    found["ignored pixel"] = float(per_pixel[scene.ignored])
    found["all pixels"] = float(per_pixel.sum())
    return pd.Series(found, dtype=float)


def compared(losses: Sequence[SegmentationLoss]) -> pd.DataFrame:
    """Return `say` of losses, in multiples of cross entropy's; one row a loss.

    Where cross entropy's is 0, at an ignored pixel, the entry is the norm itself.
    """
    reference = say(scene_loss(REFERENCE))
    return pd.DataFrame([say(loss) / reference.where(reference > 0, 1.0) for loss in losses])


def side_by_side(names: Sequence[str]) -> str:
    """Return `compared` as a Markdown table: multiples of cross entropy's, one row a loss."""
    ratios = compared([scene_loss(name) for name in names])
    rows = [
        [f"`{name}`", *(factor(float(ratio)) for ratio in row)]
        for name, (_, row) in zip(names, ratios.iterrows(), strict=True)
    ]
    return table(["loss", *ratios.columns], rows)


def effects(name: str) -> str:
    """Return what a loss does to each kind of pixel as a Markdown table, beside cross entropy."""
    ours, reference = say(scene_loss(name)), say(scene_loss(REFERENCE))
    rows = [
        [f"`{row}`", *map(_three_digits, numbers)]
        for row, numbers in {REFERENCE: reference, name: ours}.items()
    ]
    ratio = ours / reference.where(reference > 0, 1.0)
    rows.append(["ratio", *(factor(number) for number in ratio)])
    return table(["L1 norm of the gradient", *ours.index], rows)


def scene_table() -> str:
    """Return the labelled pixels of the scene as a Markdown table."""
    total = sum(map(sum, PIXELS))
    rows = [
        [name, *map(str, counts), f"{100 * sum(counts) / total:g} %"]
        for name, counts in zip(CLASSES, PIXELS, strict=True)
    ]
    rows.append(["ignored", *map(str, IGNORED), "–"])
    return table(["class", "pixels of image 1", "of image 2", "share of the valid pixels"], rows)


def class_shares(name: str) -> pd.DataFrame:
    """Return `class_say` of a loss, and beside it cross entropy's, with titles for columns."""
    both = {key: class_say(scene_loss(key)) for key in (name, REFERENCE)}
    return pd.DataFrame(both).rename(columns=lambda column: column.replace("_", " "))


def class_say(loss: SegmentationLoss) -> pd.Series:
    """Return the share of the gradient's L1 norm that lies at the pixels of each class."""
    scene = probe_scene()
    _, slope = gradient(loss, scene.logits, scene.targets)
    per_pixel = slope.abs().sum(1)
    sizes = [float(per_pixel[scene.targets == c].sum()) for c in range(len(CLASSES))]
    return pd.Series(sizes, index=CLASSES) / sum(sizes)


def _three_digits(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _places(targets: Tensor, value: int) -> list[Pixel]:
    """Return the pixels that have a label, image by image, row by row."""
    return [Pixel(*place) for place in (targets == value).nonzero().tolist()]
