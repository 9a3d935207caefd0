"""CamVid (Brostow, Fauqueur & Cipolla 2009), 11 classes, as released with SegNet."""

from pathlib import Path, PurePosixPath

from typing_extensions import override

from lossstudy.datasets._base import SegmentationDataset
from lossstudy.datasets._frames import IMAGE_SUFFIXES, Frame, check_labels, split_folder


class CamVid(SegmentationDataset):
    """Street scenes of Cambridge, 480x360: 367 training, 101 validation, 233 test frames.

    The lists `train.txt`, `val.txt` and `test.txt` choose and order the frames. Those of the
    release hold absolute paths of its authors' machine, so only the file name without its suffix
    counts, and the first column. Without a list, a split is all frames of its folder by name.
    """

    name = "camvid"
    layout = "the folders train, trainannot, val, valannot (frames .png or .jpg, labels .png)"
    splits = ("train", "val", "test")

    @classmethod
    @override
    def find(cls, root: Path, split: str, space: str) -> tuple[list[Frame], str]:
        image_folder = split_folder(root / split, cls.layout)
        label_folder = split_folder(root / f"{split}annot", cls.layout)
        images = {
            path.stem: path
            for path in sorted(image_folder.iterdir())
            if path.suffix.lower() in IMAGE_SUFFIXES
        }
        stems = _listed(root / f"{split}.txt", images, image_folder) or list(images)
        if not stems:
            raise ValueError(f"{image_folder} holds no .png or .jpg images; expected {cls.layout}")
        frames = [Frame(stem, images[stem], label_folder / f"{stem}.png") for stem in stems]
        return check_labels(frames), "id"


def _listed(path: Path, images: dict[str, Path], folder: Path) -> list[str]:
    """Return the stems that a file list names; none without a list.

    Raises:
        FileNotFoundError: A listed frame is not in the folder.
        ValueError: The list is empty.
    """
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    stems = [PurePosixPath(line.split()[0]).stem for line in lines if line.strip()]
    if not stems:
        raise ValueError(f"{path} lists no frames; expected one a line, or no such file")
    for number, stem in enumerate(stems, start=1):
        if stem not in images:
            raise FileNotFoundError(
                f"{path} lists {stem} (entry {number}), but {folder} holds no such .png or .jpg"
            )
    return stems
