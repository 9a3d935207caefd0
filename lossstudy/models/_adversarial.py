"""Training with a discriminator: the terms that s4GAN and what builds on it have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from lossstudy.models._base import (
    Batch,
    Carry,
    Phase,
    SegmentationModel,
    SegmentationNetwork,
    Terms,
)
from lossstudy.models._discriminator import (
    Discriminator,
    discriminator_input,
    one_hot,
    release_input,
)
from lossstudy.models._release import load_release_discriminator

SELF_TRAINING_LOSSES = ("studied", "cross_entropy")


class AdversarialModel(SegmentationModel):
    """A segmentation network and a discriminator of its maps; `S4GAN` says what they minimise."""

    semi_supervised = True
    network: SegmentationNetwork

    def __init__(
        self,
        num_classes: int,
        network: SegmentationNetwork,
        *,
        discriminator_width: int,
        discriminator_weights: str | Path | None,
        st_threshold: float,
        lambda_fm: float,
        lambda_st: float,
        self_training_loss: str,
        release_scaling: bool,
    ) -> None:
        """Keep the network and build the discriminator; parameters as in `S4GAN`.

        Raises:
            ValueError: A parameter is out of its range, or the weights do not fit.
        """
        super().__init__(num_classes, network)
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
        if discriminator_weights is not None:
            load_release_discriminator(self.discriminator, Path(discriminator_weights))
        self.st_threshold = st_threshold
        self.lambda_fm = lambda_fm
        self.lambda_st = lambda_st
        self.self_training_loss = self_training_loss
        self.release_scaling = release_scaling

    @override
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
        real_map = one_hot(batch.real_targets, self.num_classes)
        if self.release_scaling:
            fake = release_input(probs, batch.unlabelled, spread_of=batch.unlabelled)
            real = release_input(real_map, batch.real_images, spread_of=batch.images)
        else:
            fake = discriminator_input(probs, batch.unlabelled)
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
