"""What a check of a dataset has found, for people and for programs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from lossstudy.survey._inspect import Finding

KINDS = {  # what it is called: (what the files are, what to do)
    "no label": ("missing label files", "add them, or remove their images"),
    "no image": (
        "label files without an image",
        "add the images; training never reads these files",
    ),
    "damaged": ("damaged files", "unpack or download them again"),
    "pixels": ("files with the wrong kind of pixels", "take the released files, or convert them"),
    "size": ("label files of another size than their image", "take both from one release"),
    "values": (
        "label files with values outside their encoding",
        "check that they belong to this dataset, and were neither resized nor converted",
    ),
    "annotation": ("annotations that cannot be drawn", "take the released files"),
    "empty": ("label files that label nothing", "look at them; training can do with a few"),
}
HARMLESS = {"no image", "empty"}
"""Kinds of findings that training does not stop at."""

UNUSUAL = 0.01
"""Share of a split up to which a size of its images is worth naming."""


@dataclass(frozen=True)
class Split:
    """What was found of a split.

    Attributes:
        name: Its name.
        needed: Whether a dataset without it is incomplete: training needs it, or it was asked for.
        labelled: Whether it is published with labels.
        published: Numbers of frames that make it complete; none if any number does.
        problem: Why its files could not be listed, if they could not.
        there: Whether there is anything of it: without, the problem is that it is missing.
        frames: Number of images.
        encodings: Encoding of its label files to the label spaces that are read from it.
        refused: Label space to the reason why these label files do not express it.
        sizes: Width and height to the images of that size.
        findings: What is wrong with its files.
    """

    name: str
    needed: bool
    labelled: bool
    published: tuple[int, ...]
    problem: str = ""
    there: bool = True
    frames: int = 0
    encodings: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    sizes: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it has exactly the published number of frames."""
        return self.frames > 0 and (not self.published or self.frames in self.published)

    @property
    def usable(self) -> bool:
        """Whether training can read it, complete or not."""
        kinds = [finding.kind for finding in self.findings]
        return 0 < self.frames > kinds.count("empty") and set(kinds) <= HARMLESS

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with any of its files; a few may label nothing."""
        return self.usable and all(finding.kind == "empty" for finding in self.findings)

    @property
    def result(self) -> str:
        """The outcome in a few words."""
        if not self.there:
            return "missing" if self.needed else "not there (not needed)"
        if self.problem:
            return "unreadable"
        words = []
        if not self.complete:
            words.append("partial" if self.frames < max(self.published) else "too many frames")
        if not self.sound:
            files = len({finding.file for finding in self.findings})
            words.append(f"{counted(files, 'file')} with problems")
        return ", ".join(words) or "complete and sound"

    def spaces(self) -> list[str]:
        """Return the label spaces that its label files express."""
        return [space for spaces in self.encodings.values() for space in spaces]

    def unusual_sizes(self) -> dict[tuple[int, int], list[str]]:
        """Return the sizes that few images have, and these images."""
        return {s: files for s, files in self.sizes.items() if len(files) <= UNUSUAL * self.frames}

    def groups(self) -> Iterator[tuple[str, list[Finding]]]:
        """Return the findings of each kind, in the order of `KINDS`."""
        order = list(KINDS)
        ranked = sorted(self.findings, key=lambda f: (order.index(f.kind), f.detail, f.file))
        return ((kind, list(group)) for kind, group in groupby(ranked, lambda f: f.kind))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {
            "result": self.result,
            "needed": self.needed,
            "published": list(self.published),
            "frames": self.frames,
            "complete": self.complete,
            "sound": self.sound,
            "usable": self.usable,
            "problem": self.problem,
            "encodings": self.encodings,
            "refused_label_spaces": self.refused,
            "sizes": {f"{w}x{h}": len(files) for (w, h), files in self.sizes.items()},
            "unusual_sizes": {f"{w}x{h}": files for (w, h), files in self.unusual_sizes().items()},
            "findings": [
                {"kind": f.kind, "file": f.file, "detail": f.detail, "pixels": f.pixels}
                for _, group in self.groups()
                for f in group
            ],
        }


@dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes:
        dataset: Name of the dataset.
        root: Its folder or archive.
        generated: Whether this package rendered it.
        thorough: Whether the pixels of PNG photographs were unpacked.
        splits: Every split of the dataset, or those that were asked for.
    """

    dataset: str
    root: str
    generated: bool
    thorough: bool
    splits: tuple[Split, ...]

    @property
    def ok(self) -> bool:
        """Whether all that is needed is complete, and all that is there is sound."""
        return all(s.complete and s.sound for s in self.splits if s.needed or s.there)

    def label_spaces(self) -> list[str]:
        """Return the label spaces that training can use: none if it cannot use the dataset."""
        splits = {split.name: split for split in self.splits if split.usable}
        if not {"train", "val"} <= splits.keys():
            return []
        return [space for space in splits["train"].spaces() if space in splits["val"].spaces()]

    def to_json(self) -> str:
        """Return everything as one JSON object."""
        content = {
            "format": 1,
            "dataset": self.dataset,
            "root": self.root,
            "generated": self.generated,
            "thorough": self.thorough,
            "ok": self.ok,
            "label_spaces": self.label_spaces(),
            "splits": {split.name: split.to_dict() for split in self.splits},
        }
        return json.dumps(content, indent=1)


def counted(number: int, noun: str) -> str:
    """Return a number of things as text.

    Example:
        >>> counted(1, "file"), counted(2975, "file")
        ('1 file', '2,975 files')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
