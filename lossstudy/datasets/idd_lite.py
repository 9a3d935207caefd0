"""IDD Lite.

Mishra et al. 2019, Semantic Segmentation Datasets for Resource Constrained Training.
"""

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


class IddLite(SegmentationDataset):
    """A small IDD: frames 320 wide, the 7 classes of the first level of its hierarchy.

    Label images hold the ids 0 to 6, and 255 for no class. Instances (`*_inst_label.png`) are not
    read. The labels of the test split are not published.
    """

    name = "idd_lite"
    layout = (
        "leftImg8bit/{split}/{sequence}/*_image.jpg and gtFine/{split}/{sequence}/*_label.png "
        "below one folder"
    )
    unlabelled_splits = ("test",)
    official: ClassVar[dict[str, int]] = {"train": 1403, "val": 204, "test": 404}

    @classmethod
    @override
    def find(cls, tree: Tree, split: str, space: str) -> Listing:
        images = image_frames(tree, f"leftImg8bit/{split}", ("_image.jpg",), cls.layout)
        if split in cls.unlabelled_splits:
            return unlabelled(images)
        folder = f"gtFine/{split}"
        files = folder_files(tree, folder, cls.layout)
        classes = {name: file for name, file in files.items() if "_inst_label" not in name}
        labels = by_frame(classes, "_label.png")
        return paired(images, labels, "id", tree.shown(f"{folder}/{{}}_label.png"))
