"""KITTI semantic segmentation (Alhaija et al. 2018, doi:10.1007/s11263-018-1070-x)."""

from typing import ClassVar

from typing_extensions import override

from lossstudy.datasets._base import SegmentationDataset
from lossstudy.datasets._frames import (
    Listing,
    by_frame,
    folder_files,
    image_frames,
    paired,
    unlabelled,
)
from lossstudy.datasets._tree import Tree

VALIDATION_DIGITS = ("4", "9")
"""Last digits of the frame numbers that are validation: every fifth frame, from 000004_10 on. By
number and not by position, so that a frame that is missing moves no other into another split."""


class Kitti(SegmentationDataset):
    """Street scenes of Karlsruhe, about 1242x375, labelled with the ids of Cityscapes.

    KITTI publishes 200 training frames with labels (`data_semantics.zip`) and no validation split,
    so we make one: every fifth frame is validation, those whose number ends in 4 or 9, and the
    other 160 train. Results on it compare only with others made the same way. The labels of the
    200 test frames are not published.
    """

    name = "kitti"
    layout = "training/image_2/*.png and training/semantic/*.png below one folder"
    unlabelled_splits = ("test",)
    official: ClassVar[dict[str, int]] = {"train": 160, "val": 40, "test": 200}

    @classmethod
    @override
    def find(cls, tree: Tree, split: str, space: str) -> Listing:
        if split == "test":
            return unlabelled(image_frames(tree, "testing/image_2", (".png",), cls.layout))
        images = image_frames(tree, "training/image_2", (".png",), cls.layout)
        labels = by_frame(folder_files(tree, "training/semantic", cls.layout), ".png")
        listing = paired(images, labels, "id", tree.shown("training/semantic/{}.png"))
        return listing.only([name for name in images if _is_validation(name) == (split == "val")])


def _is_validation(name: str) -> bool:
    """Return whether a frame, named by its number and `_10`, is one of validation."""
    return name.partition("_")[0].endswith(VALIDATION_DIGITS)
