"""The metadata of a dataset: how much, how often, how large, how uneven, and what it predicts.

Imports no torch. `report` measures one split; the other functions are its parts, for chapters.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd

from lossstudy.labels import LabelSpace
from lossstudy.survey._classes import class_table, cooccurrence
from lossstudy.survey._correlation import (
    RankCorrelation,
    class_ious,
    findings,
    predictors,
    rank_correlation,
)
from lossstudy.survey._imbalance import imbalance
from lossstudy.survey._published import published_statistics
from lossstudy.survey._regions import (
    connected_regions,
    instance_files,
    instance_sizes,
    region_sizes,
    size_table,
)

__all__ = [
    "RankCorrelation",
    "Report",
    "class_ious",
    "class_table",
    "connected_regions",
    "cooccurrence",
    "findings",
    "imbalance",
    "instance_files",
    "instance_sizes",
    "predictors",
    "published_statistics",
    "rank_correlation",
    "region_sizes",
    "report",
    "size_table",
]


@runtime_checkable
class Labelled(Protocol):
    """What of a `SegmentationDataset` the statistics are made from."""

    space: LabelSpace
    targets: npt.NDArray[np.uint8]
    image_class_pixels: npt.NDArray[np.int64]
    generated: bool
    fingerprint: str

    @property
    def name(self) -> str:
        """Name of the dataset."""
        ...


@dataclass(frozen=True, eq=False)
class Report:
    """Statistics of one split.

    Attributes:
        dataset: Name of the dataset.
        label_space: Label space it was measured in.
        num_images: Number of images.
        image_size: Height and width it was measured at, pixels.
        generated: Whether this package rendered the images.
        fingerprint: Of the decoded split.
        classes: See `class_table`.
        regions: See `size_table`: connected regions of each class.
        instances: The same of annotated instances; None where none are known.
        cooccurrence: See `cooccurrence`.
        imbalance: See `imbalance`; one row.
    """

    dataset: str
    label_space: str
    num_images: int
    image_size: tuple[int, int]
    generated: bool
    fingerprint: str
    classes: pd.DataFrame
    regions: pd.DataFrame
    instances: pd.DataFrame | None
    cooccurrence: pd.DataFrame
    imbalance: pd.DataFrame

    def metadata(self) -> pd.DataFrame:
        """Return the numbers per class that may predict how well it is learnt."""
        columns = ["pixel share", "image share", "share where present"]
        return self.classes[columns].assign(**{
            "regions": self.regions["count"],
            "median region": self.regions["size 50 %"],
            "region around a pixel": self.regions["size around a pixel"],
        })

    def text(self) -> str:
        """Return the report for a terminal."""
        height, width = self.image_size
        kind = "generated" if self.generated else "real"
        sizes = [("connected regions", self.regions)]
        if self.instances is not None:
            sizes.append(("annotated instances", self.instances))
        parts = [
            f"{self.dataset} in {self.label_space}: {self.num_images} {kind} images at "
            f"{height}x{width}, fingerprint {self.fingerprint}",
            f"classes (shares in %)\n{_percent(self.classes)}",
            *(f"{name} (sizes in % of the image)\n{_percent(table)}" for name, table in sizes),
            f"imbalance of the pixel shares\n{self.imbalance.round(3).to_string(index=False)}",
        ]
        return "\n\n".join(parts)

    def to_json(self) -> str:
        """Return the report as one JSON object, tables as objects by class."""
        tables = {
            "classes": self.classes,
            "regions": self.regions,
            "instances": self.instances,
            "cooccurrence": self.cooccurrence,
        }
        content: dict[str, Any] = {
            "dataset": self.dataset,
            "label_space": self.label_space,
            "num_images": self.num_images,
            "image_size": list(self.image_size),
            "generated": self.generated,
            "fingerprint": self.fingerprint,
            "imbalance": self.imbalance.iloc[0].to_dict(),
            **{name: _records(table) for name, table in tables.items()},
        }
        return json.dumps(content, indent=1, allow_nan=False)


def report(dataset: Labelled, instances: Sequence[Path] = ()) -> Report:
    """Measure one split of a dataset.

    Args:
        dataset: The split, at the size and in the label space to measure it in.
        instances: Its instance images, as `instance_files` finds them; without any, the report
            knows connected regions only. They are read at their own size.

    Returns:
        All statistics.
    """
    pixels, classes = dataset.image_class_pixels, dataset.space.classes
    height, width = dataset.targets.shape[1:]
    table = class_table(pixels, classes)
    regions = region_sizes(dataset.targets, len(classes))
    shares = table[["pixel share"]].rename(columns={"pixel share": dataset.name})
    return Report(
        dataset=dataset.name,
        label_space=dataset.space.name,
        num_images=len(pixels),
        image_size=(height, width),
        generated=dataset.generated,
        fingerprint=dataset.fingerprint,
        classes=table,
        regions=size_table(regions, classes, height * width),
        instances=_instances(dataset, instances) if instances else None,
        cooccurrence=cooccurrence(pixels, classes),
        imbalance=imbalance(shares),
    )


def _instances(dataset: Labelled, files: Sequence[Path]) -> pd.DataFrame:
    """Return the table of annotated instances, of the classes that have any."""
    classes = dataset.space.classes
    sizes, pixels = instance_sizes(files, dataset.name, dataset.space.name, len(classes))
    table = size_table(sizes, classes, pixels)
    return table[table["count"] > 0]


def _percent(table: pd.DataFrame) -> str:
    """Return a table as text, shares in percent, a dash for what does not exist."""
    shown = table.copy().astype(object)
    for name in table.columns:
        whole = pd.api.types.is_integer_dtype(table[name])
        shown[name] = table[name].map(
            (lambda v: f"{v:,}") if whole else (lambda v: f"{100 * v:.3f}"), na_action="ignore"
        )
    return str(shown.to_string(na_rep="–"))


def _records(table: pd.DataFrame | None) -> Any:
    """Return a table as JSON values by row and column, null for what does not exist."""
    return None if table is None else json.loads(table.to_json(orient="index"))
