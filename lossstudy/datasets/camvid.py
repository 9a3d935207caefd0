"""CamVid (Brostow, Fauqueur & Cipolla 2009), 11 classes as released with SegNet, or all 32."""

from pathlib import PurePosixPath
from typing import ClassVar

from typing_extensions import override

from lossstudy.datasets._base import SegmentationDataset
from lossstudy.datasets._frames import (
    IMAGE_SUFFIXES,
    Listing,
    by_frame,
    folder_files,
    image_frames,
    paired,
)
from lossstudy.datasets._tree import File, Tree

STILLS, COLORS = "701_StillsRaw_full", "LabeledApproved_full"


class CamVid(SegmentationDataset):
    """Street scenes of Cambridge: 367 training, 101 validation, 233 test frames.

    Two releases are read. The one that came with SegNet (Badrinarayanan et al. 2017) is 480x360
    and holds the ids of 11 classes, in the folders `train`, `trainannot` and so on. The original
    one is 960x720 and holds the colours of 32 classes, frames in `701_StillsRaw_full` and labels
    in `LabeledApproved_full`; only it can express `camvid32`.

    The lists `train.txt`, `val.txt` and `test.txt` choose and order the frames. Those of SegNet
    hold absolute paths of its authors' machine, so only the file name without its suffix counts,
    and the first column. Without a list, a split is all frames of its folder by name, and in the
    original release, which has no splits, the frames that SegNet's lists name: validation is the
    stretch of `0016E5` taken at 15 frames a second, test is `Seq05VD` and the second half of
    `0001TP`.
    """

    name = "camvid"
    layout = (
        "the folders train, trainannot, val, valannot (frames .png or .jpg, labels .png), or "
        f"{STILLS}/*.png and {COLORS}/*_L.png"
    )
    splits = ("train", "val", "test")
    official: ClassVar[dict[str, int]] = {"train": 367, "val": 101, "test": 233}

    @classmethod
    @override
    def find(cls, tree: Tree, split: str, space: str) -> Listing:
        original = bool(tree.files(STILLS))
        if space == "camvid32" and not original and tree.files(split):
            raise ValueError(
                f"{tree.root} holds the 11 classes that came with SegNet; the 32 of camvid32 are "
                f"only in the original release, {STILLS} and {COLORS}. Choose camvid11"
            )
        if original or space == "camvid32":
            images = image_frames(tree, STILLS, IMAGE_SUFFIXES, cls.layout)
            folder, suffix, encoding = COLORS, "_L.png", "color"
            stems = [stem for stem in images if segnet_split(stem) == split]
        else:
            images = image_frames(tree, split, IMAGE_SUFFIXES, cls.layout)
            folder, suffix, encoding = f"{split}annot", ".png", "id"
            stems = list(images)
        labels = by_frame(folder_files(tree, folder, cls.layout), suffix)
        listing = paired(images, labels, encoding, tree.shown(f"{folder}/{{}}{suffix}"))
        return listing.only(_listed(tree, f"{split}.txt", images) or stems)


def _listed(tree: Tree, name: str, images: dict[str, File]) -> list[str]:
    """Return the stems that a file list names; none without a list.

    Raises:
        FileNotFoundError: A listed frame is not there.
        ValueError: The list is empty, or not text.
    """
    file = tree.file(name)
    if file is None:
        return []
    try:
        lines = file.read().decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{file} is not text in UTF-8 ({error}); expected a list of frames"
        ) from error
    stems = [PurePosixPath(line.split()[0]).stem for line in lines if line.strip()]
    if not stems:
        raise ValueError(f"{file} lists no frames; expected one a line, or no such file")
    for number, stem in enumerate(stems, start=1):
        if stem not in images:
            folder = next(iter(images.values()))
            raise FileNotFoundError(
                f"{file} lists {stem} (entry {number}), but no such image lies beside {folder}"
            )
    return stems


def segnet_split(stem: str) -> str:
    """Return the split of SegNet's lists that a frame of the original release belongs to.

    Example:
        >>> [segnet_split(stem) for stem in ("0006R0_f00930", "0016E5_07961", "Seq05VD_f00000")]
        ['train', 'val', 'test']
    """
    if "0016E5_07959" <= stem <= "0016E5_08159":
        return "val"
    if stem.startswith("Seq05VD") or "0001TP_008550" <= stem < "0002":
        return "test"
    return "train"
