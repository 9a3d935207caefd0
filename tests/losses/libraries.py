"""The libraries our losses are compared with: `from tests.losses.libraries import monai`.

Some import torchvision, which beside a CPU-only torch works only through our own door to it.
"""

from lossstudy.models._torchvision import torchvision  # isort: split

import kornia
import monai
from segmentation_models_pytorch import losses as smp

__all__ = ["kornia", "monai", "smp", "torchvision"]
