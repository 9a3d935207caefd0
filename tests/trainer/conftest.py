"""A run of a few steps, as the tests of the trainer start it."""

import pytest
import torch

from lossstudy.batches import Batches
from lossstudy.models import make_model
from lossstudy.trainer import fit
from tests.trainer.runs import CPU, RunningCriterion


@pytest.fixture
def start(stand_in):
    """Builder of the steps of a run on five images in memory, and of its parts."""
    dataset = stand_in(5, size=(16, 32))

    def build(config, checkpoint, criterion=None, **more):
        torch.manual_seed(config.seed)
        params = {"discriminator_width": 4, "st_threshold": config.st_threshold}
        model = make_model(config.model, 19, **params if config.model == "s4gan" else {})
        batches = Batches(dataset, [0, 2, 3], config, CPU, model.semi_supervised)
        return fit(model, criterion or RunningCriterion(), batches, config, checkpoint, **more)

    build.dataset = dataset
    return build
