"""Whether a dataset on disk is complete and sound: `lossstudy data check`.

Verified: every split has the published number of frames; each image has its label file and each
label file its image; both have one size; every file is whole (`lossstudy.survey._integrity` says
how far); photographs are 8-bit RGB; and every pixel of every label image, or every polygon, has a
class that the dataset's label table knows.

Not verified: that a file is the one that was released, and that a label shows what its image does.
Unless asked to be thorough, a PNG photograph is not unpacked: its checksums show that its bytes
are those that were once written, but not that these were a picture.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tqdm import tqdm

from lossstudy import labels, registry
from lossstudy.datasets import SegmentationDataset
from lossstudy.datasets._cache import BAR_DELAY
from lossstudy.datasets._encodings import encoding
from lossstudy.datasets._frames import Listing
from lossstudy.survey._assemble import Listings, split_of
from lossstudy.survey._inspect import Finding, Inspection, inspect_image, inspect_label
from lossstudy.survey._lookalikes import lookalikes, named_as
from lossstudy.survey._report import KINDS, Report, Split
from lossstudy.survey._report_text import report_text

__all__ = ["KINDS", "Finding", "Report", "Split", "check", "report_text"]

TRAINING = ("train", "val")
"""Splits that training needs."""


def check(
    name: str,
    root: Path,
    splits: Sequence[str] = (),
    *,
    thorough: bool = False,
    progress: bool = True,
) -> Report:
    """Look at every file of a dataset; nothing is written.

    Args:
        name: Name of the dataset.
        root: Its folder, its zip archive, or the folder that holds its archives.
        splits: Splits to look at, all of which are needed; by default all that are there, of
            which `TRAINING` are needed.
        thorough: Unpack the pixels of PNG photographs too, which takes about three times as long.
        progress: Show a bar if it takes long.

    Raises:
        FileNotFoundError: There is no such root, or nothing of the dataset in it.
        ValueError: Unknown dataset or split, or the root holds another dataset.
    """
    cls = registry.get("lossstudy.datasets", SegmentationDataset, name)
    published = (*cls.splits, *cls.unlabelled_splits)
    for split in splits:
        if split not in published:
            raise ValueError(f"split of {name} must be {' or '.join(published)}, got {split!r}")
    found = {split: _listings(cls, root, split) for split in published}
    _refuse_other_dataset(cls, root, found)
    found = {split: found[split] for split in splits or published}
    manifest = _manifest(root)
    seen = _inspections(name, found, thorough=thorough, progress=progress)
    return Report(
        dataset=name,
        root=str(root),
        generated=bool(manifest),
        thorough=thorough,
        splits=tuple(
            split_of(
                split,
                found[split],
                seen,
                needed=split in (splits or TRAINING),
                labelled=split in cls.splits,
                published=_published(cls, split, manifest),
            )
            for split in found
        ),
    )


def _listings(cls: type[SegmentationDataset], root: Path, split: str) -> Listings:
    """List a split once for each label space its labels may express."""
    spaces = labels.spaces(cls.name) if split in cls.splits else labels.spaces(cls.name)[:1]
    found: Listings = {}
    for space in spaces:
        try:
            found[space] = cls.listing(root, split, space)
        except (FileNotFoundError, ValueError) as error:
            found[space] = error
    return found


def _refuse_other_dataset(
    cls: type[SegmentationDataset], root: Path, found: Mapping[str, Listings]
) -> None:
    """Refuse a root that holds nothing of the dataset, or surely another one.

    Raises:
        FileNotFoundError: It holds no folder of it.
        ValueError: It holds another dataset, or is neither a folder nor an archive.
    """
    everything = [listing for listings in found.values() for listing in listings.values()]
    lists = [listing for listing in everything if isinstance(listing, Listing)]
    errors = [error for error in everything if isinstance(error, Exception)]
    if lists:
        other = named_as(cls.name, lists[0].frames)
        if other != cls.name:
            raise ValueError(
                f"{root} looks like {other}, not {cls.name}: its frames are named like "
                f"{lists[0].frames[0].name}; check it with: lossstudy data check {other}"
            )
        return
    if root.exists() and (others := lookalikes(cls.name, root)):
        raise ValueError(f"{root} looks like {' or '.join(others)}, not {cls.name}: {errors[0]}")
    if not root.is_dir() and root.suffix.lower() != ".zip":
        raise errors[0]
    if all(isinstance(error, FileNotFoundError) for error in errors):
        raise errors[0]


def _inspections(
    name: str, found: Mapping[str, Listings], *, thorough: bool, progress: bool
) -> dict[str, Inspection]:
    """Look into every file once, in as many threads as there are cores.

    Threads are enough: Pillow and zlib let others run while they work.
    """
    tasks: dict[str, Callable[[], Inspection]] = {}
    for listings in found.values():
        for space, listing in listings.items():
            if not isinstance(listing, Listing):
                continue
            reader = encoding(name, listing.encoding, space) if listing.encoding else None
            for frame in listing.frames:
                image = partial(inspect_image, frame.image, thorough=thorough)
                tasks.setdefault(str(frame.image), image)
                if frame.label is not None and reader is not None:
                    tasks.setdefault(str(frame.label), partial(inspect_label, frame.label, reader))
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = pool.map(lambda task: task(), tasks.values())
        bar = tqdm(
            results,
            desc=f"checking {name}",
            total=len(tasks),
            unit="file",
            delay=BAR_DELAY,
            disable=not progress,
        )
        return dict(zip(tasks, bar, strict=True))


def _manifest(root: Path) -> dict[str, dict[str, int]]:
    """Return the manifest of generated scenes, nothing for a real dataset."""
    path = root / "manifest.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found if "generator" in found else {}


def _published(
    cls: type[SegmentationDataset], split: str, manifest: Mapping[str, Mapping[str, int]]
) -> tuple[int, ...]:
    """Return the numbers of frames that make a split complete."""
    if manifest:
        counts = manifest["counts"]
        return (counts[split],) if split in counts else ()
    first = cls.official.get(split)
    second = cls.official_part_2.get(split)  # of IDD, released in two parts
    return tuple(n for n in (first, second) if n) + ((first + second,) if first and second else ())
