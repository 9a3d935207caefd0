"""India Driving Dataset, segmentation (Varma et al. 2019, arXiv:1811.10200)."""

from pathlib import Path

from typing_extensions import override

from lossstudy.datasets._base import SegmentationDataset
from lossstudy.datasets._frames import Frame, city_frames

ENCODINGS = {
    "ids": ("id", ("idd30", "idd26", "cityscapes19")),
    "level4Ids": ("level4_id", ("idd30",)),
    "level3Ids": ("level3_id", ("idd26",)),
    "csTrainIds": ("cs_train_id", ("cityscapes19",)),
}
"""Encodings of the label images, most informative first: column of the label table, and the label
spaces it can express. `csIds` expresses none: its 255 is terrain as well as no class at all."""


class Idd(SegmentationDataset):
    """Street scenes of Indian cities: about 7000 training and 1000 validation frames.

    The release holds polygons; its own `createLabels.py` writes the label images from them, with
    the encoding as an argument (`--id-type id`, `level4Id`, `level3Id` or `csTrainId`). The most
    informative encoding present that can express the wanted label space is used.
    """

    name = "idd"
    layout = (
        "leftImg8bit/{split}/{sequence}/*_leftImg8bit.png (or .jpg) and "
        "gtFine/{split}/{sequence}/*_gtFine_labelids.png below one folder"
    )
    scene_domain = "idd"

    @classmethod
    @override
    def find(cls, root: Path, split: str, space: str) -> tuple[list[Frame], str]:
        usable = [name for name, (_, spaces) in ENCODINGS.items() if space in spaces]
        frames, encoding = city_frames(root, split, encodings=usable, layout=cls.layout)
        return frames, ENCODINGS[encoding][0]
