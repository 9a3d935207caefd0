"""What unlabelled images are worth: s4GAN against its supervised part alone."""

from lossstudy.config import ExperimentConfig
from lossstudy.study._cells import Roots, experiment, seeds
from lossstudy.study._paper import paper

FEW = 0.125
"""The share of labelled images: one of those in the paper that introduced s4GAN."""

CELLS = (("cross_entropy", FEW), ("combo", FEW), ("cross_entropy", 1.0))


def semi(profile: str, roots: Roots) -> list[ExperimentConfig]:
    """Return s4GAN and DeepLab with the same labelled images, steps and seeds.

    Those of them that are in the paper's grid are not repeated here.
    """
    papers = {run.id for run in paper(profile, roots)}
    runs = [
        experiment(profile, roots, "cityscapes", loss, seed, model=model, labelled_ratio=ratio)
        for seed in seeds(profile)
        for loss, ratio in CELLS
        for model in ("s4gan", "deeplab")
    ]
    return [run for run in runs if run.id not in papers]
