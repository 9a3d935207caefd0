"""The segmentation networks a model can be built on, by name."""

from pathlib import Path

from lossstudy.models._backbones import make_backbone
from lossstudy.models._base import SegmentationNetwork
from lossstudy.models._deeplabv2 import DeepLabV2
from lossstudy.models._deeplabv3plus import DeepLabV3Plus, make_darknet
from lossstudy.models._release import is_release, load_release_network
from lossstudy.models._weights import read_weights

NETWORKS = ("deeplabv2", "deeplabv3plus")


def make_network(
    num_classes: int,
    *,
    network: str = "deeplabv2",
    backbone: str = "small",
    backbone_width: int = 32,
    pretrained: bool = False,
    weights: str | Path | None = None,
    release_head: bool = False,
    release_stride: bool = False,
) -> SegmentationNetwork:
    """Build a segmentation network.

    Args:
        num_classes: Channels of the logits.
        network: `"deeplabv2"` or `"deeplabv3plus"`.
        backbone: `"small"`, `"resnet50"` or `"resnet101"` for DeepLabv2, see `make_backbone`;
            `"darknet53"` for DeepLabv3+.
        backbone_width: Channels of the small backbone's first layer.
        pretrained: Start the backbone from ImageNet weights, fetched over the network unless
            `weights` names a file.
        weights: File with the backbone's weights, under torchvision's or timm's names; or a
            checkpoint of the public s4GAN code, which holds the head too.
        release_head: Sum two of the head's four dilations, as that code does.
        release_stride: Stride in the first 1x1 convolution of a bottleneck, as that code does.

    Returns:
        The network.

    Raises:
        ValueError: Unknown names, or parameters that do not go together; weights that do not fit.
        FileNotFoundError: There is no file `weights`.
    """
    if network not in NETWORKS:
        raise ValueError(f"network must be one of {', '.join(NETWORKS)}, got {network!r}")
    if network == "deeplabv3plus":
        if backbone != "darknet53":
            raise ValueError(f"backbone of deeplabv3plus must be darknet53, got {backbone!r}")
        if release_head or release_stride:
            raise ValueError("release_head and release_stride are options of deeplabv2 alone")
        return DeepLabV3Plus(num_classes, make_darknet(pretrained=pretrained, weights=weights))
    if weights is not None and is_release(state := read_weights(Path(weights))):
        if not (release_head and release_stride):
            raise ValueError(
                f"weights: {weights} is of the public s4GAN code, whose network differs: "
                "set release_head and release_stride too"
            )
        features = make_backbone(backbone, width=backbone_width, release_stride=True)
        released = DeepLabV2(num_classes, features, release_head=True)
        load_release_network(released, state, source=str(weights))
        return released
    features = make_backbone(
        backbone,
        width=backbone_width,
        pretrained=pretrained,
        weights=weights,
        release_stride=release_stride,
    )
    return DeepLabV2(num_classes, features, release_head=release_head)
