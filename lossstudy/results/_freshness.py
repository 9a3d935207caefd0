"""Which runs are not what this checkout would make today. Imports no torch."""

import dataclasses
import hashlib
from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

from lossstudy import pages, paths
from lossstudy.config import ExperimentConfig
from lossstudy.provenance import PACKAGE, is_current
from lossstudy.results._records import Record, read_records

_DATA_FIELDS = (
    "dataset", "data_root", "transfer_dataset", "transfer_root", "label_space", "train_scenes",
    "val_scenes", "height", "width",
)  # fmt: skip
"""Fields that, with those of the scenes, say which images a run is trained and validated on."""

_SHOWING = (
    "catalogue", "datasets", "encodings", "labels", "losses", "paper", "plots", "results", "study",
    "survey", "widgets",
)  # fmt: skip
"""Parts of the package that decide what a chapter says."""


def stale_runs(records: Sequence[Record]) -> dict[str, str]:
    """Return why runs are stale, by id; runs that are not are left out.

    A run is stale if other training code made it than this checkout's (`provenance.is_current`),
    or if a later one of the runs found other images under the same description. Images are
    known by their fingerprints in the records: nothing is rendered or decoded for this.

    Args:
        records: The runs to judge, and to compare each other's data with.

    Example:
        >>> stale_runs([])
        {}
    """
    latest: dict[str, Record] = {}
    for record in sorted(records, key=lambda record: str(record.provenance["started"])):
        latest[_data_described(record.config)] = record
    found = {}
    for record in records:
        reasons = []
        if not is_current(record.config, record.provenance["code"]):
            reasons.append(f"made by other training code ({short_commit(record) or 'no commit'})")
        other = latest[_data_described(record.config)]
        if _images(record) != _images(other):
            reasons.append(f"made with other images than {other.id}, which is later")
        if reasons:
            found[record.id] = f"stale: {'; '.join(reasons)}"
    return found


def page_note(record: Record, stale: Mapping[str, str]) -> str | None:
    """Return what the page of a run has to say of its age, or None where it is fresh.

    To the reason in `stale` comes one for the page: `notebooks/train.ipynb` has changed since it
    was executed for this run.

    Args:
        record: The run.
        stale: Result of `stale_runs`.
    """
    notes = [stale[record.id]] if record.id in stale else []
    page, notebook = record.folder / "train.ipynb", paths.CHECKOUT / "notebooks" / "train.ipynb"
    if page.is_file() and notebook.is_file() and not pages.is_execution(page, notebook):
        notes.append("this page: executed from another version of notebooks/train.ipynb")
    return "; ".join(notes) or None


def book_fingerprint() -> str:
    """Return 16 hex digits of what the chapters are made of beside their notebooks.

    That is the package, without what only trains, and the runs there are: a page with the same
    fingerprint would come out the same.
    """
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        shows = path.relative_to(PACKAGE).parts[0] in _SHOWING
        if shows and path.suffix in {".py", ".csv", ".js", ".css"}:
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + path.read_bytes())
    for record in read_records(paths.runs_dir(), paths.recorded_dir()):
        digest.update(f"{record.id} {record.provenance['started']}".encode())
    return digest.hexdigest()[:16]


def stale_line(shown: Collection[str], stale: Mapping[str, str]) -> str:
    """Return the line above a table that says how many of its runs are stale, as HTML.

    Args:
        shown: Ids of the runs in the table.
        stale: Result of `stale_runs`.

    Returns:
        A paragraph for a page in the folder of the ledger; nothing where no run is stale.
    """
    count = len(stale.keys() & set(shown))
    if not count:
        return ""
    verb = "is" if count == 1 else "are"
    return (
        f'<p class="stale-count"><strong>{count} of the {len(shown)} runs shown {verb} stale'
        "</strong>: not what this checkout would make of them. Opened cells and the "
        '<a href="ledger.html">ledger</a> say why.</p>\n'
    )


def badge(run: str, stale: Mapping[str, str]) -> str:
    """Return the mark of a stale run as HTML; nothing for another."""
    return f' <span class="stale">{escape(stale[run])}</span>' if run in stale else ""


def short_commit(record: Record) -> str:
    """Return the short commit of the code, marked if the checkout had changes."""
    commit = record.provenance["git_commit"]
    return "" if commit is None else commit[:12] + "+" * bool(record.provenance["git_dirty"])


def _data_described(config: Mapping[str, Any]) -> str:
    """Return the fields that name a run's images; one that an older record lacks is a default."""
    return repr([
        config.get(field.name, field.default)
        for field in dataclasses.fields(ExperimentConfig)
        if field.name in _DATA_FIELDS or field.name.startswith("scene_")
    ])


def _images(record: Record) -> tuple[str, dict[str, str]]:
    """Return the fingerprints of the images a run was trained and validated on."""
    validated = {name: scores["fingerprint"] for name, scores in record.evaluations.items()}
    return record.data["fingerprint"], validated
