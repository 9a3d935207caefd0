"""What `lossstudy compare` and the chapter *What changed* compare, by name."""

import difflib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from lossstudy import paths
from lossstudy.profiles import PROFILES
from lossstudy.results._changes import cells
from lossstudy.results._pages import study_runs
from lossstudy.results._paper_table import is_the_papers
from lossstudy.results._records import Record, read_records
from lossstudy.study import STUDIED


def sides(before: str = "", after: str = "") -> tuple[list[Record], list[Record]]:
    """Return the runs of two sides.

    Args:
        before: See `find_runs`. If both are empty: the recorded study, against the profile with
            the most runs of the study below `runs/`; where these share no dataset and loss, two
            seeds of one experiment.
        after: See `find_runs`.

    Raises:
        ValueError: A name nobody knows, one name without the other, or no names and no two runs.
    """
    if before and after:
        return find_runs(before), find_runs(after)
    if before or after:
        raise ValueError(f"before and after go together, got {before!r} and {after!r}")
    recorded = _of_the_study(read_records(paths.recorded_dir()))
    own = _of_the_study(read_records(paths.runs_dir()))
    if _trained(recorded) & _trained(own):
        return recorded, own
    for records in (recorded, own):
        for runs in cells(records, "the study").values():
            for one, other in pairwise(runs):
                return [one], [other]
    raise ValueError(
        f"nothing to compare in {paths.runs_dir()} and {paths.recorded_dir()}: make two runs, for "
        "example with: lossstudy study --profile quick"
    )


def find_runs(name: str) -> list[Record]:
    """Return the finished runs that a name stands for.

    Args:
        name: Id of a run; a profile, for the runs of its study; or a folder that holds runs,
            from here or from the home folder, such as `book/results/standard`. A run that lies
            both in `runs/` and in `book/results/` is taken from the first.

    Raises:
        ValueError: Nothing of that name, or no finished run in it.
    """
    records = read_records(paths.runs_dir(), paths.recorded_dir())
    if name in PROFILES:
        found = _of_the_study([record for record in records if record.profile == name])
    elif chosen := [record for record in records if record.id == name]:
        return chosen
    else:
        folder = next((p for p in (Path(name), paths.home() / name) if p.is_dir()), None)
        if folder is None:
            raise ValueError(_unknown(name, records))
        found = read_records(folder)
    if not found:
        raise ValueError(f"{name} holds no finished run; `lossstudy train` makes one")
    return found


def _of_the_study(records: Sequence[Record]) -> list[Record]:
    """Return the runs of the study in the profile that has the most of them."""
    best: list[Record] = []
    for profile in dict.fromkeys(record.profile for record in records):
        runs = [record for record in records if record.profile == profile]
        known = {record.dataset for record in runs if is_the_papers(record)}
        found = [run for name in STUDIED if name in known for run in study_runs(runs, name)]
        # Runs that differ only in what has no effect, such as the number of pictures, are one.
        unique = {(run.dataset, run.loss, run.seed): run for run in found}
        best = max(best, list(unique.values()), key=len)
    return best


def _trained(records: Sequence[Record]) -> set[tuple[str, str]]:
    return {(record.dataset, record.loss) for record in records}


def _unknown(name: str, records: Sequence[Record]) -> str:
    """Return the message for a name nobody knows, with those that are near."""
    known = [*(record.id for record in records), *PROFILES]
    near = difflib.get_close_matches(name, known, n=3) or [k for k in known if name in k][:3]
    hint = f"did you mean {', '.join(near)}?" if near else "see the ledger, or: lossstudy list"
    return f"{name!r} is no run, profile or folder with runs; {hint}"
