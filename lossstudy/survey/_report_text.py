"""The report of a check for a terminal."""

import shlex
from collections.abc import Sequence
from itertools import groupby

from lossstudy.survey._inspect import Finding
from lossstudy.survey._report import KINDS, Report, Split, counted

EXAMPLES = 3
"""Files named for each finding; the report for programs names all."""

HEADER = ("split", "frames", "published", "labels", "most common size", "result")


def report_text(report: Report) -> str:
    """Return what a check has found, and what to do about it."""
    parts = [
        f"{report.dataset} in {report.root}" + (" (generated scenes)" * report.generated),
        _table([HEADER, *map(_row, report.splits)]),
        *_problems(report.splits),
        *(text for split in report.splits if (text := _details(report, split))),
        _verdict(report),
    ]
    return "\n\n".join(parts)


def _row(split: Split) -> tuple[str, ...]:
    published = " or ".join(f"{number:,}" for number in split.published) or "–"
    size = next((f"{w}x{h}" for w, h in split.sizes), "–")
    codes = ", ".join(split.encodings) or "–"
    return (
        split.name,
        f"{split.frames:,}" if split.frames else "–",
        published,
        codes,
        size,
        split.result,
    )


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows as lines, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if index in {1, 2} else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines)


def _problems(splits: Sequence[Split]) -> list[str]:
    """Return why splits cannot be read, and which."""
    of: dict[str, list[str]] = {}
    for split in splits:
        if split.problem and (split.needed or split.there):
            of.setdefault(split.problem, []).append(split.name)
    return [f"{', '.join(names)}\n  {problem}" for problem, names in of.items()]


def _details(report: Report, split: Split) -> str:
    """Return what is to be said of a split; nothing where all is well."""
    lines = []
    if not split.problem and not split.complete:
        lines.append(f"  {_incomplete(split)}")
    for kind, findings in split.groups():
        files, advice = KINDS[kind]
        number = len({finding.file for finding in findings})
        lines.append(f"  {files}: {number:,}; {advice}")
        lines += [f"    {line}" for line in _examples(report, findings)]
    for (width, height), images in split.unusual_sizes().items():
        of_it = f"{counted(len(images), 'image')} of {width}x{height}"
        lines.append(f"  {of_it}, unusual here, such as {_inside(report, images[0])}")
    return "\n".join([split.name, *lines]) if lines else ""


def _incomplete(split: Split) -> str:
    expected = " or ".join(f"{number:,}" for number in split.published)
    if split.frames < max(split.published):
        return (
            f"{split.frames:,} of {expected} frames: download or unpack the others; results on "
            "fewer compare with no published ones"
        )
    return f"{split.frames:,} frames where {expected} are published: remove what does not belong"


def _examples(report: Report, findings: list[Finding]) -> list[str]:
    """Return a line for each of the first details, with the first of its files."""
    groups = [(detail, list(group)) for detail, group in groupby(findings, lambda f: f.detail)]
    groups.sort(key=lambda entry: -len(entry[1]))
    lines = [_example(report, detail, group) for detail, group in groups[:EXAMPLES]]
    if rest := sum(len(group) for _, group in groups[EXAMPLES:]):
        lines.append(f"and {counted(rest, 'more file')}; --json FILE names all")
    return lines


def _example(report: Report, detail: str, group: Sequence[Finding]) -> str:
    others = f", and {counted(len(group) - 1, 'more file')}" if len(group) > 1 else ""
    pixels = sum(finding.pixels for finding in group)
    area = f" ({counted(pixels, 'pixel')} in all)" if pixels else ""
    return f"{_inside(report, group[0].file)} {detail}{others}{area}"


def _verdict(report: Report) -> str:
    """Return whether all is well, whether training can use it, and what was not looked at."""
    spaces = report.label_spaces()
    lines = [
        "Complete and sound: nothing to do."
        if report.ok
        else "Incomplete or broken: see above for what to do."
    ]
    if spaces:
        shown = f"--dataset {report.dataset} --data-root {shlex.quote(report.root)}"
        lines.append(f"Training can use it, in {' or '.join(spaces)}: lossstudy train {shown}")
    elif {"train", "val"} <= {split.name for split in report.splits}:
        lines.append("Training cannot use it: train and val must both be free of errors.")
    if report.thorough:
        lines.append(
            "The pixels of every PNG were unpacked; the data of every JPEG was read to its end."
        )
    elif any(split.frames for split in report.splits):
        lines.append(
            "Label files were decoded in full; of photographs the checksums were compared (PNG) "
            "or\nthe data read to its end (JPEG). --thorough unpacks the PNG too."
        )
    return "\n".join(lines)


def _inside(report: Report, file: str) -> str:
    """Return the path of a file below the root."""
    return file.removeprefix(report.root).lstrip("/!")
