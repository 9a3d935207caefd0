"""The study as data: which experiments the paper's tables are made of. Imports no torch."""

from typing import Any

from lossstudy.config import ExperimentConfig

LOSSES: dict[str, dict[str, float]] = {"cross_entropy": {}, "focal": {"gamma": 2.0}, "combo": {}}
"""The paper's three losses and the one parameter it states."""

CELLS: dict[str, dict[str, Any]] = {
    "cityscapes": {"transfer_dataset": "idd"},  # Table 1 validates this one on IDD too.
    "idd": {},
}
"""The datasets the paper trains on; with `LOSSES` the six cells of Tables 1 to 3."""

SEEDS = {"smoke": 1, "quick": 2}
"""Repetitions of each cell by profile; three elsewhere."""

TABLES: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("cityscapes", "cross_entropy"), ("idd", "cross_entropy")),
    2: tuple(("idd", loss) for loss in LOSSES),
    3: tuple(("cityscapes", loss) for loss in LOSSES),
}
"""The (dataset, loss) cells each table of the paper needs."""


def study(profile: str, **overrides: Any) -> list[ExperimentConfig]:
    """Return the runs of the study in one profile: dataset x loss x seed.

    Args:
        profile: Name of the profile.
        **overrides: Fields changed in every run.

    Returns:
        One configuration a run, the six cells of a seed before the next seed.

    Example:
        >>> [config.dataset for config in study("smoke")]
        ['cityscapes', 'cityscapes', 'cityscapes', 'idd', 'idd', 'idd']
    """
    return [
        ExperimentConfig.from_profile(
            profile,
            **{"dataset": dataset, "loss": loss, "loss_params": params, "seed": seed},
            **cell,
            **overrides,
        )
        for seed in range(SEEDS.get(profile, 3))
        for dataset, cell in CELLS.items()
        for loss, params in LOSSES.items()
    ]
