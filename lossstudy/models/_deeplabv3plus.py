"""DeepLabv3+ on Darknet-53: atrous spatial pyramid pooling, and a decoder that sharpens it."""

import importlib
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from lossstudy.models._base import ParameterGroup, SegmentationNetwork
from lossstudy.models._weights import load_weights, read_weights, without

RATES = (6, 12, 18)
CHANNELS = 256
LOW_LEVEL_CHANNELS = 48


class Darknet53(nn.Module):
    """The backbone of YOLOv3, from timm, at output stride 16: its last stage dilates by 2.

    Source: Redmon, Farhadi, YOLOv3: An Incremental Improvement, 2018, table 1.
    """

    low_level_channels = 128
    out_channels = 1024

    def __init__(self, *, pretrained: bool = False) -> None:
        """Build it; `pretrained` fetches timm's ImageNet weights over the network."""
        super().__init__()
        importlib.import_module("lossstudy.models._torchvision")  # timm imports torchvision
        import timm

        network = timm.create_model(
            "darknet53", pretrained=pretrained, num_classes=0, output_stride=16
        )
        self.stem = network.get_submodule("stem")
        self.stages = nn.ModuleList(network.get_submodule("stages").children())

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features at stride 4 and at stride 16."""
        features = self.stem(images)
        levels = []
        for stage in self.stages:
            features = stage(features)
            levels.append(features)
        return levels[1], levels[-1]


def make_darknet(*, pretrained: bool = False, weights: str | Path | None = None) -> Darknet53:
    """Build a Darknet-53.

    Args:
        pretrained: Start from ImageNet weights.
        weights: File of such weights under timm's names; without it they are fetched.

    Raises:
        FileNotFoundError: There is no file `weights`.
        ValueError: It does not fit.
    """
    backbone = Darknet53(pretrained=pretrained and weights is None)
    if weights is not None:
        state = read_weights(Path(weights))
        load_weights(backbone, without(state, "head."), source=str(weights))
    return backbone


class AtrousPyramid(nn.Module):
    """Atrous spatial pyramid pooling: a 1x1, three dilated 3x3 convolutions, and the image's mean.

    Each gives 256 channels; a 1x1 convolution joins the five. In training it needs at least two
    images, because the mean of one leaves batch normalisation nothing to normalise.

    Source: Chen et al., Rethinking Atrous Convolution for Semantic Image Segmentation, 2017,
    section 3.3; the rates are those of output stride 16.
    """

    def __init__(self, in_channels: int) -> None:
        """Build the branches."""
        super().__init__()
        branches = [_convolution(in_channels, CHANNELS, 1)]
        branches += [_convolution(in_channels, CHANNELS, 3, rate) for rate in RATES]
        self.branches = nn.ModuleList(branches)
        self.pooled = _convolution(in_channels, CHANNELS, 1)
        self.joined = _convolution((len(branches) + 1) * CHANNELS, CHANNELS, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return 256 channels at the size of the features."""
        mean = self.pooled(features.mean(dim=(2, 3), keepdim=True))
        parts = [branch(features) for branch in self.branches]
        joined: Tensor = self.joined(
            torch.cat([*parts, mean.expand(-1, -1, *features.shape[-2:])], dim=1)
        )
        return joined


class DeepLabV3Plus(SegmentationNetwork):
    """Pyramid at stride 16, brought to stride 4 and joined with 48 channels of low-level features.

    Two 3x3 convolutions of 256 channels follow, a 1x1 classifier, and bilinear upsampling to the
    size of the images. The convolutions are plain ones, as in the publication's ResNet variant.

    Source: Chen et al., Encoder-Decoder with Atrous Separable Convolution for Semantic Image
    Segmentation, ECCV 2018, sections 3.1 and 4.1.
    """

    def __init__(self, num_classes: int, backbone: Darknet53) -> None:
        """Put pyramid and decoder on the backbone."""
        super().__init__()
        self.backbone = backbone
        self.pyramid = AtrousPyramid(backbone.out_channels)
        self.low_level = _convolution(backbone.low_level_channels, LOW_LEVEL_CHANNELS, 1)
        self.decoder = nn.Sequential(
            _convolution(CHANNELS + LOW_LEVEL_CHANNELS, CHANNELS, 3),
            _convolution(CHANNELS, CHANNELS, 3),
            nn.Conv2d(CHANNELS, num_classes, 1),
        )

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch num_classes height width"]:
        """Return the logits of normalised images."""
        fine, coarse = self.backbone(images)
        fine = self.low_level(fine)
        joined = torch.cat([_resized(self.pyramid(coarse), fine), fine], dim=1)
        return _resized(self.decoder(joined), images)

    @override
    def parameter_groups(self) -> list[ParameterGroup]:
        """Return all parameters at one rate, as published."""
        return [{"params": list(self.parameters()), "lr_scale": 1.0}]


def _convolution(in_channels: int, channels: int, size: int, rate: int = 1) -> nn.Sequential:
    """Return a convolution that keeps the size, with normalisation and ReLU."""
    return nn.Sequential(
        nn.Conv2d(
            in_channels, channels, size, padding=rate * (size // 2), dilation=rate, bias=False
        ),
        nn.BatchNorm2d(channels),
        nn.ReLU(inplace=True),
    )


def _resized(features: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(features, like.shape[-2:], mode="bilinear", align_corners=True)
