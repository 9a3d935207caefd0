"""The study as data: which experiments the paper's tables are made of. Imports no torch."""

from collections.abc import Mapping
from typing import Any

from lossstudy.config import ExperimentConfig

LOSSES: dict[str, dict[str, float]] = {"cross_entropy": {}, "focal": {"gamma": 2.0}, "combo": {}}
"""The paper's three losses and the one parameter it states."""

CELLS: dict[str, dict[str, Any]] = {
    "cityscapes": {"transfer_dataset": "idd"},  # Table 1 validates this one on IDD too.
    "idd": {},
}
"""The datasets the paper trains on; with `LOSSES` the six cells of Tables 1 to 3."""

CAMVID: dict[str, Any] = {
    "height": 120,
    "width": 160,
    "crop_height": None,
    "crop_width": None,
    "steps": 400,
}
"""The same experiment on CamVid, whose images are 3 to 4 and too few for longer training."""

SEEDS = {"smoke": 1, "quick": 2}
"""Repetitions of each cell by profile; three elsewhere."""

TABLES: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("cityscapes", "cross_entropy"), ("idd", "cross_entropy")),
    2: tuple(("idd", loss) for loss in LOSSES),
    3: tuple(("cityscapes", loss) for loss in LOSSES),
}
"""The (dataset, loss) cells each table of the paper needs."""


def study(profile: str, roots: Mapping[str, str] | None = None) -> list[ExperimentConfig]:
    """Return the runs of the study in one profile: dataset x loss x seed.

    Args:
        profile: Name of the profile.
        roots: Folders of real datasets by name. Cityscapes and IDD are generated scenes unless
            both are given; CamVid takes part only if it is.

    Returns:
        One configuration a run, all cells of a seed before the next seed.

    Raises:
        ValueError: A root of only one of Cityscapes and IDD: Table 1 needs both, and real and
            generated images are not mixed.

    Example:
        >>> [config.dataset for config in study("smoke")]
        ['cityscapes', 'cityscapes', 'cityscapes', 'idd', 'idd', 'idd']
    """
    roots = roots or {}
    if ("cityscapes" in roots) != ("idd" in roots):
        raise ValueError(
            f"the study needs the folders of both cityscapes and idd, or of neither; got "
            f"{', '.join(sorted(roots))}"
        )
    cells = {name: {**cell, "data_root": roots.get(name)} for name, cell in CELLS.items()}
    cells["cityscapes"]["transfer_root"] = roots.get("idd")
    if "camvid" in roots:
        cells["camvid"] = {**CAMVID, "data_root": roots["camvid"]}
    return [
        ExperimentConfig.from_profile(
            profile,
            dataset=dataset,
            loss=loss,
            loss_params=params,
            seed=seed,
            **cell,
        )
        for seed in range(SEEDS.get(profile, 3))
        for dataset, cell in cells.items()
        for loss, params in LOSSES.items()
    ]
