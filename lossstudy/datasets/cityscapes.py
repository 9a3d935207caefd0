"""Cityscapes (Cordts et al. 2016, arXiv:1604.01685)."""

from typing import ClassVar

from typing_extensions import override

from lossstudy.datasets._base import SegmentationDataset
from lossstudy.datasets._city import city_frames, city_images
from lossstudy.datasets._frames import Listing, unlabelled
from lossstudy.datasets._tree import Tree

ENCODINGS = {"labelIds.png": "id", "labelTrainIds.png": "train_id"}
"""Suffixes of the label images, preferred first, and their columns of the label table."""

SPLITS = {  # split: (folder of the images, kind of the labels)
    "train": ("train", "gtFine"),
    "val": ("val", "gtFine"),
    "train_coarse": ("train", "gtCoarse"),
    "train_extra": ("train_extra", "gtCoarse"),
    "train_extra_unlabelled": ("train_extra", None),
    "test": ("test", None),
}


class Cityscapes(SegmentationDataset):
    """Street scenes of German cities, 2048x1024, 19 classes.

    `train` and `val` have fine labels and need `leftImg8bit_trainvaltest.zip` and
    `gtFine_trainvaltest.zip`. `train_coarse` is the same training images with the coarse labels of
    `gtCoarse.zip`, `train_extra` further images (`leftImg8bit_trainextra.zip`) with coarse labels.
    `train_extra_unlabelled` and `test` are images alone: the labels of the test split are not
    published, and the further images can serve an unlabelled stream without `gtCoarse.zip`.

    The `labelIds` images of the release are used; where a split has none, the `labelTrainIds`
    images that the dataset's own scripts write. The numbers of frames are those of the paper,
    section 2.3; of its 20000 coarse images the release has 19998.
    """

    name = "cityscapes"
    layout = (
        "leftImg8bit/{split}/{city}/*_leftImg8bit.png and "
        "gtFine/{split}/{city}/*_gtFine_labelIds.png below one folder, or the archives that hold "
        "them"
    )
    splits = ("train", "val", "train_coarse", "train_extra")
    unlabelled_splits = ("test", "train_extra_unlabelled")
    official: ClassVar[dict[str, int]] = {
        "train": 2975,
        "val": 500,
        "test": 1525,
        "train_coarse": 2975,
        "train_extra": 19998,
        "train_extra_unlabelled": 19998,
    }
    scene_domain = "cityscapes"

    @classmethod
    @override
    def find(cls, tree: Tree, split: str, space: str) -> Listing:
        folder, kind = SPLITS[split]
        images = city_images(tree, "leftImg8bit", folder, cls.layout)
        if kind is None:
            return unlabelled(images)
        layout = cls.layout.replace("gtFine", kind)
        return city_frames(tree, images, f"{kind}/{folder}", kind, ENCODINGS, layout)
