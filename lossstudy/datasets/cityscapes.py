"""Cityscapes, fine annotations (Cordts et al. 2016, arXiv:1604.01685)."""

from pathlib import Path

from typing_extensions import override

from lossstudy.datasets._base import SegmentationDataset
from lossstudy.datasets._frames import Frame, city_frames

ENCODINGS = {"Ids": "id", "TrainIds": "train_id"}
"""Encodings of the label images, preferred first, and their columns of the label table."""


class Cityscapes(SegmentationDataset):
    """Street scenes of German cities: 2975 training and 500 validation frames, 19 classes.

    Reads `leftImg8bit_trainvaltest.zip` and `gtFine_trainvaltest.zip`, unpacked side by side. The
    `labelIds` images of the release are used; where a split has none, the `labelTrainIds` images
    that the dataset's own scripts write.
    """

    name = "cityscapes"
    layout = (
        "leftImg8bit/{split}/{city}/*_leftImg8bit.png and "
        "gtFine/{split}/{city}/*_gtFine_labelIds.png below one folder"
    )
    scene_domain = "cityscapes"

    @classmethod
    @override
    def find(cls, root: Path, split: str, space: str) -> tuple[list[Frame], str]:
        frames, encoding = city_frames(root, split, encodings=tuple(ENCODINGS), layout=cls.layout)
        return frames, ENCODINGS[encoding]
