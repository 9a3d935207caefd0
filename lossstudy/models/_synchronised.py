"""Batch normalisation over the joined batch of several GPUs."""

import importlib
from typing import TypeVar

from torch import nn

Module = TypeVar("Module", bound=nn.Module)


def synchronised(model: Module) -> Module:
    """Return a model whose batch normalisation takes its statistics over all processes.

    Weights, running statistics and names stay. timm's conversion is used for every model because
    torch's own drops the activation that timm's layers of Darknet-53 hold.
    """
    importlib.import_module("lossstudy.models._torchvision")  # timm imports torchvision
    from timm.layers.norm_act import convert_sync_batchnorm

    converted: Module = convert_sync_batchnorm(model)  # type: ignore[no-untyped-call]
    return converted
