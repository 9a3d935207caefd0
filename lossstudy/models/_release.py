"""Checkpoints of the public s4GAN code: its names to ours, its images to ours.

Its Cityscapes loader gives the network BGR values from which it takes the dataset's mean and which
it divides by 255; ours are RGB in ImageNet's statistics. Both are the image times a factor plus a
constant for each channel, so the first convolution can absorb the factor, and the running mean
after it the constant. The one difference that remains is at the border, where padding with zeros
means padding with the one mean or with the other.

Source: sud0301/semisup-semseg, which saves the state dicts of networks in `DataParallel`.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from lossstudy.models._base import IMAGENET_MEAN, IMAGENET_STD
from lossstudy.models._deeplabv2 import DeepLabV2
from lossstudy.models._discriminator import Discriminator
from lossstudy.models._weights import load_weights, read_weights

RELEASE_MEAN = (72.39239876, 82.90891754, 73.15835921)
"""What the release takes from red, green and blue of 0 to 255."""

_HEAD = "layer5.conv2d_list."
_DISCRIMINATOR = {
    "conv1": "layers.0", "conv2": "layers.3", "conv3": "layers.6", "conv4": "layers.9",
    "fc": "classifier",
}  # fmt: skip


def is_release(state: dict[str, Tensor]) -> bool:
    """Return whether the release made a state dict, by the names of the head in it."""
    return any(_HEAD in name for name in state)


def load_release_network(network: DeepLabV2, state: dict[str, Tensor], source: str) -> None:
    """Load a segmentation network of the release, head included.

    Raises:
        ValueError: It does not fit; names what is missing or unexpected.
    """
    renamed = {}
    for name, tensor in _unwrapped(state).items():
        in_head = name.startswith(_HEAD)
        ours = f"head.classifiers.{name.removeprefix(_HEAD)}"
        renamed[ours if in_head else f"backbone.layers.{name}"] = tensor
    load_weights(network, renamed, source)
    convolution, normalisation = network.backbone.layers[0], network.backbone.layers[1]
    assert isinstance(convolution, nn.Conv2d)
    assert isinstance(normalisation, nn.BatchNorm2d)
    assert normalisation.running_mean is not None
    factor = torch.tensor(IMAGENET_STD).view(3, 1, 1)
    constant = torch.tensor(IMAGENET_MEAN) - torch.tensor(RELEASE_MEAN) / 255
    with torch.no_grad():
        kernel = convolution.weight.flip(1)  # from BGR to RGB
        normalisation.running_mean -= (kernel.sum(dim=(2, 3)) * constant).sum(1)
        convolution.weight.copy_(kernel * factor)


def load_release_discriminator(discriminator: Discriminator, path: Path) -> None:
    """Load a discriminator of the release; its images, stretched to [0, 1], differ in BGR alone.

    Raises:
        FileNotFoundError: There is no file `path`.
        ValueError: It does not fit; names what is missing or unexpected.
    """
    renamed = {}
    for name, tensor in _unwrapped(read_weights(path)).items():
        layer, _, kind = name.partition(".")
        renamed[f"{_DISCRIMINATOR.get(layer, layer)}.{kind}"] = tensor
    load_weights(discriminator, renamed, str(path))
    first = discriminator.layers[0]
    assert isinstance(first, nn.Conv2d)
    with torch.no_grad():
        first.weight[:, -3:] = first.weight[:, -3:].flip(1)


def _unwrapped(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights without the prefix that `DataParallel` puts before their names."""
    return {name.removeprefix("module."): tensor for name, tensor in state.items()}
