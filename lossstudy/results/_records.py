"""Run records in and out: `<folder>/record.json`, checked against the schema both ways."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lossstudy import files
from lossstudy.results._schema import validate
from lossstudy.study import STUDIES, name_of


@dataclass(frozen=True, eq=False)
class Record:
    """One finished run: the sections of its record, and the folder they came from.

    Attributes:
        id: Unique name of the run.
        config: Every field of its `ExperimentConfig`.
        evaluations: Validation results by dataset: the training dataset, and the transfer
            dataset if any.
        curve: Loss terms by training step.
        validation_curve: Mean IoU on the validation set of the training dataset, by step.
        timing: Seconds by phase of the run, and milliseconds a step.
        peak_memory_mb: Largest memory in use, in MB.
        data: What it was trained on.
        provenance: Command, code, versions, device and dates.
        loss_curve: What a loss with state holds, one number a class by name, by step.
        held_out: Scores on the training images held out, and the decision rule fitted there.
        folder: `images.npz` and `samples/` lie here beside the record.
    """

    id: str
    config: Mapping[str, Any]
    evaluations: Mapping[str, Mapping[str, Any]]
    curve: list[dict[str, Any]]
    validation_curve: list[dict[str, Any]]
    timing: Mapping[str, Any]
    peak_memory_mb: int | float | None
    data: Mapping[str, Any]
    provenance: Mapping[str, Any]
    loss_curve: list[dict[str, Any]]
    held_out: Mapping[str, Any] | None
    folder: Path

    @property
    def profile(self) -> str:
        """Named settings the run started from."""
        return str(self.config["profile"])

    @property
    def study(self) -> str:
        """Name of the study it belongs to, by folder or else by id; one's own is the paper's."""
        folder = self.folder.parent.name
        return folder if folder in STUDIES else name_of(self.id, self.profile)

    @property
    def dataset(self) -> str:
        """Dataset the run was trained on."""
        return str(self.config["dataset"])

    @property
    def label_space(self) -> str:
        """Label space the run was trained in."""
        return str(self.config["label_space"])

    @property
    def model(self) -> str:
        """Network and training scheme."""
        return str(self.config["model"])

    @property
    def loss(self) -> str:
        """Name of the loss under study."""
        return str(self.config["loss"])

    @property
    def loss_params(self) -> dict[str, float | str]:
        """Parameters of that loss."""
        return dict(self.config["loss_params"])

    @property
    def seed(self) -> int:
        """Seed of weights, order and augmentation."""
        return int(self.config["seed"])

    @property
    def generated(self) -> bool:
        """Whether the training images were rendered by this package."""
        return bool(self.data["generated"])


def read_record(path: Path) -> Record:
    """Read one run record.

    Args:
        path: The run's folder, or the `record.json` in it.

    Returns:
        The record. A file that is not JSON, has another schema version or lacks a field is a
        `ValueError` that names the file and the field.
    """
    file = path / "record.json" if path.is_dir() else path
    return _record(_load(file), file)


def read_records(*roots: Path) -> list[Record]:
    """Read all finished runs below some folders.

    Folders without a record, and runs that have not finished, are passed over. A finished run
    whose record does not fit the schema is a `ValueError`, as in `read_record`. A root that does
    not exist counts as empty, because a fresh checkout has no `runs/`. A run that lies below two
    roots is read from the first of them.

    Args:
        *roots: Folders such as `runs/` or `book/results/`.

    Returns:
        The records, root by root, each root sorted by path.

    Example:
        >>> read_records(Path("no-such-folder"))
        []
    """
    found: dict[str, Record] = {}
    for root in roots:
        for file in sorted(root.rglob("record.json")):
            data = _load(file)
            if data.get("finished") is not False:
                record = _record(data, file)
                found.setdefault(record.id, record)
    return list(found.values())


def read_shown(*roots: Path, profile: str = "all") -> list[Record]:
    """Read the finished runs that have a page in the book: an executed notebook lies beside them.

    Args:
        *roots: As for `read_records`.
        profile: `"all"`, or the only profile to read.

    Raises:
        ValueError: As `read_records`.
    """
    return [
        run
        for run in read_records(*roots)
        if (run.folder / "train.ipynb").is_file() and profile in {"all", run.profile}
    ]


def write_record(folder: Path, record: Mapping[str, Any]) -> Path:
    """Write `<folder>/record.json` so that a reader sees the whole record or none of it.

    Args:
        folder: The run's folder; made if missing.
        record: Content as the schema demands.

    Returns:
        Path of the file.

    Raises:
        ValueError: A field is missing, of the wrong type, or not a finite number.
    """
    file = folder / "record.json"
    validate(record, file)
    lines = []
    for key, value in record.items():
        try:
            lines.append(f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}")
        except ValueError as error:
            raise ValueError(f"{file}: field {key!r} is not finite, {error}") from error
    files.write_text(file, "{\n" + ",\n".join(lines) + "\n}\n")
    return file


def _load(file: Path) -> dict[str, Any]:
    """Parse a record file.

    Returns:
        The JSON object in it.

    Raises:
        ValueError: The file does not hold a JSON object.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{file}: not a run record, {error}") from error
    if not isinstance(data, dict):
        raise ValueError(f"{file}: expected a JSON object, got {type(data).__name__}")
    return data


def _record(data: dict[str, Any], file: Path) -> Record:
    """Return the checked content of a record file as a record."""
    validate(data, file)
    sections = [field.name for field in dataclasses.fields(Record) if field.name != "folder"]
    # Sections that earlier records do not have.
    added: dict[str, Any] = {"loss_curve": [], "held_out": None}
    return Record(**{name: {**added, **data}[name] for name in sections}, folder=file.parent)
