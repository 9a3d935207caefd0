"""Weights from a file: read without executing anything in it, checked name by name."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

_SHOWN = 3


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return what a `.safetensors` file or a torch state dict holds.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is neither of the two.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if not path.is_file():
        raise FileNotFoundError(f"weights: no file {path}")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise ValueError(
            f"weights: {path} is neither a .safetensors file nor a torch state dict "
            f"({type(error).__name__})"
        ) from error
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise ValueError(
            f"weights: {path} is no state dict, which has names and tensors and nothing else"
        )
    return state


def load_weights(module: nn.Module, state: dict[str, Tensor], source: str) -> None:
    """Load a state dict whose names and shapes are exactly those of a module.

    How many batches a normalisation has seen may be missing: old files do not say.

    Args:
        module: Takes the weights; left as it was if they do not fit.
        state: Names to tensors.
        source: What the message of an error calls them.

    Raises:
        ValueError: Names are missing or unexpected, or a shape is another one.
    """
    ours = {n: t.shape for n, t in module.state_dict().items() if not _is_counter(n)}
    theirs = {name: tensor.shape for name, tensor in state.items() if not _is_counter(name)}
    reshaped = [
        f"{name} {tuple(theirs[name])} for {tuple(shape)}"
        for name, shape in ours.items()
        if name in theirs and theirs[name] != shape
    ]
    problems = [
        f"{what} {_listed(names)}"
        for what, names in (
            ("missing", [name for name in ours if name not in theirs]),
            ("unexpected", [name for name in theirs if name not in ours]),
            ("of another shape", reshaped),
        )
        if names
    ]
    if problems:
        raise ValueError(f"weights: {source} does not fit this network: {'; '.join(problems)}")
    module.load_state_dict(state, strict=False)


def without(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Return the weights whose names do not begin with `prefix`, such as a classifier's."""
    return {name: tensor for name, tensor in state.items() if not name.startswith(prefix)}


def _is_counter(name: str) -> bool:
    return name.endswith("num_batches_tracked")


def _listed(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
