"""From what was seen in single files to what is known of a split."""

from collections.abc import Mapping

from lossstudy.datasets._frames import Listing
from lossstudy.datasets._tree import File
from lossstudy.survey._inspect import Finding, Inspection
from lossstudy.survey._report import Split

Listings = dict[str, Listing | Exception]
"""The files of a split by label space, or why they cannot be had for it."""


def split_of(
    name: str,
    listings: Listings,
    seen: Mapping[str, Inspection],
    *,
    needed: bool,
    labelled: bool,
    published: tuple[int, ...],
) -> Split:
    """Put together what was seen of a split."""
    lists = {space: found for space, found in listings.items() if isinstance(found, Listing)}
    errors = {space: found for space, found in listings.items() if isinstance(found, Exception)}
    if not lists:
        error = next(iter(errors.values()))
        there = not isinstance(error, FileNotFoundError)
        return Split(name, needed, labelled, published, problem=str(error), there=there)
    first = next(iter(lists.values()))
    sizes: dict[tuple[int, int], list[str]] = {}
    for frame in first.frames:
        if size := seen[str(frame.image)].size:
            sizes.setdefault(size, []).append(str(frame.image))
    encodings: dict[str, list[str]] = {}
    findings: dict[Finding, None] = {}  # a set in order
    for space, listing in lists.items():
        if listing.encoding:
            encodings.setdefault(listing.encoding, []).append(space)
        findings |= dict.fromkeys(_findings(listing, seen))
    return Split(
        name,
        needed,
        labelled,
        published,
        frames=len(first.frames),
        encodings=encodings,
        refused={space: str(error) for space, error in errors.items()},
        sizes=dict(sorted(sizes.items(), key=lambda entry: -len(entry[1]))),
        findings=tuple(findings),
    )


def _findings(listing: Listing, seen: Mapping[str, Inspection]) -> list[Finding]:
    """Return what is wrong with the files of a split, taken one by one and as pairs."""
    found = [Finding("no label", path, "is missing") for path in listing.missing.values()]
    found += [Finding("no image", str(file), "has no image") for file in listing.unused]
    for frame in listing.frames:
        found += seen[str(frame.image)].findings
        if frame.label is not None:
            found += seen[str(frame.label)].findings
            found += _size_finding(frame.image, frame.label, seen)
    return found


def _size_finding(image: File, label: File, seen: Mapping[str, Inspection]) -> list[Finding]:
    one, other = seen[str(image)].size, seen[str(label)].size
    if one is None or other is None or one == other:
        return []
    detail = f"is {other[0]}x{other[1]}, its image {one[0]}x{one[1]}"
    return [Finding("size", str(label), detail)]
