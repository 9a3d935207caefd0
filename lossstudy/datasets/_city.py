"""The layout that Cityscapes and IDD share."""

import re
from collections.abc import Mapping

from lossstudy.datasets._frames import (
    IMAGE_SUFFIXES,
    Listing,
    by_frame,
    folder_files,
    image_frames,
    listed,
    paired,
)
from lossstudy.datasets._tree import File, Tree

FRAME_SUFFIXES = tuple(f"_leftImg8bit{suffix}" for suffix in IMAGE_SUFFIXES)


def city_images(tree: Tree, folder: str, split: str, layout: str) -> dict[str, File]:
    """Return the images `{folder}/{split}/{city}/{frame}_leftImg8bit.(png|jpg)` by frame.

    Raises:
        FileNotFoundError: The folder is missing.
        ValueError: It holds no image.
    """
    return image_frames(tree, f"{folder}/{split}", FRAME_SUFFIXES, layout)


def city_frames(
    tree: Tree,
    images: Mapping[str, File],
    folder: str,
    kind: str,
    encodings: Mapping[str, str],
    layout: str,
) -> Listing:
    """Add the label files `{folder}/{city}/{frame}_{kind}_{suffix}` to the images of a split.

    Args:
        tree: The dataset.
        images: Images by frame.
        folder: Folder of the label files of this split.
        kind: `"gtFine"` or `"gtCoarse"`.
        encodings: Suffixes that will do, the preferred one first, and the encoding of each. The
            first that all frames have is used, or else the first that any has.
        layout: The layout in words, for error messages.

    Raises:
        FileNotFoundError: The folder is missing.
        ValueError: It holds no label files in one of the encodings.
    """
    files = folder_files(tree, folder, layout)
    found = {suffix: by_frame(files, f"_{kind}_{suffix}") for suffix in encodings}
    found = {suffix: labels for suffix, labels in found.items() if labels}
    if not found:
        present = {match[1] for name in files if (match := re.search(rf"_{kind}_([^/]*)$", name))}
        raise ValueError(
            f"{tree.shown(folder)} holds no usable label files: expected "
            f"*/*_{kind}_{{{','.join(encodings)}}}, found {listed(present)}; write one of the "
            "expected encodings with the dataset's own preparation scripts"
        )
    whole = (suffix for suffix, labels in found.items() if images.keys() <= labels.keys())
    suffix = next(whole, next(iter(found)))
    expected = tree.shown(f"{folder}/{{}}_{kind}_{suffix}")
    return paired(images, found[suffix], encodings[suffix], expected)
