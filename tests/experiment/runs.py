"""The run that the tests of experiments make, and what two of them have in common."""

import numpy as np

from lossstudy import experiment
from lossstudy.config import ExperimentConfig

CONFIG = ExperimentConfig.from_profile(
    "smoke", steps=5, train_scenes=4, val_scenes=2, transfer_dataset="idd", discriminator_width=4
)
"""Checkpoints and validations after steps 2 and 4; the last step has neither."""


def run(config=CONFIG):
    return experiment.run(config, progress=False)


def assert_same_results(record, other):
    assert record.curve == other.curve
    assert record.validation_curve == other.validation_curve
    assert record.evaluations == other.evaluations
    with (
        np.load(record.folder / "images.npz") as ours,
        np.load(other.folder / "images.npz") as theirs,
    ):
        assert set(ours) == set(theirs)
        assert all(np.array_equal(ours[key], theirs[key]) for key in ours)
