"""The frames of a split: images and label files of the same name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lossstudy.datasets._tree import File, Tree

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class Frame:
    """One frame: its name, unique in the split, its image, and its label file if it has one."""

    name: str
    image: File
    label: File | None


@dataclass(frozen=True)
class Listing:
    """What a split holds on disk, complete or not. Nothing has been decoded.

    Attributes:
        frames: The images, in order, with their label files. In a split published without labels
            no frame has one; in any other, a frame without one is an error when it is read.
        encoding: How the label files write classes: a column of ids of the label table, such as
            `"id"`, or `"color"` or `"polygons"`. None in a split published without labels.
        missing: Where the label files should be that are not there, by name of the frame.
        unused: Label files without an image. They are never read.
    """

    frames: list[Frame]
    encoding: str | None
    missing: dict[str, str] = field(default_factory=dict)
    unused: list[File] = field(default_factory=list)

    def complete(self) -> "Listing":
        """Return the listing if no label file is missing.

        Raises:
            FileNotFoundError: One is; the message says how many.
        """
        for frame in self.frames:
            if frame.name not in self.missing:
                continue
            raise FileNotFoundError(
                f"no label file {self.missing[frame.name]} for the image {frame.image} "
                f"({len(self.missing)} of {len(self.frames)} label files are missing); add the "
                "label files or remove the images without one"
            )
        return self

    def only(self, names: Sequence[str]) -> "Listing":
        """Return the listing of some of the frames, in the order of `names`."""
        frames = {frame.name: frame for frame in self.frames}
        missing = {name: self.missing[name] for name in names if name in self.missing}
        return replace(self, frames=[frames[name] for name in names], missing=missing)


def folder_files(tree: Tree, folder: str, layout: str) -> dict[str, File]:
    """Return the files below a folder by their path in it.

    Raises:
        FileNotFoundError: The folder is missing or empty; the message lists what lies where it
            should be.
    """
    files = tree.files(folder)
    if not files and not (tree.root / folder).is_dir():
        place, names = tree.nearest(folder)
        raise FileNotFoundError(
            f"no folder {tree.shown(folder)}; expected {layout}. {place} holds {listed(names)}"
        )
    return files


def by_frame(files: Mapping[str, File], *suffixes: str) -> dict[str, File]:
    """Return the files whose path ends in one of the suffixes, by the part before it.

    Raises:
        ValueError: Two files share that part.
    """
    found: dict[str, File] = {}
    for name, file in files.items():
        suffix = next((suffix for suffix in suffixes if name.lower().endswith(suffix.lower())), "")
        if not suffix:
            continue
        key = name[: -len(suffix)]
        if key in found:
            raise ValueError(f"{found[key]} and {file} are the same frame; remove one of them")
        found[key] = file
    return found


def image_frames(tree: Tree, folder: str, suffixes: Iterable[str], layout: str) -> dict[str, File]:
    """Return the images below a folder by the name of their frame.

    Raises:
        FileNotFoundError: The folder is missing.
        ValueError: It holds no image.
    """
    images = by_frame(folder_files(tree, folder, layout), *suffixes)
    if not images:
        raise ValueError(
            f"{tree.shown(folder)} holds no images *{' or *'.join(suffixes)}; expected {layout}"
        )
    return images


def unlabelled(images: Mapping[str, File]) -> Listing:
    """Return the listing of a split that is published without labels."""
    return Listing([Frame(name, image, None) for name, image in images.items()], None)


def paired(
    images: Mapping[str, File], labels: Mapping[str, File], encoding: str, expected: str
) -> Listing:
    """Return the listing of a split that is published with labels.

    Args:
        images: Images by name of their frame, in order.
        labels: Label files by name of their frame.
        encoding: How the label files write classes.
        expected: Path of a label file, with `{}` for the name of its frame.
    """
    frames = [Frame(name, image, labels.get(name)) for name, image in images.items()]
    return Listing(
        frames,
        encoding,
        missing={f.name: expected.format(f.name) for f in frames if f.label is None},
        unused=[file for name, file in labels.items() if name not in images],
    )


def listed(names: Iterable[str]) -> str:
    """Return up to eight names, sorted, for an error message."""
    names = sorted(names)
    if not names:
        return "nothing"
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
