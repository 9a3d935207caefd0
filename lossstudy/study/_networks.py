"""Whether a ranking of losses outlives a change of network."""

from lossstudy.config import ExperimentConfig
from lossstudy.profiles import PROFILES
from lossstudy.study._cells import LOSSES, Roots, experiment, seeds

NETWORKS: dict[str, dict[str, str]] = {
    "DeepLabv2, small backbone": {"network": "deeplabv2", "backbone": "small"},
    "DeepLabv3+, Darknet-53": {"network": "deeplabv3plus", "backbone": "darknet53"},
}
"""The networks and the fields that name them."""


def networks(profile: str, roots: Roots) -> list[ExperimentConfig]:
    """Return every network under every loss, trained with the loss alone: no discriminator.

    A step of Darknet-53 takes five times as long as one of the small network, so all take two
    fifths of the profile's steps on half its batches.
    """
    whole = PROFILES[profile]
    less = {
        "steps": max(1, whole["steps"] * 2 // 5),
        "batch_size": max(2, whole["batch_size"] // 2),
    }
    return [
        experiment(profile, roots, "cityscapes", loss, seed, model="deeplab", **less, **fields)
        for seed in seeds(profile)
        for fields in NETWORKS.values()
        for loss in LOSSES
    ]
