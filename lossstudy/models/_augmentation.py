"""Strong augmentation, under which an image still shows the same classes."""

import torch
from jaxtyping import Float
from torch import Tensor

JITTER = {"brightness": 0.4, "contrast": 0.4, "saturation": 0.4, "hue": 0.1}
BLUR_SIGMA = (0.1, 2.0)
BLUR_SIZE = 13  # three deviations of the strongest blur to either side


@torch.no_grad()
def strongly_augmented(
    images: Float[Tensor, "batch 3 height width"],
) -> Float[Tensor, "batch 3 height width"]:
    """Return each image in [0, 1] with colours of its own, flipped or not, and blurred.

    All randomness comes from torch's global generator, which the trainer seeds for every step.

    Source: the strengths are those of the public code of Mittal et al., TPAMI 43(4), 2021.
    """
    from lossstudy.models._torchvision import torchvision

    v2 = torchvision.transforms.v2
    change = v2.Compose([
        v2.ColorJitter(**JITTER),
        v2.RandomHorizontalFlip(),
        v2.GaussianBlur(BLUR_SIZE, BLUR_SIGMA),
    ])
    # A blur is a convolution, but no arithmetic of the network's.
    with torch.autocast(images.device.type, enabled=False):
        return torch.stack([change(image) for image in images])
