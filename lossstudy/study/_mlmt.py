"""When it helps to know which classes an image holds: MLMT on scenes of few classes and many."""

from lossstudy.config import ExperimentConfig
from lossstudy.study._cells import Roots, experiment, seeds
from lossstudy.study._semi import FEW

IMBALANCE = {"many classes an image": 0.0, "natural": 1.0, "few classes an image": 1.5}
"""How unevenly the classes of the scenes are drawn: the rarer a class, the more images lack it."""


def mlmt(profile: str, roots: Roots) -> list[ExperimentConfig]:
    """Return MLMT on city-like scenes of each imbalance, with few labels.

    Its network without the classifier is s4GAN's to the bit, so both are measured in one run.
    The scenes are always generated: real images cannot be asked to hold fewer classes.
    """
    if profile == "paper":
        return []
    return [
        experiment(
            profile, {}, "cityscapes", "cross_entropy", seed,
            model="mlmt", labelled_ratio=FEW, scene_imbalance=imbalance,
        )
        for seed in seeds(profile)
        for imbalance in IMBALANCE.values()
    ]  # fmt: skip
