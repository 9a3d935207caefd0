"""The grid of the paper's tables: dataset by loss."""

from lossstudy.config import ExperimentConfig
from lossstudy.study._cells import LOSSES, Roots, experiment, seeds

PAPERS_DATASETS = ("cityscapes", "idd")
"""The datasets the paper trains on; with `LOSSES` the six cells of Tables 1 to 3."""

STUDIED = (*PAPERS_DATASETS, "camvid")
"""The datasets of the study: the paper's, and real images that anyone can have."""

FEWER_DATASETS = {"instructor": ("cityscapes",)}
"""The datasets of a profile that does without one of the paper's."""

TABLES: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("cityscapes", "cross_entropy"), ("idd", "cross_entropy")),
    2: tuple(("idd", loss) for loss in LOSSES),
    3: tuple(("cityscapes", loss) for loss in LOSSES),
}
"""The (dataset, loss) cells each table of the paper needs."""


def paper(profile: str, roots: Roots) -> list[ExperimentConfig]:
    """Return the runs of the paper's tables, and of CamVid if its folder is given."""
    datasets = FEWER_DATASETS.get(profile, PAPERS_DATASETS)
    return [
        experiment(profile, roots, dataset, loss, seed)
        for seed in seeds(profile)
        for dataset in (*datasets, *(["camvid"] if "camvid" in roots else []))
        for loss in LOSSES
    ]
