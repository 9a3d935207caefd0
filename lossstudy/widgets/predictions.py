"""What networks made of one image, wiped over each other."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from lossstudy.labels import label_space
from lossstudy.results import Record, data_label
from lossstudy.widgets import _draw
from lossstudy.widgets._controls import Choice, Slider, steps
from lossstudy.widgets._draw import Numbers
from lossstudy.widgets._explorer import Explorer
from lossstudy.widgets._picture import label_picture, photograph

TRUTH = "ground truth"
SIDES = ("left", "right")

Ids = npt.NDArray[np.uint8]


class Predictions(Explorer):
    """Recorded predictions of one image under two losses, with the IoU of each class.

    The IoU is that of the image alone, over its labelled pixels, so it jumps where a class has
    few of them. A class that is neither in the ground truth nor in the prediction has none. The
    table is the legend as well: it has the classes of the ground truth and of both pictures.

    Controls: `scene`; `left` and `right`, a loss or the ground truth; `wipe`, where the right one
    begins; and `step`, if the runs kept predictions on the way. Keyword arguments of these names
    are the first setting.

    Args:
        records: One run a loss, validated on the same images.
        dataset: Which of their evaluations the images are from.
        scenes: Numbers of the samples to show. Each adds to the size of the page.
        **values: First setting of controls.

    Raises:
        FileNotFoundError: A run kept no such sample.
        ValueError: The runs kept different images under one number.
    """

    title = "Predictions"
    scripts = ("predictions.js",)

    def __init__(
        self,
        records: Sequence[Record],
        dataset: str,
        scenes: Sequence[int] = (0, 1, 2),
        **values: Any,
    ) -> None:
        space = label_space(records[0].evaluations[dataset]["label_space"])
        self._classes, self._colors = space.classes, space.colors
        self._source = f"{dataset}, {data_label(records[0].evaluations[dataset]['generated'])}"
        self._steps = _steps(records, dataset)
        self._scenes = {
            f"scene {number}": self._scene(records, dataset, number) for number in scenes
        }
        losses = [record.loss.replace("_", " ") for record in records]
        shown = (TRUTH, *losses)
        titles = tuple(self._scenes)
        last = self._steps[-1]
        super().__init__(
            (
                Choice("scene", "scene", titles, titles[0]),
                Choice("left", "left", shown, losses[0]),
                Choice("right", "right", shown, losses[-1]),
                Slider("wipe", "left part", steps(0, 1, 20), 0.5, "0%"),
                *(
                    [Slider("step", "step of the training", self._steps, last, "0")]
                    if len(self._steps) > 1
                    else []
                ),
            ),
            **values,
        )

    @override
    def compute(self, values: Mapping[str, Any]) -> Numbers:
        """Return the pictures and the scores of the image.

        Returns:
            `photograph`; for each side, `left` and `right`, its `name.<side>`, its picture
            `picture.<side>`, `mean.<side>` and `iou.<side>.<c>` for each class, None where there
            is none; `difference.<c>`, right minus left; `class.<c>`, its name, empty where
            neither the ground truth nor a shown picture has a pixel of it; `wipe`.
        """
        scene = self._scenes[values["scene"]]
        step = str(values.get("step", self._steps[-1]))
        numbers: dict[str, Any] = {"photograph": scene["photograph"], "wipe": values["wipe"]}
        found = {}
        for side in SIDES:
            name = values[side]
            found[side] = scene["truth"] if name == TRUTH else scene["losses"][name][step]
            numbers |= {
                f"name.{side}": name,
                f"picture.{side}": found[side]["picture"],
                f"mean.{side}": found[side]["mean"],
            }
            numbers |= {f"iou.{side}.{c}": value for c, value in enumerate(found[side]["iou"])}
        pairs = zip(found["left"]["iou"], found["right"]["iou"], strict=True)
        for c, (left, right) in enumerate(pairs):
            numbers[f"difference.{c}"] = None if None in {left, right} else right - left
        present = {c for shown in found.values() for c in shown["present"]}
        for c, name in enumerate(self._classes):
            numbers[f"class.{c}"] = name if c in present else ""
        return numbers

    @override
    def view(self, numbers: Numbers) -> str:
        """Return the wiped pictures, the photograph, and the IoU of each class."""
        names = [_draw.text(f"name.{side}", numbers) for side in SIDES]
        pictures = [
            _image(f"picture.{side}", f"label map on the {side}", numbers) for side in SIDES
        ]
        wiped = (
            f'<div class="wipe">{pictures[0]}<div class="over" '
            f'style="clip-path:inset(0 0 0 {100 * numbers["wipe"]:g}%)">{pictures[1]}</div>'
            f'<span class="edge" style="left:{100 * numbers["wipe"]:g}%">'
            "</span></div>"
        )
        rows = [
            [
                f'<span class="swatch" style="background:{color}"></span>'
                + _draw.text(f"class.{c}", numbers),
                *(_draw.number(f"iou.{side}.{c}", "3", numbers) for side in SIDES),
                _draw.number(f"difference.{c}", "3", numbers),
            ]
            for c, color in enumerate(self._colors)
        ]
        means = [_draw.number(f"mean.{side}", "3", numbers) for side in SIDES]
        on_the_way = (
            "" if len(self._steps) > 1 else " The runs kept the prediction of the last step alone."
        )
        return (
            f'<div class="side"><div>{wiped}<p>From {escape(self._source)}: '
            f"{names[0]} on the left of the line, {names[1]} on the right. "
            f"Black has no label.{on_the_way}</p>"
            f"{_image('photograph', 'the image', numbers)}"
            "<p>The image.</p></div><div>"
            + _draw.table(
                f"IoU in this image, from {self._source}",
                ["class", *names, "right − left"],
                [*rows, ["mean of those", *means, ""]],
            )
            + "</div></div>"
        )

    @override
    def data(self) -> Mapping[str, Any]:
        """Return pictures and scores of each scene."""
        last = self._steps[-1]
        return {"scenes": self._scenes, "truth": TRUTH, "last": last, "classes": self._classes}

    def _scene(self, records: Sequence[Record], dataset: str, number: int) -> dict[str, Any]:
        first = _load(records[0], f"{dataset}_{number}")
        losses = {}
        for record in records:
            final = _load(record, f"{dataset}_{number}")
            if not np.array_equal(final["target"], first["target"]):
                raise ValueError(f"{record.id}: sample {number} of {dataset} is another image")
            preds = {
                step: _load(record, f"{dataset}_{number}-step{step}")["pred"]
                for step in self._steps[:-1]
            }
            preds[self._steps[-1]] = final["pred"]
            losses[record.loss.replace("_", " ")] = {
                str(step): self._shown(pred, first["target"]) for step, pred in preds.items()
            }
        return {
            "photograph": photograph(first["image"]),
            "truth": self._shown(first["target"], first["target"]),
            "losses": losses,
        }

    def _shown(self, pred: Ids, target: Ids) -> dict[str, Any]:
        iou = _iou(pred, target, len(self._classes))
        known = [value for value in iou if value is not None]
        ids = {int(c) for c in np.union1d(pred, target)}
        return {
            "picture": label_picture(pred, self._colors),
            # three digits, as shown, so that a difference is that of what stands beside it
            "iou": [None if value is None else round(value, 3) for value in iou],
            "mean": sum(known) / len(known),
            "present": sorted(ids & set(range(len(self._classes)))),
        }


def _iou(pred: Ids, target: Ids, num_classes: int) -> list[float | None]:
    """Return IoU per class over the labelled pixels of one image."""
    labelled = target < num_classes
    values: list[float | None] = []
    for c in range(num_classes):
        ours, true = (pred == c) & labelled, target == c
        union = int((ours | true).sum())
        values.append(int((ours & true).sum()) / union if union else None)
    return values


def _steps(records: Sequence[Record], dataset: str) -> tuple[int, ...]:
    """Return the steps at which every run kept predictions, the last one among them."""
    pattern = re.compile(rf"{dataset}_\d+-step(\d+)\.npz")
    kept = [
        {int(m[1]) for path in (r.folder / "samples").iterdir() if (m := pattern.match(path.name))}
        for r in records
    ]
    return (*sorted(set.intersection(*kept)), int(records[0].config["steps"]))


def _load(record: Record, name: str) -> dict[str, Ids]:
    file = record.folder / "samples" / f"{name}.npz"
    if not file.is_file():
        raise FileNotFoundError(f"{file}: run {record.id} stored no sample {name}")
    with np.load(file) as arrays:
        return dict(arrays)


def _image(name: str, alt: str, numbers: Numbers) -> str:
    return f'<img data-picture="{name}" alt="{escape(alt)}" src="{numbers[name]}">'
