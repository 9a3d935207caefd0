"""Which classes are in an image: the multi-label classifier of MLMT, and what it learns from."""

import copy
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lossstudy.models._backbones import Backbone, make_backbone
from lossstudy.models._discriminator import one_hot


class ImageClassifier(nn.Module):
    """A backbone, the mean of its features over the image, and a linear layer."""

    def __init__(self, num_classes: int, backbone: Backbone) -> None:
        """Put a classifier of `num_classes` outputs on the backbone."""
        super().__init__()
        self.backbone = backbone
        self.classifier = nn.Linear(backbone.out_channels, num_classes)

    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch num_classes"]:
        """Return a logit a class for normalised images; float32 also under autocast."""
        logits: Tensor = self.classifier(self.backbone(images).mean(dim=(2, 3)))
        return logits.float()


def make_classifier(
    num_classes: int, name: str, *, width: int, pretrained: bool, weights: str | Path | None
) -> ImageClassifier:
    """Build a classifier on the backbone `name`, see `make_backbone`, not dilated.

    `pretrained` counts for a ResNet; the small backbone has no published weights.
    """
    backbone = make_backbone(
        name,
        width=width,
        pretrained=pretrained and name != "small",
        weights=weights,
        dilated=False,
    )
    return ImageClassifier(num_classes, backbone)


def teacher_of(student: ImageClassifier) -> ImageClassifier:
    """Return a copy of a classifier that only `follow` changes."""
    return copy.deepcopy(student).requires_grad_(False)


@torch.no_grad()
def follow(teacher: ImageClassifier, student: ImageClassifier, decay: float, step: int) -> None:
    r"""Move the teacher's weights towards the student's.

    \[ \theta' \leftarrow d \theta' + (1 - d) \theta, \quad d = \min(1 - 1 / (t + 1), decay) \]

    where t is the number of steps the student has taken: with none the teacher is the student.
    Running statistics are the teacher's own, of the images it is shown.
    """
    keep = min(1 - 1 / (step + 1), decay)
    for ours, theirs in zip(teacher.parameters(), student.parameters(), strict=True):
        ours.lerp_(theirs, 1 - keep)


def classes_present(
    targets: Int[Tensor, "batch height width"], num_classes: int
) -> Float[Tensor, "batch {num_classes}"]:
    """Return 1 for each class that has a pixel in an image, 0 for the others.

    Example:
        >>> classes_present(torch.tensor([[[1, 255, 1]], [[0, 2, 0]]]), num_classes=3).tolist()
        [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]
    """
    return one_hot(targets, num_classes).amax(dim=(2, 3))


def inconsistency(
    student: Float[Tensor, "batch classes"], teacher: Float[Tensor, "batch classes"]
) -> Float[Tensor, ""]:
    """Return the mean over the images of one minus the cosine between two outputs.

    Example:
        >>> inconsistency(torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.eye(2).flip(0)[[1, 1]])
        tensor(0.5000)
    """
    return (1 - F.cosine_similarity(student, teacher, dim=1)).mean()
