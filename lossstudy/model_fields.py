"""What a configuration says about the model. Imports no torch."""

from dataclasses import dataclass

from lossstudy.knobs import knob

BACKBONES = ("small", "resnet50", "resnet101")


@dataclass(frozen=True, kw_only=True)
class ModelFields:
    """The fields that decide which network is trained and how its terms are weighed."""

    model: str = knob("s4gan", "network and training scheme", choices=("s4gan", "deeplab", "mlmt"))
    network: str = knob(
        "deeplabv2",
        "segmentation network; deeplabv3plus takes backbone darknet53",
        choices=("deeplabv2", "deeplabv3plus"),
    )
    backbone: str = knob("small", "its feature extractor", choices=(*BACKBONES, "darknet53"))
    pretrained: bool = knob(False, "start from ImageNet weights (needs network, or weights)")
    weights: str | None = knob(None, "local file of weights: a backbone's, or the public s4GAN's")
    discriminator_width: int = knob(16, "channels of the discriminator's first layer", low=1)
    discriminator_weights: str | None = knob(
        None, "checkpoint of the public s4GAN code's discriminator"
    )
    lambda_fm: float = knob(0.1, "weight of the feature-matching term", low=0)
    lambda_st: float = knob(1.0, "weight of the self-training term", low=0)
    st_threshold: float = knob(
        0.7, "discriminator score from which a map is a label", low=0, high=1
    )
    self_training_loss: str = knob(
        "studied", "loss of the self-training term", choices=("studied", "cross_entropy")
    )

    release_head: bool = knob(
        False, "sum only two of the head's four dilations, as the public code does"
    )
    release_scaling: bool = knob(
        False,
        "scale the discriminator's images by batch extremes, those of true maps by another "
        "batch's, as the public code does",
    )
    release_stride: bool = knob(
        False, "stride in the first 1x1 of a bottleneck, as the public code has it"
    )

    classifier_backbone: str = knob(
        "small", "feature extractor of MLMT's classifier", choices=BACKBONES
    )
    classifier_weights: str | None = knob(None, "local file of its weights")
    classifier_lr_scale: float = knob(1.0, "its learning rate in units of lr", low=0)
    presence_threshold: float = knob(
        0.2, "teacher's score under which MLMT rules a class out", low=0, high=1
    )
    teacher_decay: float = knob(
        0.999, "largest share of MLMT's teacher kept in a step", low=0, high=1
    )
    lambda_consistency: float = knob(1.0, "full weight of MLMT's consistency", low=0)
    consistency_burn_in: float = knob(0.1, "share of the steps without it", low=0, high=1)
    consistency_ramp: float = knob(0.5, "share of the steps in which it rises", low=1e-6, high=1)
