"""s4GAN: segmentation that also learns from unlabelled images, through a discriminator."""

from pathlib import Path

from lossstudy.models._adversarial import AdversarialModel
from lossstudy.models._networks import make_network


class S4GAN(AdversarialModel):
    r"""A segmentation network and a discriminator that tells its class maps from true ones.

    The network G, DeepLabv2 in the paper, is the generator: its softmax map of an unlabelled
    image is the fake, the one-hot map of a labelled image the real thing. With the studied loss
    \(\ell\), the labelled batch (x, y), unlabelled images u, the discriminator's score D and its
    features f,

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
    ) -> None:
        """Build both networks.

        The last three parameters are where the public code departs from the paper.

        Args:
            num_classes: Channels of the logits.
            network: Segmentation network, see `make_network`, also for the next four.
            backbone: Its feature extractor.
            backbone_width: Width of the small backbone.
            pretrained: Start from ImageNet weights.
            weights: File with the backbone's weights, or the public code's checkpoint.
            discriminator_width: Channels of the discriminator's first layer.
            discriminator_weights: Checkpoint of the public code's discriminator.
            st_threshold: Score above which a predicted map counts as a label, in [0, 1].
            lambda_fm: Weight of feature matching, at least 0.
            lambda_st: Weight of self-training, at least 0.
            self_training_loss: `"studied"` applies the criterion to the pseudo-labels, as the
                public code does with its cross entropy; `"cross_entropy"` keeps that term the
                same whatever loss is studied.
            release_head: Sum only the first two of the head's four dilations.
            release_scaling: Stretch the discriminator's images by the extremes of a batch, those
                of true maps by another batch's, not each image by its own; see `release_input`.
            release_stride: Stride in a bottleneck's first 1x1 convolution, not in its 3x3.

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
