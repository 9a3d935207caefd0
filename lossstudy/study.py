"""The study as data: which experiments the paper's tables are made of. Imports no torch."""

from collections.abc import Mapping
from typing import Any

from lossstudy.config import ExperimentConfig
from lossstudy.profiles import PROFILES

LOSSES: dict[str, dict[str, float]] = {"cross_entropy": {}, "focal": {"gamma": 2.0}, "combo": {}}
"""The paper's three losses and the one parameter it states."""

CELLS: dict[str, dict[str, Any]] = {
    "cityscapes": {"transfer_dataset": "idd"},  # Table 1 validates this one on IDD too.
    "idd": {},
    # The paper has no CamVid. Its images are 3 to 4, and too few for longer training.
    "camvid": {"height": 120, "width": 160, "steps": 400},
}
"""The datasets of the study and what sets their runs apart from the profile."""

PAPERS_DATASETS = ("cityscapes", "idd")
"""The datasets the paper trains on; with `LOSSES` the six cells of Tables 1 to 3."""

STUDIED = (*PAPERS_DATASETS, "camvid")
"""The datasets of the study: the paper's, and real images that anyone can have."""

SEEDS = {"smoke": 1, "quick": 2}
"""Repetitions of each cell by profile; three elsewhere."""

TABLES: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("cityscapes", "cross_entropy"), ("idd", "cross_entropy")),
    2: tuple(("idd", loss) for loss in LOSSES),
    3: tuple(("cityscapes", loss) for loss in LOSSES),
}
"""The (dataset, loss) cells each table of the paper needs."""


def cell(profile: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields by which a run of the study differs from its profile.

    Args:
        profile: Name of the profile.
        given: Fields that are set, among them `dataset` (by default Cityscapes).

    Raises:
        ValueError: The profile is for real data and there is no `data_root`.
    """
    dataset = given.get("dataset", "cityscapes")
    if profile == "paper" and not given.get("data_root"):
        raise ValueError(
            f"profile 'paper' trains on the real datasets: pass the folder of {dataset} "
            "(data_root; --cityscapes-root and --idd-root for the whole study); for generated "
            "scenes take profile 'gpu'"
        )
    fields = dict(CELLS.get(dataset, {}))
    if given.get("data_root") and not given.get("transfer_root"):
        fields.pop("transfer_dataset", None)  # real and generated images are not mixed
    if "height" in fields and PROFILES.get(profile, {}).get("crop_height"):
        fields |= {"crop_height": fields["height"], "crop_width": fields["width"]}
    return fields


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
            generated images are not mixed. Or no roots for a profile that is for real data.

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
    runs = []
    for seed in range(SEEDS.get(profile, 3)):
        for dataset in (*PAPERS_DATASETS, *(["camvid"] if "camvid" in roots else [])):
            where = {"dataset": dataset, "data_root": roots.get(dataset)}
            if dataset == "cityscapes":
                where["transfer_root"] = roots.get("idd")
            fields = {**cell(profile, where), **where, "seed": seed}
            runs += [
                ExperimentConfig.from_profile(profile, **fields, loss=loss, loss_params=params)
                for loss, params in LOSSES.items()
            ]
    return runs
