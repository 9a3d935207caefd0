"""The training loop. It knows phases and terms, no model, loss or dataset by name."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lossstudy.batches import Batches
from lossstudy.config import ExperimentConfig
from lossstudy.models import Batch, Phase, SegmentationModel


class NonFiniteLossError(FloatingPointError):
    """A loss term became infinite or not a number; the run cannot go on."""


class CheckpointError(ValueError):
    """A checkpoint cannot be used for this run."""


@dataclass(frozen=True)
class Measurement:
    """What one step of training was like."""

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
) -> Iterator[Measurement]:
    """Train, yielding after every step; continue from `checkpoint` if it exists.

    A step draws all its randomness from (seed, step), so a run that was stopped and resumed ends
    with the same bits as one that was not.

    Args:
        model: On its device; offers the phases of a step.
        criterion: The loss under study, `criterion(logits, targets)`.
        batches: The batch of each step.
        config: Steps, schedule, optimizers.
        checkpoint: File that holds the state every `config.checkpoint_every` steps.

    Yields:
        One measurement a step.

    Raises:
        NonFiniteLossError: A term is not finite; names step, term and the last good checkpoint.
        CheckpointError: The file belongs to another run or cannot be read.
    """
    phases = model.phases()
    optimizers = [make_optimizer(phase, config) for phase in phases]
    if learnt := list(criterion.parameters()):  # a loss may learn, too: the weights of its terms
        group = {"params": learnt, "lr": config.lr, "base_lr": config.lr, "weight_decay": 0.0}
        optimizers[0].add_param_group(group)
    start = 0
    if checkpoint.exists():
        start = load_checkpoint(checkpoint, model, criterion, optimizers, config)
    model.train()
    criterion.train()
    waiting_since = time.perf_counter()
    for step, batch in batches.steps(start, config.steps):
        began = time.perf_counter()
        torch.manual_seed(config.seed * 1_000_003 + step)
        factor = lr_factor(step, config)
        terms: dict[str, Tensor] = {}
        carry: dict[str, Any] = {"log": {}}
        for phase, optimizer in zip(phases, optimizers, strict=True):
            terms |= take_step(phase, optimizer, factor, batch, criterion, carry, step, config)
        values = {name: float(term) for name, term in terms.items()}
        if bad := [name for name, value in values.items() if not math.isfinite(value)]:
            raise NonFiniteLossError(_diagnosis(step, bad, values, checkpoint))
        ended = time.perf_counter()
        yield Measurement(
            step=step + 1,
            lr=config.lr * factor,
            terms=values,
            log={name: float(value) for name, value in carry["log"].items()},
            step_s=ended - began,
            data_s=began - waiting_since,
        )
        # After the caller has seen the step: what it logs or validates is not lost with it.
        if (step + 1) % config.checkpoint_every == 0 or step + 1 == config.steps:
            if not all(torch.isfinite(parameter).all() for parameter in model.parameters()):
                raise NonFiniteLossError(_diagnosis(step, ["(weights)"], values, checkpoint))
            save_checkpoint(checkpoint, model, criterion, optimizers, config, step + 1)
        waiting_since = time.perf_counter()


def take_step(
    phase: Phase,
    optimizer: torch.optim.Optimizer,
    factor: float,
    batch: Batch,
    criterion: nn.Module,
    carry: dict[str, Any],
    step: int,
    config: ExperimentConfig,
) -> dict[str, Tensor]:
    """Run one phase of one step: forward, backward, optimizer.

    Returns:
        The phase's weighted terms, detached.
    """
    for group in optimizer.param_groups:
        group["lr"] = group["base_lr"] * factor
    optimizer.zero_grad(set_to_none=True)
    half = config.precision == "bfloat16"
    with torch.autocast(batch.images.device.type, dtype=torch.bfloat16, enabled=half):
        terms = phase.loss(batch, criterion, carry, step)
    torch.stack(list(terms.values())).sum().backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return {name: term.detach() for name, term in terms.items()}


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


def make_optimizer(phase: Phase, config: ExperimentConfig) -> torch.optim.Optimizer:
    """Build a phase's optimizer: the configured one for the network, Adam for a discriminator.

    Betas (0.9, 0.99) for the discriminator and momentum 0.9 for SGD are those of s4GAN.
    """
    base_lr = config.lr if phase.optimizer == "segmentation" else config.discriminator_lr
    groups = [
        {"params": group["params"], "base_lr": base_lr * group["lr_scale"]}
        for group in phase.parameter_groups
    ]
    if phase.optimizer == "discriminator":
        return torch.optim.Adam(groups, lr=base_lr, betas=(0.9, 0.99))
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=base_lr, momentum=0.9, weight_decay=config.weight_decay)
    return torch.optim.AdamW(groups, lr=base_lr, weight_decay=config.weight_decay)


def save_checkpoint(
    path: Path,
    model: nn.Module,
    criterion: nn.Module,
    optimizers: list[torch.optim.Optimizer],
    config: ExperimentConfig,
    step: int,
) -> None:
    """Write the state of a run beside `path`, then rename: the old file or the new, never half."""
    state = {
        "run": config.id,
        "step": step,
        "model": model.state_dict(),
        "criterion": criterion.state_dict(),
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    torch.save(state, aside)
    aside.replace(path)


def load_checkpoint(
    path: Path,
    model: nn.Module,
    criterion: nn.Module,
    optimizers: list[torch.optim.Optimizer],
    config: ExperimentConfig,
) -> int:
    """Restore the state of a run and return the number of steps it had taken.

    Raises:
        CheckpointError: The file cannot be read or is another run's.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise CheckpointError(
            f"{path} cannot be read as a checkpoint ({error}); delete it to start again"
        ) from error
    if not isinstance(state, dict) or state.get("run") != config.id:
        found = state.get("run") if isinstance(state, dict) else type(state).__name__
        raise CheckpointError(
            f"{path} belongs to {found!r}, expected {config.id!r}; delete it to start again"
        )
    model.load_state_dict(state["model"])
    criterion.load_state_dict(state["criterion"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    return int(state["step"])


def _diagnosis(step: int, bad: list[str], values: dict[str, float], checkpoint: Path) -> str:
    last = f"last good checkpoint: {checkpoint}" if checkpoint.exists() else "no checkpoint yet"
    shown = ", ".join(f"{name} = {value:g}" for name, value in values.items())
    return (
        f"{', '.join(bad)} not finite at step {step + 1} ({shown}); {last}. "
        "Lower lr, or look at the batch of that step."
    )
