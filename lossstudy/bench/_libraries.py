"""The losses of other libraries that go by the names of ours, brought as near as they can be."""

from dataclasses import dataclass

from lossstudy.catalogue.libraries import IGNORING, MONAI, ONE_HOT, SMP, LibraryLoss


@dataclass(frozen=True)
class Rival:
    """A loss of another library beside one of ours.

    Attributes:
        loss: Our loss of that name.
        definition: Whether it is defined as ours is, or how it differs, in a few words.
        theirs: The loss, with the arguments that bring it as near to ours as they can.
    """

    loss: str
    definition: str
    theirs: LibraryLoss


RIVALS = (
    Rival(
        "combo",
        "twice ours; absent classes count",
        LibraryLoss(
            "monai",
            "DiceCELoss",
            {"softmax": True, "batch": True, "smooth_nr": 1.0, "smooth_dr": 1.0},
            ONE_HOT,
            takes="channel",
            ignores=False,
        ),
    ),
    Rival(
        "dice",
        "absent classes count as 0",
        LibraryLoss("segmentation-models-pytorch", "DiceLoss", {"smooth": 0.5}, SMP),
    ),
    Rival(
        "dice",
        "absent classes count",
        LibraryLoss(
            "monai",
            "DiceLoss",
            {"softmax": True, "batch": True, "smooth_nr": 1.0, "smooth_dr": 1.0},
            MONAI,
            takes="channel",
        ),
    ),
    Rival(
        "dice",
        "each image by itself",
        LibraryLoss("kornia", "DiceLoss", {"average": "macro"}, IGNORING),
    ),
    Rival(
        "dice",
        "1 − mean p_t, not Dice",
        LibraryLoss("kornia", "DiceLoss", {"average": "micro"}, IGNORING),
    ),
    Rival(
        "focal",
        "sigmoid, class against the rest",
        LibraryLoss("segmentation-models-pytorch", "FocalLoss", {"gamma": 2.0}, SMP),
    ),
    Rival(
        "focal",
        "the same",
        LibraryLoss(
            "monai", "FocalLoss", {"gamma": 2.0, "use_softmax": True}, MONAI, takes="channel"
        ),
    ),
    Rival(
        "focal",
        "ours / C; ignored pixels count",
        LibraryLoss(
            "kornia", "FocalLoss", {"alpha": None, "gamma": 2.0, "reduction": "mean"}, IGNORING
        ),
    ),
    Rival(
        "focal",
        "sigmoid, class against the rest",
        LibraryLoss(
            "torchvision",
            "sigmoid_focal_loss",
            {"alpha": -1, "gamma": 2.0, "reduction": "mean"},
            takes="one-hot",
            ignores=False,
        ),
    ),
    Rival(
        "generalized_dice",
        "absent classes weigh like the rarest",
        LibraryLoss(
            "monai",
            "GeneralizedDiceLoss",
            {"softmax": True, "batch": True, "smooth_nr": 0.0, "smooth_dr": 0.0},
            ONE_HOT,
            takes="channel",
            ignores=False,
        ),
    ),
    Rival(
        "jaccard",
        "absent classes count as 0",
        LibraryLoss("segmentation-models-pytorch", "JaccardLoss", {"smooth": 1.0}, SMP),
    ),
    Rival(
        "jaccard",
        "absent classes count",
        LibraryLoss(
            "monai",
            "DiceLoss",
            {"softmax": True, "batch": True, "smooth_nr": 2.0, "smooth_dr": 2.0, "jaccard": True},
            MONAI,
            takes="channel",
        ),
    ),
    Rival(
        "label_smoothing",
        "the same",
        LibraryLoss("torch", "CrossEntropyLoss", {"label_smoothing": 0.1}, IGNORING),
    ),
    Rival(
        "label_smoothing",
        "divides by ignored pixels too",
        LibraryLoss(
            "segmentation-models-pytorch",
            "SoftCrossEntropyLoss",
            {"smooth_factor": 0.1},
            IGNORING,
        ),
    ),
    Rival(
        "lovasz_softmax",
        "the same",
        LibraryLoss("segmentation-models-pytorch", "LovaszLoss", {}, SMP),
    ),
    Rival(
        "lovasz_softmax",
        "each image; absent classes count",
        LibraryLoss("kornia", "LovaszSoftmaxLoss", {}, ignores=False),
    ),
    Rival(
        "tversky",
        "absent classes count as 0",
        LibraryLoss(
            "segmentation-models-pytorch",
            "TverskyLoss",
            {"smooth": 1.0, "alpha": 0.3, "beta": 0.7},
            SMP,
        ),
    ),
    Rival(
        "tversky",
        "absent classes count",
        LibraryLoss(
            "monai",
            "TverskyLoss",
            {
                "alpha": 0.3,
                "beta": 0.7,
                "softmax": True,
                "batch": True,
                "smooth_nr": 1.0,
                "smooth_dr": 1.0,
            },
            MONAI,
            takes="channel",
        ),
    ),
    Rival(
        "tversky",
        "each image by itself",
        LibraryLoss("kornia", "TverskyLoss", {"alpha": 0.3, "beta": 0.7}, IGNORING),
    ),
)
"""Which library means what by which name."""
