"""The state of a run on disk: the last good one, whole, whatever happens while it is written."""

import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lossstudy import distributed


class CheckpointError(ValueError):
    """A checkpoint cannot be used for this run."""


@dataclass(frozen=True)
class TrainingState:
    """Everything training changes. Randomness and data are functions of (seed, step)."""

    model: nn.Module
    criterion: nn.Module
    optimizers: list[torch.optim.Optimizer]
    averaged: nn.Module | None = None
    """The model with averaged weights, if the run keeps them."""

    def parts(self) -> dict[str, Any]:
        """Return what has a state, by its name in the file."""
        named: dict[str, Any] = {"model": self.model, "criterion": self.criterion}
        named |= {f"optimizer {n}": optimizer for n, optimizer in enumerate(self.optimizers)}
        return named if self.averaged is None else named | {"averaged": self.averaged}

    def is_finite(self) -> bool:
        """Return whether every weight of the model is a finite number."""
        return all(bool(torch.isfinite(weight).all()) for weight in self.model.parameters())


def save_checkpoint(path: Path, state: TrainingState, run: str, step: int) -> None:
    """Write the state of a run beside `path`, then rename: the old file or the new, never half.

    The state is first serialised in memory, so that a full disk is met by one plain write. Of
    several processes the first one writes, and none goes on before it has.

    Args:
        path: The file; its folder is made if missing.
        state: What to write.
        run: Id of the run.
        step: Steps it has taken.

    """
    if distributed.is_first():
        _write(path, state, run, step)
    distributed.wait_for_all()


def _write(path: Path, state: TrainingState, run: str, step: int) -> None:
    """Write the file.

    Raises:
        OSError: As `save_checkpoint`.
    """
    content: dict[str, Any] = {"run": run, "step": step}
    content |= {name: part.state_dict() for name, part in state.parts().items()}
    buffer = io.BytesIO()
    torch.save(content, buffer)
    try:
        _write_durably(path, buffer.getbuffer())
    except OSError as error:
        left = "the one from before is kept" if path.exists() else "there is none yet"
        raise OSError(
            error.errno,
            f"the checkpoint of step {step} could not be written: {os.strerror(error.errno or 0)};"
            f" {left}. Make room and run the same command again",
            str(path),
        ) from error


def load_checkpoint(path: Path, state: TrainingState, run: str) -> int:
    """Restore the state of a run and return the number of steps it had taken.

    Raises:
        CheckpointError: The file cannot be read, is damaged, or is another run's.
    """
    try:
        with zipfile.ZipFile(path) as archive:  # torch.load itself compares no checksums
            damaged = archive.testzip()
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise CheckpointError(
            f"{path} cannot be read as a checkpoint ({error}); delete it to start again"
        ) from error
    if damaged is not None:
        raise CheckpointError(
            f"{path} cannot be read as a checkpoint (wrong checksum of {damaged}); delete it to "
            "start again"
        )
    if not isinstance(content, dict) or content.get("run") != run:
        found = content.get("run") if isinstance(content, dict) else type(content).__name__
        raise CheckpointError(
            f"{path} belongs to {found!r}, expected {run!r}; delete it to start again"
        )
    for name, part in state.parts().items():
        try:
            part.load_state_dict(content[name])
        except (KeyError, ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"{path} does not fit this run's {name} ({error}); delete it to start again"
            ) from error
    return int(content["step"])


def _write_durably(path: Path, content: memoryview) -> None:
    """Write a file beside its place and rename it there, each on the disk before the next.

    Raises:
        OSError: It cannot be written; what was there before still is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
