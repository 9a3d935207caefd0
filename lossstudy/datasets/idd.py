"""India Driving Dataset, segmentation (Varma et al. 2019, arXiv:1811.10200)."""

from typing import ClassVar

from typing_extensions import override

from lossstudy.datasets._base import SegmentationDataset
from lossstudy.datasets._city import city_frames, city_images
from lossstudy.datasets._frames import Listing, unlabelled
from lossstudy.datasets._tree import Tree

ENCODINGS = {
    "labelids.png": ("id", ("idd30", "idd26", "cityscapes19")),
    "labellevel4Ids.png": ("level4_id", ("idd30",)),
    "labellevel3Ids.png": ("level3_id", ("idd26",)),
    "labelcsTrainIds.png": ("cs_train_id", ("cityscapes19",)),
    "polygons.json": ("polygons", ("idd30", "idd26", "cityscapes19")),
}
"""Suffixes of the label files, preferred first: encoding, and the label spaces it can express.
`csIds`, `level2Ids` and `level1Ids` express none: the 255 of `csIds` is terrain as well as no
class at all, and the levels are coarser than every label space."""


class Idd(SegmentationDataset):
    """Street scenes of Indian cities, up to 1920x1080, in two parts.

    The parts unpack to `IDD_Segmentation` and `idd20kII`. Pass one of these folders, or one into
    which the content of both has been moved; their sequences have different names.

    The release holds polygons. Its own `createLabels.py` writes label images from them, with the
    encoding as an argument (`--id-type id`, `level4Id`, `level3Id`, `csTrainId`); the most
    informative of those present that can express the wanted label space is used, and without one
    the polygons are drawn by the same rules, see `lossstudy.datasets._polygons`. Frames are `.png`
    in the first part and `.jpg` in the second. The labels of the test split are not published.

    `official` is part 1 (`IDD_Segmentation`), 10003 of the 10004 images that the paper states;
    `official_part_2` the frames that part 2 (`idd20kII`) adds.
    """

    name = "idd"
    layout = (
        "leftImg8bit/{split}/{sequence}/*_leftImg8bit.png (or .jpg) and "
        "gtFine/{split}/{sequence}/*_gtFine_polygons.json (or *_gtFine_labelids.png) below one "
        "folder"
    )
    unlabelled_splits = ("test",)
    official: ClassVar[dict[str, int]] = {"train": 6993, "val": 981, "test": 2029}
    official_part_2: ClassVar[dict[str, int]] = {"train": 7034, "val": 1055, "test": 2009}
    scene_domain = "idd"

    @classmethod
    @override
    def find(cls, tree: Tree, split: str, space: str) -> Listing:
        images = city_images(tree, "leftImg8bit", split, cls.layout)
        if split in cls.unlabelled_splits:
            return unlabelled(images)
        usable = {name: code for name, (code, spaces) in ENCODINGS.items() if space in spaces}
        return city_frames(tree, images, f"gtFine/{split}", "gtFine", usable, cls.layout)
