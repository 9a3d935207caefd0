"""What the studies have in common: losses, seeds, and the fields a dataset's runs are given."""

from collections.abc import Mapping
from typing import Any

from lossstudy.config import ExperimentConfig
from lossstudy.profiles import PROFILES

Roots = Mapping[str, str]
"""Folders of real datasets by name."""

LOSSES: dict[str, dict[str, float]] = {"cross_entropy": {}, "focal": {"gamma": 2.0}, "combo": {}}
"""The paper's three losses and the one parameter it states."""

CELLS: dict[str, dict[str, Any]] = {
    "cityscapes": {"transfer_dataset": "idd"},  # Table 1 validates this one on IDD too.
    "idd": {},
    # The paper has no CamVid. Its images are 3 to 4, and too few for longer training.
    "camvid": {"height": 120, "width": 160, "steps": 400},
}
"""The datasets of the study and what sets their runs apart from the profile."""

SEEDS = {"smoke": 1, "instructor": 1, "quick": 2}
"""Repetitions of each cell by profile; three elsewhere."""


def seeds(profile: str) -> range:
    """Return the seeds of each cell in a profile."""
    return range(SEEDS.get(profile, 3))


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
    if given.get("held_out"):
        return {}  # such a run studies the loss by itself, and says of itself what it is
    fields = dict(CELLS.get(dataset, {}))
    if given.get("data_root") and not given.get("transfer_root"):
        fields.pop("transfer_dataset", None)  # real and generated images are not mixed
    if "height" in fields and PROFILES.get(profile, {}).get("crop_height"):
        fields |= {"crop_height": fields["height"], "crop_width": fields["width"]}
    return fields


def experiment(
    profile: str, roots: Roots, dataset: str, loss: str, seed: int, **fields: Any
) -> ExperimentConfig:
    """Return a run on a dataset as the studies make it, with `fields` of its own."""
    where = {"dataset": dataset, "data_root": roots.get(dataset)}
    if dataset == "cityscapes":
        where["transfer_root"] = roots.get("idd")
    return ExperimentConfig.from_profile(
        profile,
        **{**cell(profile, where), **where, **fields},
        loss=loss,
        loss_params=LOSSES.get(loss, {}),
        seed=seed,
    )
