"""Finding the files of a split, and the layout that Cityscapes and IDD share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class Frame:
    """One labelled frame: its name, unique in the split, and its two files."""

    name: str
    image: Path
    label: Path


def split_folder(folder: Path, layout: str) -> Path:
    """Return `folder` if it exists.

    Raises:
        FileNotFoundError: It does not; the message lists what lies where it should be.
    """
    if not folder.is_dir():
        nearest = next(parent for parent in folder.parents if parent.is_dir())
        raise FileNotFoundError(
            f"no folder {folder}; expected {layout}. {nearest} holds {_listing(nearest.iterdir())}"
        )
    return folder


def city_frames(
    root: Path, split: str, *, encodings: Sequence[str], layout: str
) -> tuple[list[Frame], str]:
    """Find the frames of a split in the layout of Cityscapes, which IDD follows.

    Images are `leftImg8bit/{split}/{city}/{frame}_leftImg8bit.(png|jpg)`, label images
    `gtFine/{split}/{city}/{frame}_gtFine_label{encoding}.png`.

    Args:
        root: Folder that holds `leftImg8bit` and `gtFine`.
        split: Name of the split's folder.
        encodings: Encodings that will do, the preferred one first.
        layout: The layout in words, for error messages.

    Returns:
        The frames sorted by name, and the first of `encodings` that any label image has.

    Raises:
        ValueError: There are no images, or no label images in one of the encodings.
    """
    image_folder = split_folder(root / "leftImg8bit" / split, layout)
    label_folder = split_folder(root / "gtFine" / split, layout)
    images = sorted(
        path
        for path in image_folder.glob("*/*_leftImg8bit.*")
        if path.suffix.lower() in IMAGE_SUFFIXES
    )
    if not images:
        raise ValueError(
            f"{image_folder} holds no images */*_leftImg8bit.png or .jpg; expected {layout}"
        )
    present = {
        path.stem.rpartition("_gtFine_label")[2]
        for path in label_folder.glob("*/*_gtFine_label*.png")
    }
    chosen = next((encoding for encoding in encodings if encoding in present), None)
    if chosen is None:
        raise ValueError(
            f"{label_folder} holds no usable label images: expected "
            f"*/*_gtFine_label{{{','.join(encodings)}}}.png, found the encodings "
            f"{_listing(present)}; write one of the expected encodings from the polygons with the "
            "dataset's own preparation scripts"
        )
    frames = []
    for image in images:
        stem = image.stem.removesuffix("_leftImg8bit")
        label = label_folder / image.parent.name / f"{stem}_gtFine_label{chosen}.png"
        frames.append(Frame(f"{image.parent.name}/{stem}", image, label))
    return check_labels(frames), chosen


def check_labels(frames: list[Frame]) -> list[Frame]:
    """Return `frames` if each of them has its label image.

    Raises:
        FileNotFoundError: One has not; the message says how many are missing.
    """
    missing = [frame for frame in frames if not frame.label.is_file()]
    if missing:
        raise FileNotFoundError(
            f"no label image {missing[0].label} for the image {missing[0].image} "
            f"({len(missing)} of {len(frames)} label images are missing); add the label images or "
            "remove the images without one"
        )
    return frames


def _listing(items: Iterable[Path | str]) -> str:
    """Return up to eight names, sorted, for an error message."""
    names = sorted(item.name if isinstance(item, Path) else item for item in items)
    if not names:
        return "nothing"
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
