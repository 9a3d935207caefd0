"""What a run asks of the machine it is on."""

import os
import resource
import sys

import torch

from lossstudy import distributed, provenance
from lossstudy.config import ExperimentConfig
from lossstudy.models import SegmentationModel, synchronised


def choose_device(name: str) -> torch.device:
    """Return the device of a configuration's `device` field; of several GPUs this process's own.

    Raises:
        ValueError: A GPU is asked for and torch sees none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("device is 'cuda', but torch sees no GPU here; take 'cpu' or 'auto'")
    if name == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", distributed.local_rank())


def set_up(config: ExperimentConfig, device: torch.device) -> None:
    """Set what torch keeps for the whole process: arithmetic, and the choice of algorithms.

    In deterministic mode an operation that has no deterministic form on the device is an error
    of torch that names it.
    """
    if config.deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts
    torch.use_deterministic_algorithms(config.deterministic)
    torch.backends.cudnn.benchmark = not config.deterministic
    torch.backends.cudnn.allow_tf32 = config.tf32
    torch.backends.cuda.matmul.allow_tf32 = config.tf32
    if device.type == "cuda":
        torch.cuda.set_device(device)
        torch.cuda.reset_peak_memory_stats(device)


def prepare(
    model: SegmentationModel, config: ExperimentConfig, device: torch.device
) -> SegmentationModel:
    """Bring a model to the device, channels last, and compile its network if asked to.

    Several GPUs normalise with the statistics of the joined batch. On the CPU torch offers no
    such layer: each process normalises with those of its share.
    """
    model = model.to(device)
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if device.type == "cuda" and distributed.place()[1] > 1:
        model = synchronised(model)
    if config.compile:
        model.network.compile()  # in place: the names in a checkpoint stay
    return model


def device_name(device: torch.device) -> str:
    """Return the kind and model of a device."""
    if device.type == "cuda":
        return f"cuda: {torch.cuda.get_device_name(device)}"
    return f"cpu: {provenance.cpu_name()}"


def peak_memory_mb(device: torch.device) -> float:
    """Return the peak memory of a GPU since `set_up`, or of this process, in MB."""
    if device.type == "cuda":
        return float(torch.cuda.max_memory_allocated(device)) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
