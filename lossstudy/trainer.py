"""The training loop. It knows phases and terms, no model, loss or dataset by name."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from lossstudy import distributed
from lossstudy.averaging import update_average
from lossstudy.batches import Batches
from lossstudy.checkpoint import TrainingState, load_checkpoint, save_checkpoint
from lossstudy.config import ExperimentConfig
from lossstudy.models import Phase, SegmentationModel
from lossstudy.parts import Part, means, parts_of
from lossstudy.termination import Terminated


class NonFiniteLossError(FloatingPointError):
    """A loss term became infinite or not a number; the run cannot go on."""


@dataclass(frozen=True)
class Measurement:
    """What one step of training was like; terms and log are means over parts and processes."""

    step: int
    """Steps taken so far, this one included."""
    lr: float
    """Learning rate of the step for the network."""
    terms: dict[str, float]
    """Weighted loss terms by name."""
    log: dict[str, float]
    """Other numbers the model reports, for example the share of accepted pseudo-labels."""
    step_s: float
    """Seconds of forward, backward and optimizer."""
    data_s: float
    """Seconds spent waiting for the batch."""


def fit(
    model: SegmentationModel,
    criterion: nn.Module,
    batches: Batches,
    config: ExperimentConfig,
    checkpoint: Path,
    averaged: SegmentationModel | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Iterator[Measurement]:
    """Train, yielding after every step; continue from `checkpoint` if it exists.

    A step draws all its randomness from (seed, step, process), so a run that was stopped and
    resumed ends with the same bits as one that was not.

    Args:
        model: On its device; offers the phases of a step.
        criterion: The loss under study, `criterion(logits, targets)`.
        batches: The batch of each step.
        config: Steps, schedule, optimizers.
        checkpoint: File that holds the state every `config.checkpoint_every` steps.
        averaged: Copy of the model that is to hold the moving average of its weights.
        stopping: Says whether the run has been asked to stop; it does so after the step.

    Yields:
        One measurement a step.

    Raises:
        NonFiniteLossError: A term is not finite; names step, term and the last good checkpoint.
        CheckpointError: The file belongs to another run or cannot be read.
        OSError: The checkpoint cannot be written; the one from before is kept.
        Terminated: It was asked to stop, and has written its checkpoint.
    """
    phases = model.phases()
    optimizers = make_optimizers(phases, criterion, config)
    state = TrainingState(model, criterion, optimizers, averaged)
    start = load_checkpoint(checkpoint, state, config.id) if checkpoint.exists() else 0
    model.train()
    criterion.train()
    rank, _ = distributed.place()
    waiting_since = time.perf_counter()
    for step, batch in batches.steps(start, config.steps):
        began = time.perf_counter()
        torch.manual_seed(config.seed * 1_000_003 + step + rank * 500_000_003)
        parts = parts_of(batch, config.accumulate)
        for phase, optimizer in zip(phases, optimizers, strict=True):
            take_phase(phase, optimizer, parts, criterion, step, config)
        distributed.average_statistics(model)
        if averaged is not None:
            update_average(averaged, model, config.ema, step)
        terms, log, stop = means(parts, stopping())
        if bad := [name for name, value in terms.items() if not math.isfinite(value)]:
            raise NonFiniteLossError(_diagnosis(step, bad, terms, checkpoint))
        ended = time.perf_counter()
        yield Measurement(
            step=step + 1,
            lr=config.lr * lr_factor(step, config),
            terms=terms,
            log=log,
            step_s=ended - began,
            data_s=began - waiting_since,
        )
        # After the caller has seen the step: what it logs or validates is not lost with it.
        last = step + 1 == config.steps
        if last or stop or (step + 1) % config.checkpoint_every == 0:
            if not state.is_finite():
                raise NonFiniteLossError(_diagnosis(step, ["(weights)"], terms, checkpoint))
            save_checkpoint(checkpoint, state, config.id, step + 1)
        if stop and not last:
            raise Terminated(checkpoint, step + 1)
        waiting_since = time.perf_counter()


def take_phase(
    phase: Phase,
    optimizer: torch.optim.Optimizer,
    parts: Sequence[Part],
    criterion: nn.Module,
    step: int,
    config: ExperimentConfig,
) -> None:
    """Run one phase of one step: forward and backward of each part, then the optimizer.

    The gradient is the mean over the parts of all processes. See `lossstudy.parts` for what that
    mean is, and is not.
    """
    for group in optimizer.param_groups:
        group["lr"] = group["base_lr"] * lr_factor(step, config)
    optimizer.zero_grad(set_to_none=True)
    half = config.precision == "bfloat16"
    for part in parts:
        with torch.autocast(part.batch.images.device.type, dtype=torch.bfloat16, enabled=half):
            terms = phase.loss(part.batch, part.criterion(criterion), part.carry, step)
        total = torch.stack(list(terms.values())).sum() / len(parts)
        total.backward()  # type: ignore[no-untyped-call]
        part.terms |= {name: term.detach() for name, term in terms.items()}
    distributed.average_gradients(optimizer)
    optimizer.step()


def lr_factor(step: int, config: ExperimentConfig) -> float:
    """Return the share of the base learning rate at a step: linear warm-up, polynomial decay.

    Example:
        >>> fields = {"steps": 4, "warmup_steps": 0, "poly_power": 1.0}
        >>> config = ExperimentConfig.from_profile("smoke", **fields)
        >>> [lr_factor(step, config) for step in range(4)]
        [1.0, 0.75, 0.5, 0.25]
    """
    decay = math.pow(1 - step / config.steps, config.poly_power)
    return decay * min(1.0, (step + 1) / (config.warmup_steps + 1))


def make_optimizers(
    phases: Sequence[Phase], criterion: nn.Module, config: ExperimentConfig
) -> list[torch.optim.Optimizer]:
    """Build the optimizer of each phase; the first also trains what the criterion learns."""
    optimizers = [make_optimizer(phase, config) for phase in phases]
    if learnt := list(criterion.parameters()):  # such as the weights of its terms
        group = {"params": learnt, "lr": config.lr, "base_lr": config.lr, "weight_decay": 0.0}
        optimizers[0].add_param_group(group)
    return optimizers


def make_optimizer(phase: Phase, config: ExperimentConfig) -> torch.optim.Optimizer:
    """Build a phase's optimizer: the configured one for the network, Adam for a discriminator.

    Betas (0.9, 0.99) for the discriminator and momentum 0.9 for SGD are those of s4GAN. On a GPU
    one fused kernel updates all weights.
    """
    base_lr = config.lr if phase.optimizer == "segmentation" else config.discriminator_lr
    groups = [
        {"params": group["params"], "base_lr": base_lr * group["lr_scale"]}
        for group in phase.parameter_groups
    ]
    fused = all(weight.is_cuda for group in groups for weight in group["params"])
    decay = config.weight_decay
    if phase.optimizer == "discriminator":
        return torch.optim.Adam(groups, base_lr, betas=(0.9, 0.99), fused=fused)
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, base_lr, momentum=0.9, weight_decay=decay, fused=fused)
    return torch.optim.AdamW(groups, base_lr, weight_decay=decay, fused=fused)


def _diagnosis(step: int, bad: list[str], values: dict[str, float], checkpoint: Path) -> str:
    last = f"last good checkpoint: {checkpoint}" if checkpoint.exists() else "no checkpoint yet"
    shown = ", ".join(f"{name} = {value:g}" for name, value in values.items())
    return (
        f"{', '.join(bad)} not finite at step {step + 1} ({shown}); {last}. "
        "Lower lr, or look at the batch of that step."
    )
