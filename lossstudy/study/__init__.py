"""The studies as data: which experiments each is made of. Imports no torch.

A study is a function of a profile and of the folders of real datasets, if any, in a module of its
own; `STUDIES` has them by name. No run belongs to two of them.
"""

import functools
from collections.abc import Callable

from lossstudy.config import ExperimentConfig
from lossstudy.profiles import PROFILES
from lossstudy.study._adaptive import (
    ADAPTIVE_ABLATIONS,
    ADAPTIVE_GRID,
    ADAPTIVE_HELD,
    ADAPTIVE_OTHERS,
    ADAPTIVE_SETTINGS,
    ADAPTIVE_STATIC,
    ADAPTIVE_STRESS,
    FINAL_WEIGHTS,
    STATIC_FORM,
    STATIC_TWIN,
    STRESS_TWINS,
    adaptive,
    setting_of,
)
from lossstudy.study._cells import CELLS, LOSSES, SEEDS, Roots, cell, experiment, seeds
from lossstudy.study._mlmt import IMBALANCE, mlmt
from lossstudy.study._networks import NETWORKS, networks
from lossstudy.study._paper import FEWER_DATASETS, PAPERS_DATASETS, STUDIED, TABLES, paper
from lossstudy.study._semi import semi

STUDIES: dict[str, Callable[[str, Roots], list[ExperimentConfig]]] = {
    "paper": paper,
    "semi": semi,
    "networks": networks,
    "mlmt": mlmt,
    "adaptive": adaptive,
}
"""The studies by name. `make book` trains the paper's; of the others it reads what was kept."""

LEAN: frozenset[str] = frozenset({"adaptive"})
"""Studies of too many runs for a page each: they are trained without a notebook, and what is kept
of a run is its record and the counts of its images."""

__all__ = [
    "ADAPTIVE_ABLATIONS",
    "ADAPTIVE_GRID",
    "ADAPTIVE_HELD",
    "ADAPTIVE_OTHERS",
    "ADAPTIVE_SETTINGS",
    "ADAPTIVE_STATIC",
    "ADAPTIVE_STRESS",
    "CELLS",
    "FEWER_DATASETS",
    "FINAL_WEIGHTS",
    "IMBALANCE",
    "LEAN",
    "LOSSES",
    "NETWORKS",
    "PAPERS_DATASETS",
    "SEEDS",
    "STATIC_FORM",
    "STATIC_TWIN",
    "STRESS_TWINS",
    "STUDIED",
    "STUDIES",
    "TABLES",
    "Roots",
    "cell",
    "experiment",
    "name_of",
    "seeds",
    "setting_of",
    "study",
]


def study(profile: str, roots: Roots | None = None, name: str = "paper") -> list[ExperimentConfig]:
    """Return the runs of a study in one profile.

    Args:
        profile: Name of the profile.
        roots: Folders of real datasets by name. Cityscapes and IDD are generated scenes unless
            both are given; CamVid takes part only if it is.
        name: Name of the study.

    Returns:
        One configuration a run, all cells of a seed before the next seed.

    Raises:
        ValueError: No such study. Or a root of only one of Cityscapes and IDD: Table 1 needs
            both, and real and generated images are not mixed. Or no roots for a profile that is
            for real data.

    Example:
        >>> [config.dataset for config in study("smoke")]
        ['cityscapes', 'cityscapes', 'cityscapes', 'idd', 'idd', 'idd']
    """
    if name not in STUDIES:
        raise ValueError(f"name must be one of {', '.join(STUDIES)}, got {name!r}")
    roots = roots or {}
    if ("cityscapes" in roots) != ("idd" in roots):
        raise ValueError(
            f"the study needs the folders of both cityscapes and idd, or of neither; got "
            f"{', '.join(sorted(roots))}"
        )
    return STUDIES[name](profile, roots)


def name_of(run: str, profile: str) -> str:
    """Return the study that a run of generated scenes belongs to, by its id.

    What belongs to no study counts as the paper's: somebody's own run, to be shown beside it.

    Example:
        >>> name_of(study("smoke", name="semi")[0].id, "smoke")
        'semi'
    """
    return _names(profile).get(run, "paper")


@functools.cache
def _names(profile: str) -> dict[str, str]:
    """Return the study of each run by its id; nothing for a profile that is for real data."""
    if profile not in PROFILES or profile == "paper":
        return {}
    return {config.id: name for name in STUDIES for config in study(profile, None, name)}
