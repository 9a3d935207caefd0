"""The discriminator of s4GAN: does this class map belong to this image?"""

from itertools import pairwise

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


class Discriminator(nn.Module):
    """Four strided convolutions, a global mean, one number.

    Each 4x4 convolution halves the size and is followed by LeakyReLU(0.2); the first three also
    by channel dropout of 0.5. The mean over positions is the feature vector that feature matching
    compares; a linear layer turns it into a logit. The published network ends in a sigmoid; here
    the caller applies it, and binary cross entropy on the logit is the same function, computed
    without overflow.

    Images must be at least 16 pixels high and wide.

    Source: Mittal et al., TPAMI 43(4), 2021, section 3; its width is 64.
    """

    def __init__(self, num_classes: int, width: int = 64) -> None:
        """Build the layers: `width`, `2 width`, `4 width`, `8 width` channels."""
        super().__init__()
        channels = (num_classes + 3, width, 2 * width, 4 * width, 8 * width)
        layers: list[nn.Module] = []
        for in_channels, out_channels in pairwise(channels):
            layers += [
                nn.Conv2d(in_channels, out_channels, 4, stride=2, padding=1),
                nn.LeakyReLU(0.2, inplace=True),
                nn.Dropout2d(0.5),
            ]
        self.layers = nn.Sequential(*layers[:-1])
        self.classifier = nn.Linear(8 * width, 1)

    def forward(
        self, maps: Float[Tensor, "batch channels height width"]
    ) -> tuple[Float[Tensor, " batch"], Float[Tensor, "batch features"]]:
        """Judge the output of `discriminator_input`.

        Returns:
            The logit that a map is real, and the features it was judged by; float32 also under
            autocast, because means and logarithms follow.
        """
        features = self.layers(maps).float().mean(dim=(2, 3))
        return self.classifier(features).squeeze(1).float(), features


def discriminator_input(
    class_map: Float[Tensor, "batch num_classes height width"],
    images: Float[Tensor, "batch 3 height width"],
) -> Float[Tensor, "batch channels height width"]:
    """Return a class map stacked on its image, which is stretched to [0, 1] by its own extremes.

    No image depends on its neighbours. A constant image becomes 0.

    Example:
        >>> image = torch.tensor([2.0, 3.0, 6.0]).view(1, 3, 1, 1)
        >>> discriminator_input(torch.zeros(1, 2, 1, 1), image).flatten().tolist()
        [0.0, 0.0, 0.0, 0.25, 1.0]
    """
    low = images.amin(dim=(1, 2, 3), keepdim=True)
    spread = images.amax(dim=(1, 2, 3), keepdim=True) - low
    stretched = (images - low) / spread.clamp_min(torch.finfo(images.dtype).tiny)
    return torch.cat([class_map, stretched], dim=1)


def release_input(
    class_map: Float[Tensor, "batch num_classes height width"],
    images: Float[Tensor, "batch 3 height width"],
    spread_of: Float[Tensor, "other 3 height width"],
) -> Float[Tensor, "batch channels height width"]:
    """Return a class map stacked on its image as the public s4GAN code stretches it.

    There the lowest value of the whole batch becomes 0, and the divisor is the spread of a batch:
    its own for predicted maps and, by a slip, that of the labelled batch for real ones, whose
    images may then reach beyond 1.

    Example:
        >>> image = torch.tensor([2.0, 3.0, 6.0]).view(1, 3, 1, 1)
        >>> release_input(torch.zeros(1, 2, 1, 1), image, 2 * image).flatten().tolist()
        [0.0, 0.0, 0.0, 0.125, 0.5]
    """
    stretched = (images - images.amin()) / (spread_of.amax() - spread_of.amin())
    return torch.cat([class_map, stretched], dim=1)


def one_hot(
    targets: Int[Tensor, "batch height width"], num_classes: int
) -> Float[Tensor, "batch {num_classes} height width"]:
    """Return the class map of a labelling: 1 in the channel of a pixel's class, 0 elsewhere.

    An ignored pixel matches no channel and is 0 in all.

    Example:
        >>> one_hot(torch.tensor([[[1, 255]]]), num_classes=2).tolist()
        [[[[0.0, 0.0]], [[1.0, 0.0]]]]
    """
    classes = torch.arange(num_classes, device=targets.device)
    return (targets.unsqueeze(-1) == classes).float().permute(0, 3, 1, 2)
