"""s4GAN: segmentation that also learns from unlabelled images, through a discriminator."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lossstudy.models._backbones import make_backbone
from lossstudy.models._base import Batch, Carry, Phase, SegmentationModel, Terms
from lossstudy.models._deeplabv2 import DeepLabV2
from lossstudy.models._discriminator import Discriminator, discriminator_input, one_hot

SELF_TRAINING_LOSSES = ("studied", "cross_entropy")


class S4GAN(SegmentationModel):
    r"""DeepLabv2 and a discriminator that tells its class maps from true ones.

    The segmentation network G is the generator: its softmax map of an unlabelled image is the
    fake, the one-hot map of a labelled image the real thing. With the studied loss \(\ell\), the
    labelled batch (x, y), unlabelled images u, the discriminator's score D and its features f,

    \[ L_G = \ell(G(x), y)
           + \lambda_{fm} \lVert \bar f(y) - \bar f(G(u)) \rVert_1
           + \lambda_{st}\, \ell(G(u^*), \arg\max G(u^*)) \]
    \[ L_D = \tfrac12 [\mathrm{BCE}(D(y), 1) + \mathrm{BCE}(D(G(u)), 0)] \]

    where the bar is the mean over the batch, the norm the mean over the features, and u* the
    unlabelled images with D(G(u)) above `st_threshold`. The terms are named `supervised`,
    `feature_matching`, `self_training` and `discriminator`. `carry["log"]` receives the mean
    scores `d_real` and `d_fake` and the share `pseudo_share` of images in u*.

    Dropout in the discriminator is active in both phases, as in the public code.

    Source: Mittal, Tatarchenko, Brox, Semi-Supervised Semantic Segmentation with High- and
    Low-level Consistency, TPAMI 43(4), 2021, section 3; the defaults are its.
    """

    semi_supervised = True
    network: DeepLabV2

    def __init__(
        self,
        num_classes: int,
        *,
        backbone: str = "small",
        backbone_width: int = 32,
        pretrained: bool = False,
        weights: str | Path | None = None,
        discriminator_width: int = 64,
        st_threshold: float = 0.7,
        lambda_fm: float = 0.1,
        lambda_st: float = 1.0,
        self_training_loss: str = "studied",
    ) -> None:
        """Build both networks.

        Args:
            num_classes: Channels of the logits.
            backbone: See `make_backbone`, also for the next three.
            backbone_width: Width of the small backbone.
            pretrained: Start from ImageNet weights.
            weights: File with the backbone's weights.
            discriminator_width: Channels of the discriminator's first layer.
            st_threshold: Score above which a predicted map counts as a label, in [0, 1].
            lambda_fm: Weight of feature matching, at least 0.
            lambda_st: Weight of self-training, at least 0.
            self_training_loss: `"studied"` applies the criterion to the pseudo-labels, as the
                public code does with its cross entropy; `"cross_entropy"` keeps that term the
                same whatever loss is studied.

        Raises:
            ValueError: A parameter is out of its range.
        """
        features = make_backbone(
            backbone, width=backbone_width, pretrained=pretrained, weights=weights
        )
        super().__init__(num_classes, DeepLabV2(num_classes, features))
        if not 0 <= st_threshold <= 1:
            raise ValueError(f"st_threshold must be between 0 and 1, got {st_threshold}")
        for name, weight in (("lambda_fm", lambda_fm), ("lambda_st", lambda_st)):
            if not weight >= 0:
                raise ValueError(f"{name} must be at least 0, got {weight}")
        if self_training_loss not in SELF_TRAINING_LOSSES:
            raise ValueError(
                f"self_training_loss must be one of {', '.join(SELF_TRAINING_LOSSES)}, "
                f"got {self_training_loss!r}"
            )
        self.discriminator = Discriminator(num_classes, discriminator_width)
        self.st_threshold = st_threshold
        self.lambda_fm = lambda_fm
        self.lambda_st = lambda_st
        self.self_training_loss = self_training_loss

    def phases(self) -> list[Phase]:
        """Return the generator's phase, then the discriminator's on what the first computed."""
        generator = self.network.parameter_groups()
        discriminator = [{"params": list(self.discriminator.parameters()), "lr_scale": 1.0}]
        return [
            Phase("generator", generator, "segmentation", self._generator_terms),
            Phase("discriminator", discriminator, "discriminator", self._discriminator_terms),
        ]

    def _generator_terms(
        self, batch: Batch, criterion: nn.Module, carry: Carry, step: int
    ) -> Terms:
        assert batch.unlabelled is not None
        assert batch.real_images is not None
        assert batch.real_targets is not None
        supervised = criterion(self(batch.images), batch.targets)
        logits = self(batch.unlabelled)
        # float32 also under autocast: bfloat16 rounds a confident softmax to exactly one-hot.
        probs = torch.softmax(logits, dim=1, dtype=torch.float32)
        fake = discriminator_input(probs, batch.unlabelled)
        real_map = one_hot(batch.real_targets, self.num_classes)
        real = discriminator_input(real_map, batch.real_images)
        with _without_gradient(self.discriminator):
            fake_logit, fake_features = self.discriminator(fake)
            _, real_features = self.discriminator(real)
        score = fake_logit.detach().sigmoid()
        confident = (score > self.st_threshold).nonzero().flatten()
        carry["fake"], carry["real"] = fake.detach(), real
        carry["log"]["pseudo_share"] = (score > self.st_threshold).float().mean()
        matching = (real_features.mean(0) - fake_features.mean(0)).abs().mean()
        return {
            "supervised": supervised,
            "feature_matching": self.lambda_fm * matching,
            "self_training": self.lambda_st
            * self._self_training(logits[confident], criterion, skip=step == 0),
        }

    def _self_training(
        self,
        logits: Float[Tensor, "batch num_classes height width"],
        criterion: nn.Module,
        skip: bool,
    ) -> Float[Tensor, ""]:
        """Return the loss of maps against their own argmax; 0 with zero gradient for no maps.

        Skipped in the first step, where the discriminator's score means nothing yet.
        """
        if skip or len(logits) == 0:
            return logits[:0].float().sum()
        pseudo_targets = logits.detach().argmax(dim=1)
        if self.self_training_loss == "cross_entropy":
            return F.cross_entropy(logits.float(), pseudo_targets)
        with _frozen(criterion):
            loss: Tensor = criterion(logits, pseudo_targets)
        return loss

    def _discriminator_terms(
        self, batch: Batch, criterion: nn.Module, carry: Carry, step: int
    ) -> Terms:
        real_logit, _ = self.discriminator(carry["real"])
        fake_logit, _ = self.discriminator(carry["fake"])
        real_loss = F.binary_cross_entropy_with_logits(real_logit, torch.ones_like(real_logit))
        fake_loss = F.binary_cross_entropy_with_logits(fake_logit, torch.zeros_like(fake_logit))
        carry["log"]["d_real"] = real_logit.detach().sigmoid().mean()
        carry["log"]["d_fake"] = fake_logit.detach().sigmoid().mean()
        return {"discriminator": (real_loss + fake_loss) / 2}


@contextmanager
def _without_gradient(module: nn.Module) -> Iterator[None]:
    """Let gradients pass through a module to its input, but not into its parameters.

    What counts is the state during the forward pass: autograd records it in the graph, so the
    backward pass may come after. An input without gradient then costs no graph at all.
    """
    module.requires_grad_(False)
    try:
        yield
    finally:
        module.requires_grad_(True)


@contextmanager
def _frozen(criterion: nn.Module) -> Iterator[None]:
    """Keep a criterion that adapts or learns from doing so on the network's own guesses."""
    training = criterion.training
    criterion.eval().requires_grad_(False)
    try:
        yield
    finally:
        criterion.train(training).requires_grad_(True)
