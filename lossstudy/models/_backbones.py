"""Feature extractors: images in, features at a fraction of their size out."""

from collections import OrderedDict
from pathlib import Path

import torch
from torch import Tensor, nn

from lossstudy.models._weights import load_weights, read_weights, without

BACKBONES = ("small", "resnet50", "resnet101")


class Backbone(nn.Module):
    """Layers from normalised images to features, and what the head on top of them has to know."""

    def __init__(
        self,
        layers: nn.Sequential,
        out_channels: int,
        head_dilations: tuple[int, ...],
        head_lr_scale: float,
    ) -> None:
        """Keep the layers.

        Args:
            layers: The network itself.
            out_channels: Channels of its features.
            head_dilations: Dilations of the classifiers on these features.
            head_lr_scale: Factor on the head's learning rate: 10 where the layers start from
                ImageNet and the head from noise, 1 where both start from noise.
        """
        super().__init__()
        self.layers = layers
        self.out_channels = out_channels
        self.head_dilations = head_dilations
        self.head_lr_scale = head_lr_scale

    def forward(self, images: Tensor) -> Tensor:
        """Return the features `(N, out_channels, h, w)`, h and w near size / output stride."""
        features: Tensor = self.layers(images)
        return features


def make_backbone(
    name: str,
    *,
    width: int = 32,
    pretrained: bool = False,
    weights: str | Path | None = None,
    dilated: bool = True,
    release_stride: bool = False,
) -> Backbone:
    """Build a backbone by name.

    Args:
        name: `"small"` (output stride 4, trains from scratch in minutes on a CPU), `"resnet50"`
            or `"resnet101"` (output stride 8, the paper's).
        width: Channels of the small backbone's first layer; the ResNets have their own. Below
            16, do not train it channels last on a CPU, as the trainer does: oneDNN writes past
            the workspace of a strided 1x1 convolution with fewer channels than a register holds
            (8 with AVX2; uxlfoundation/oneDNN issue 6035, in torch 2.13.0), which crashes or
            spoils numbers.
        pretrained: Start a ResNet from torchvision's ImageNet weights, fetched over the network
            unless `weights` names a file.
        weights: Safetensors file or torch state dict with the weights of this backbone, under
            torchvision's names for the ResNets; the ImageNet classifier in it is left out.
        dilated: For segmentation. Without it a ResNet is the classifier's: output stride 32, and
            the affine parameters of its normalisation are trained.
        release_stride: Put the stride of a ResNet's stage on its first 1x1 convolution, as the
            public s4GAN code and Caffe do; torchvision's is on the 3x3.

    Returns:
        The backbone.

    Raises:
        ValueError: Unknown name, `pretrained` without `weights` for the small backbone, which has
            no published weights, `release_stride` for it, or weights that do not fit.
        FileNotFoundError: There is no file `weights`.
    """
    if name not in BACKBONES:
        raise ValueError(
            f"backbone of deeplabv2 must be one of {', '.join(BACKBONES)}, got {name!r}"
        )
    if name == "small" and pretrained and weights is None:
        raise ValueError("pretrained needs a ResNet backbone, or a file of weights for 'small'")
    if name == "small" and release_stride:
        raise ValueError("release_stride needs a ResNet backbone, got 'small'")
    backbone = _small(width) if name == "small" else _resnet(name, dilated, release_stride)
    if weights is not None:
        state = read_weights(Path(weights))
        load_weights(backbone.layers, without(state, "fc."), source=str(weights))
    elif pretrained:
        from lossstudy.models._torchvision import torchvision

        imagenet = torchvision.models.get_model_weights(name)["IMAGENET1K_V1"]
        state = imagenet.get_state_dict(progress=False, check_hash=True)
        load_weights(backbone.layers, without(state, "fc."), source=str(imagenet))
    return backbone


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with a shortcut: the block of ResNet-18 (He et al. 2016), dilated."""

    def __init__(self, in_channels: int, channels: int, stride: int, dilation: int) -> None:
        """Build the block; `stride` sits on its first convolution, `dilation` on both."""
        super().__init__()
        self.conv1 = _conv3x3(in_channels, channels, stride, dilation)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = _conv3x3(channels, channels, 1, dilation)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, features: Tensor) -> Tensor:
        """Return the block's features."""
        out = torch.relu_(self.bn1(self.conv1(features)))
        return torch.relu_(self.bn2(self.conv2(out)) + self.shortcut(features))


def _conv3x3(in_channels: int, channels: int, stride: int, dilation: int) -> nn.Conv2d:
    return nn.Conv2d(
        in_channels, channels, 3, stride, padding=dilation, dilation=dilation, bias=False
    )


def _small(width: int) -> Backbone:
    """Return a stem and four stages of one block; 0.60 M parameters at width 32, output stride 4.

    A stride of 8 would leave a 64x128 image a map of 8x16, too coarse for poles and people.
    """
    layers = nn.Sequential(
        _conv3x3(3, width, stride=2, dilation=1),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        BasicBlock(width, width, stride=1, dilation=1),
        BasicBlock(width, 2 * width, stride=2, dilation=1),
        BasicBlock(2 * width, 4 * width, stride=1, dilation=2),
        BasicBlock(4 * width, 4 * width, stride=1, dilation=4),
    )
    for module in layers.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return Backbone(layers, 4 * width, head_dilations=(1, 3, 6, 9), head_lr_scale=1.0)


def _resnet(name: str, dilated: bool, release_stride: bool) -> Backbone:
    """Return a torchvision ResNet without its classifier."""
    from lossstudy.models._torchvision import torchvision

    build = {"resnet50": torchvision.models.resnet50, "resnet101": torchvision.models.resnet101}
    resnet = build[name](replace_stride_with_dilation=[False, dilated, dilated])
    layers = nn.Sequential(
        OrderedDict((n, m) for n, m in resnet.named_children() if n not in {"avgpool", "fc"})
    )
    if dilated:
        _prepare_for_segmentation(layers)
    if release_stride:
        first = resnet.layer2[0]  # the one stage that still strides
        first.conv1.stride, first.conv2.stride = first.conv2.stride, first.conv1.stride
    return Backbone(layers, 2048, head_dilations=(6, 12, 18, 24), head_lr_scale=10.0)


def _prepare_for_segmentation(layers: nn.Sequential) -> None:
    """Give a ResNet of output stride 8 the details of s4GAN's.

    Stages 3 and 4 dilate by 2 and 4 throughout, the max pool rounds up, and the affine parameters
    of batch normalisation stay as they are, while its running statistics go on.
    """
    layers.get_submodule("maxpool").ceil_mode = True  # type: ignore[assignment]
    for stage, dilation in (("layer3", 2), ("layer4", 4)):
        # torchvision gives a stage's first block the dilation of the stage before.
        conv = layers.get_submodule(f"{stage}.0.conv2")
        assert isinstance(conv, nn.Conv2d)
        conv.dilation = conv.padding = (dilation, dilation)
    for module in layers.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.requires_grad_(False)
