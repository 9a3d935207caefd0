"""What `test_distributed.py` has one process or two do: a few steps of several runs."""

import os
from pathlib import Path

import torch
from torch import nn

from lossstudy import distributed
from lossstudy.batches import Batches
from lossstudy.config import ExperimentConfig
from lossstudy.losses import make_loss
from lossstudy.models import Phase, SegmentationModel, make_model
from lossstudy.trainer import fit
from tests.conftest import StandIn

CPU = torch.device("cpu")


class Plain(SegmentationModel):
    """Two convolutions and no batch normalisation: no pixel depends on another image."""

    def __init__(self):
        convolutions = nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 19, 3, padding=1)
        super().__init__(19, nn.Sequential(*convolutions))

    def phases(self):
        def loss(batch, criterion, carry, step):
            return {"supervised": criterion(self(batch.images), batch.targets)}

        groups = [{"params": list(self.parameters()), "lr_scale": 1.0}]
        return [Phase("generator", groups, "segmentation", loss)]


RUNS = {
    "cross_entropy": (Plain, "cross_entropy", {}),
    "stateful": (Plain, "seesaw", {}),
    "learning": (Plain, "uncertainty", {}),
    "s4gan": (lambda: make_model("s4gan", 19, discriminator_width=4), "cross_entropy", {}),
    "in parts": (Plain, "cross_entropy", {"accumulate": 2}),
}
"""Network, loss and further fields of each run."""


def run(name, folder):
    """Take four steps and return the terms of each, and the state that is left."""
    network, loss, fields = RUNS[name]
    config = ExperimentConfig.from_profile(
        "smoke", batch_size=4, unlabelled_batch_size=4, steps=4, warmup_steps=0, lr=0.05,
        optimizer="sgd", **fields,
    )  # fmt: skip
    data = StandIn(8, size=(32, 64))
    torch.manual_seed(0)
    model = network()
    criterion = make_loss(loss, 19, data.class_counts())
    batches = Batches(data, range(8), config, CPU, model.semi_supervised)
    terms = [m.terms for m in fit(model, criterion, batches, config, Path(folder) / f"{name}.pt")]
    return {"terms": terms, "model": model.state_dict(), "criterion": criterion.state_dict()}


def work(rank, port, folder):
    """Be process `rank` of two."""
    os.environ |= {
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2",
        "RANK": str(rank), "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    torch.set_num_threads(1)
    with distributed.joined(CPU):
        torch.save({name: run(name, folder) for name in RUNS}, Path(folder) / f"rank{rank}.pt")
