"""The training steps that are held against each other."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from lossstudy import machine
from lossstudy.batches import Batches
from lossstudy.build import build_criterion, build_model, train_set
from lossstudy.config import ExperimentConfig
from lossstudy.configure import configure
from lossstudy.models import Batch, SegmentationModel
from lossstudy.parts import parts_of
from lossstudy.profiles import PROFILES
from lossstudy.trainer import fit, make_optimizer, take_phase


@dataclass(frozen=True)
class Setting:
    """What is measured: a run's configuration, data, device, and steps of each contender."""

    config: ExperimentConfig
    batches: Batches
    device: torch.device
    steps: int

    def of(self, model: str) -> "Setting":
        """Return the same with another model: the network and the labelled batches stay."""
        config = replace(self.config, model=model)
        batches = Batches(
            self.batches.dataset, self.batches.labelled.tolist(), config, self.device,
            semi_supervised=model == self.config.model,
        )  # fmt: skip
        return replace(self, config=config, batches=batches)

    def model(self) -> SegmentationModel:
        """Return the network with its first weights, as the trainer has it."""
        built = build_model(self.config, self.batches.dataset.num_classes)
        return machine.prepare(built, self.config, self.device)

    def criterion(self) -> torch.nn.Module:
        """Return the loss."""
        loss = build_criterion(self.config, self.batches.dataset, self.batches.labelled)
        return loss.to(self.device)


def setting(profile: str, steps: int) -> Setting:
    """Return s4GAN as a profile has it, on a few scenes.

    A threshold of 0 makes every unlabelled image one to train on: the dearest step there is.

    Args:
        profile: Its network and sizes are measured.
        steps: Steps of each contender.
    """
    never = 10**6
    config = configure(
        profile, model="s4gan", train_scenes=min(64, PROFILES[profile]["train_scenes"]),
        val_scenes=1, steps=never, eval_every=0, checkpoint_every=never, st_threshold=0.0,
    )  # fmt: skip
    device = machine.choose_device(config.device)
    machine.set_up(config, device)
    data = train_set(config)
    return Setting(config, Batches(data, range(len(data) // 2), config, device), device, steps)


def trainer_steps(at: Setting, folder: Path) -> Iterator[float]:
    """Take steps of the trainer.

    Yields:
        Its supervised term.
    """
    checkpoint = folder / f"{at.config.id}.pt"
    for measured in fit(at.model(), at.criterion(), at.batches, at.config, checkpoint):
        yield measured.terms["supervised"]


def bare_steps(at: Setting) -> Iterator[None]:
    """Take forward, backward and optimizer of every phase, on a batch that lies ready."""
    model, loss = at.model().train(), at.criterion()
    phases = model.phases()
    optimizers = [make_optimizer(phase, at.config) for phase in phases]
    parts = parts_of(at.batches[0], 1)
    while True:
        for phase, optimizer in zip(phases, optimizers, strict=True):
            take_phase(phase, optimizer, parts, loss, 1, at.config)
        yield


def plain_steps(at: Setting) -> Iterator[float]:
    """Take the same steps as one would write them first.

    In float32, channels first, with a batch that is read when it is needed and no fused
    optimizer.

    Yields:
        The supervised term.
    """
    config = replace(at.config, precision="float32")
    model = build_model(config, at.batches.dataset.num_classes).to(at.device).train()
    loss = at.criterion()
    phases = model.phases()
    optimizers = [make_optimizer(phase, config) for phase in phases]
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["fused"] = False
    for step in itertools.count():
        torch.manual_seed(config.seed * 1_000_003 + step)
        parts = parts_of(_channels_first(at.batches[step]), 1)
        for phase, optimizer in zip(phases, optimizers, strict=True):
            take_phase(phase, optimizer, parts, loss, step, config)
        yield {name: float(term) for name, term in parts[0].terms.items()}["supervised"]


def _channels_first(batch: Batch) -> Batch:
    tensors = {name: tensor for name, tensor in vars(batch).items() if tensor is not None}
    return Batch(**{name: tensor.contiguous() for name, tensor in tensors.items()})
