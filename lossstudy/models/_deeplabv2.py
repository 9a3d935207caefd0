"""DeepLabv2: a backbone and parallel dilated classifiers."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from lossstudy.models._backbones import Backbone
from lossstudy.models._base import ParameterGroup, SegmentationNetwork


class AtrousHead(nn.Module):
    """Atrous spatial pyramid pooling: 3x3 classifiers of several dilations, summed.

    Their sum sees each position at several scales for the price of a few convolutions. The
    public s4GAN code sums only the first two of its four, by a `return` inside the loop; this
    head does so with `release_head`, and else sums all, as published.

    Source: Chen et al., DeepLab, TPAMI 40(4), 2018, section 3.2 (there with two more layers a
    branch; this form is the one of the usual ResNet-101 reimplementations, s4GAN's among them).
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        dilations: tuple[int, ...],
        *,
        release_head: bool = False,
    ) -> None:
        """Build one classifier per dilation, with weights from N(0, 0.01)."""
        super().__init__()
        self.summed = 2 if release_head else len(dilations)
        self.classifiers = nn.ModuleList()
        for dilation in dilations:
            classifier = nn.Conv2d(
                in_channels, num_classes, 3, padding=dilation, dilation=dilation
            )
            nn.init.normal_(classifier.weight, std=0.01)
            self.classifiers.append(classifier)

    def forward(self, features: Tensor) -> Tensor:
        """Return the sum of the classifiers, at the size of the features."""
        first, *others = self.classifiers[: self.summed]
        logits: Tensor = first(features)
        for classifier in others:
            logits = logits + classifier(features)
        return logits


class DeepLabV2(SegmentationNetwork):
    """Backbone, head, and bilinear upsampling of the logits to the size of the images."""

    def __init__(
        self, num_classes: int, backbone: Backbone, *, release_head: bool = False
    ) -> None:
        """Put a head with `num_classes` channels on the backbone."""
        super().__init__()
        self.backbone = backbone
        self.head = AtrousHead(
            backbone.out_channels,
            num_classes,
            backbone.head_dilations,
            release_head=release_head,
        )

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch num_classes height width"]:
        """Return the logits of normalised images."""
        logits = self.head(self.backbone(images))
        return F.interpolate(logits, images.shape[-2:], mode="bilinear", align_corners=True)

    @override
    def parameter_groups(self) -> list[ParameterGroup]:
        """Return the trainable parameters: the backbone's, and the head's at its own rate."""
        backbone = [p for p in self.backbone.parameters() if p.requires_grad]
        return [
            {"params": backbone, "lr_scale": 1.0},
            {"params": list(self.head.parameters()), "lr_scale": self.backbone.head_lr_scale},
        ]
