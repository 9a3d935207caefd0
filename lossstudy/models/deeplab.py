"""DeepLab on labelled images alone: the supervised baseline."""

from pathlib import Path

from torch import nn
from typing_extensions import override

from lossstudy.models._base import (
    Batch,
    Carry,
    Phase,
    SegmentationModel,
    SegmentationNetwork,
    Terms,
)
from lossstudy.models._networks import make_network


class DeepLab(SegmentationModel):
    """DeepLabv2 or v3+ trained with the studied loss and nothing else.

    One phase, `generator`, with one term, `supervised`: the criterion on the labelled batch. The
    names are those of `S4GAN`, whose first term this is.
    """

    network: SegmentationNetwork

    def __init__(
        self,
        num_classes: int,
        *,
        network: str = "deeplabv2",
        backbone: str = "small",
        backbone_width: int = 32,
        pretrained: bool = False,
        weights: str | Path | None = None,
        release_head: bool = False,
        release_stride: bool = False,
    ) -> None:
        """Build the network; see `make_network` for the parameters."""
        super().__init__(
            num_classes,
            make_network(
                num_classes,
                network=network,
                backbone=backbone,
                backbone_width=backbone_width,
                pretrained=pretrained,
                weights=weights,
                release_head=release_head,
                release_stride=release_stride,
            ),
        )

    @override
    def phases(self) -> list[Phase]:
        """Return the one phase."""
        groups = self.network.parameter_groups()
        return [Phase("generator", groups, "segmentation", self._generator_terms)]

    def _generator_terms(
        self, batch: Batch, criterion: nn.Module, carry: Carry, step: int
    ) -> Terms:
        return {"supervised": criterion(self(batch.images), batch.targets)}
