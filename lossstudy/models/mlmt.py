"""s4GAN, and a classifier that says which classes an image holds: its authors' full method."""

from pathlib import Path

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from lossstudy.models._adversarial import AdversarialModel
from lossstudy.models._augmentation import strongly_augmented
from lossstudy.models._base import Batch, Carry, Phase, Terms
from lossstudy.models._classifier import (
    classes_present,
    follow,
    inconsistency,
    make_classifier,
    teacher_of,
)
from lossstudy.models._networks import make_network

LOWERED_BY = 1e4


class MLMT(AdversarialModel):
    r"""`S4GAN` beside a multi-label mean teacher, which rules out classes when it predicts.

    A classifier, the student S, learns which classes an image holds: from labelled images x with
    the set of classes Y of their targets, and from unlabelled ones u on which it has to agree,
    under strong augmentation A, with the teacher T, a moving average of itself:

    \[ L_S = \mathrm{BCE}(S(x), Y) + w(t) \, [1 - \cos(S(A(u)), T(u))] \]

    The weight w is 0 for the first `consistency_burn_in` of the steps and rises linearly to
    `lambda_consistency` within the next `consistency_ramp`. The terms are named `presence` and
    `consistency`. In evaluation mode the logits of the classes whose score by the teacher is
    under `presence_threshold` in an image are lowered by 10,000, so that they win no pixel; where
    all are, the segmentation stands. In training mode the logits are the network's.

    The segmentation network is trained exactly as by `S4GAN`: with the same seed it ends with the
    same weights, and the two differ by the fusion alone.

    Where the public code trains the classifier apart, for 100 epochs of 16 + 80 images of 320x320
    with SGD (Nesterov, rate 3e-2 falling to 1e-4 by a cosine, weight decay 1e-5), this one takes
    its steps with the segmentation network, on the same crops, with the same optimizer and
    schedule and a rate of its own. There the map of a class is multiplied by 0, not lowered.

    Source: Mittal, Tatarchenko, Brox, Semi-Supervised Semantic Segmentation with High- and
    Low-level Consistency, TPAMI 43(4), 2021, section 3; the defaults are its public code's, except
    `st_threshold`, which is the one for Cityscapes.
    """

    judges_presence = True

    def __init__(
        self,
        num_classes: int,
        *,
        network: str = "deeplabv2",
        backbone: str = "small",
        backbone_width: int = 32,
        pretrained: bool = False,
        weights: str | Path | None = None,
        discriminator_width: int = 64,
        discriminator_weights: str | Path | None = None,
        st_threshold: float = 0.7,
        lambda_fm: float = 0.1,
        lambda_st: float = 1.0,
        self_training_loss: str = "studied",
        release_head: bool = False,
        release_scaling: bool = False,
        release_stride: bool = False,
        classifier_backbone: str = "small",
        classifier_weights: str | Path | None = None,
        classifier_lr_scale: float = 1.0,
        presence_threshold: float = 0.2,
        teacher_decay: float = 0.999,
        lambda_consistency: float = 1.0,
        consistency_burn_in: float = 0.1,
        consistency_ramp: float = 0.5,
        steps: int = 40_000,
    ) -> None:
        """Build the networks; the parameters down to `release_stride` are those of `S4GAN`.

        - `classifier_backbone`: `"small"`, of `backbone_width`, or `"resnet50"`, or `"resnet101"`,
          the published one; with `pretrained` a ResNet starts from ImageNet weights here too.
        - `classifier_weights`: file with the weights of that backbone.
        - `classifier_lr_scale`: its learning rate in units of the segmentation network's.
        - `presence_threshold`: score by the teacher under which a class is ruled out, in [0, 1].
        - `teacher_decay`: largest share of the teacher that stays in a step, in [0, 1].
        - `lambda_consistency`: full weight of the consistency, at least 0.
        - `consistency_burn_in`: share of the steps without it, in [0, 1].
        - `consistency_ramp`: share of the steps in which it then rises, in (0, 1].
        - `steps`: steps of the whole training.

        Raises:
            ValueError: A parameter is out of its range, or weights do not fit.
        """
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
            discriminator_width=discriminator_width,
            discriminator_weights=discriminator_weights,
            st_threshold=st_threshold,
            lambda_fm=lambda_fm,
            lambda_st=lambda_st,
            self_training_loss=self_training_loss,
            release_scaling=release_scaling,
        )
        shares = {
            "presence_threshold": presence_threshold,
            "teacher_decay": teacher_decay,
            "consistency_burn_in": consistency_burn_in,
            "consistency_ramp": consistency_ramp,
        }
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise ValueError(f"{name} must be between 0 and 1, got {share}")
        if consistency_ramp == 0:
            raise ValueError("consistency_ramp must be above 0; a small share is a jump")
        if not lambda_consistency >= 0:
            raise ValueError(f"lambda_consistency must be at least 0, got {lambda_consistency}")
        self.student = make_classifier(
            num_classes,
            classifier_backbone,
            width=backbone_width,
            pretrained=pretrained,
            weights=classifier_weights,
        )
        self.teacher = teacher_of(self.student)
        self.classifier_lr_scale = classifier_lr_scale
        self.presence_threshold = presence_threshold
        self.teacher_decay = teacher_decay
        self.lambda_consistency = lambda_consistency
        self.consistency_burn_in = consistency_burn_in
        self.consistency_ramp = consistency_ramp
        self.steps = steps
        self._followed: int | None = None  # the step in which the teacher last moved

    @override
    def forward(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch num_classes height width"]:
        """Return the logits of images in [0, 1]; in evaluation mode fused with the teacher's."""
        logits: Tensor = super().forward(images)
        if self.training:
            return logits
        absent = (self.presence(images) < self.presence_threshold).to(logits.dtype)
        fused: Tensor = logits - LOWERED_BY * absent[:, :, None, None]
        return fused

    @override
    def presence(
        self, images: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch num_classes"]:
        """Return the teacher's scores, in [0, 1]."""
        scores: Tensor = self.teacher(self.normalised(images)).sigmoid()
        return scores

    @override
    def phases(self) -> list[Phase]:
        """Return the phases of `S4GAN`, then the classifier's."""
        student = {
            "params": list(self.student.parameters()),
            "lr_scale": self.classifier_lr_scale,
        }
        return [
            *super().phases(),
            Phase("classifier", [student], "segmentation", self._classifier_terms),
        ]

    def consistency_weight(self, step: int) -> float:
        """Return the weight w of the consistency at a step counted from 0."""
        progress = (step / self.steps - self.consistency_burn_in) / self.consistency_ramp
        return self.lambda_consistency * min(1.0, max(0.0, progress))

    def _classifier_terms(
        self, batch: Batch, criterion: nn.Module, carry: Carry, step: int
    ) -> Terms:
        assert batch.unlabelled is not None
        # Once a step, however many parts its batch is taken in. The first part of the next step
        # finds the student as this step left it, in a resumed run too.
        if self._followed != step:
            follow(self.teacher, self.student, self.teacher_decay, step)
            self._followed = step
        present = classes_present(batch.targets, self.num_classes)
        presence = F.binary_cross_entropy_with_logits(
            self.student(self.normalised(batch.images)), present
        )
        teacher = self.teacher(self.normalised(batch.unlabelled))
        student = self.student(self.normalised(strongly_augmented(batch.unlabelled)))
        return {
            "presence": presence,
            "consistency": self.consistency_weight(step) * inconsistency(student, teacher),
        }
