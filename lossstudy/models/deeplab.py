"""DeepLabv2 on labelled images alone: the supervised baseline."""

from pathlib import Path

from torch import nn

from lossstudy.models._backbones import make_backbone
from lossstudy.models._base import Batch, Carry, Phase, SegmentationModel, Terms
from lossstudy.models._deeplabv2 import DeepLabV2


class DeepLab(SegmentationModel):
    """DeepLabv2 trained with the studied loss and nothing else.

    One phase, `generator`, with one term, `supervised`: the criterion on the labelled batch. The
    names are those of `S4GAN`, whose first term this is.
    """

    network: DeepLabV2

    def __init__(
        self,
        num_classes: int,
        *,
        backbone: str = "small",
        backbone_width: int = 32,
        pretrained: bool = False,
        weights: str | Path | None = None,
    ) -> None:
        """Build the network; see `make_backbone` for the parameters."""
        features = make_backbone(
            backbone, width=backbone_width, pretrained=pretrained, weights=weights
        )
        super().__init__(num_classes, DeepLabV2(num_classes, features))

    def phases(self) -> list[Phase]:
        """Return the one phase."""
        groups = self.network.parameter_groups()
        return [Phase("generator", groups, "segmentation", self._generator_terms)]

    def _generator_terms(
        self, batch: Batch, criterion: nn.Module, carry: Carry, step: int
    ) -> Terms:
        return {"supervised": criterion(self(batch.images), batch.targets)}
