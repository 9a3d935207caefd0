"""The fields of a run record and their types. `_records` checks every record against them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

SCHEMA_VERSION = 1

_NUMBER = int | float
_OPTIONAL_NUMBER = int | float | None

_SCHEMA: dict[str, Any] = {
    "schema": int,
    "id": str,
    "finished": bool,
    "config": {
        "profile": str,
        "dataset": str,
        "label_space": str,
        "model": str,
        "loss": str,
        "loss_params": dict,
        "seed": int,
        "steps": int,
    },
    "evaluations": dict,
    "curve": list,
    "validation_curve": list,
    "timing": {"wall_s": _NUMBER, "train_s": _NUMBER, "step_ms": _OPTIONAL_NUMBER},
    "peak_memory_mb": _OPTIONAL_NUMBER,
    "data": {"generated": bool, "fingerprint": str, "num_train": int, "class_share": list},
    "provenance": {
        "command": str,
        "code": str,
        "threads": int,
        "git_commit": str | None,
        "git_dirty": bool | None,
        "versions": dict,
        "device": str,
        "started": str,
    },
}
_EVALUATION: dict[str, Any] = {
    "dataset": str,
    "label_space": str,
    "classes": list,
    "thin_classes": list,
    "num_images": int,
    "confusion": list,
    "iou": list,
    "mean_iou": _OPTIONAL_NUMBER,
    "mean_iou_without_thin": _OPTIONAL_NUMBER,
    "pixel_accuracy": _OPTIONAL_NUMBER,
    "generated": bool,
    "fingerprint": str,
}
_RAW = {"source": str, "ids": list, "counts": list}
"""The count of raw classes, which an evaluation has where a run transferred to IDD."""


def validate(data: Mapping[str, Any], file: Path) -> None:
    """Check a record against the schema.

    Raises:
        ValueError: Names the file and the first field that does not fit.
    """
    if data.get("schema") != SCHEMA_VERSION:
        raise ValueError(
            f"{file}: field 'schema' must be {SCHEMA_VERSION}, got {data.get('schema')!r}; "
            "this version of lossstudy cannot read it: delete it and run the experiment again"
        )
    for problem in _problems(data, _SCHEMA, ""):
        raise ValueError(f"{file}: {problem}")
    for key, evaluation in data["evaluations"].items():
        where = f"evaluations.{key}"
        if not isinstance(evaluation, Mapping):
            raise ValueError(f"{file}: field {where!r} must be an object")
        schema = _EVALUATION | ({"raw": _RAW} if "raw" in evaluation else {})
        for problem in _problems(evaluation, schema, f"{where}."):
            raise ValueError(f"{file}: {problem}")
        for name in ("iou", "confusion"):
            if len(evaluation[name]) != len(evaluation["classes"]):
                raise ValueError(
                    f"{file}: field '{where}.{name}' must have one entry for each of the "
                    f"{len(evaluation['classes'])} classes, got {len(evaluation[name])}"
                )


def _problems(data: Mapping[str, Any], schema: Mapping[str, Any], prefix: str) -> Iterator[str]:
    """Yield one sentence for each field of `schema` that `data` lacks or has of another type."""
    for name, kind in schema.items():
        if name not in data:
            yield f"field '{prefix}{name}' is missing"
            continue
        value, expected = data[name], dict if isinstance(kind, dict) else kind
        allowed = get_args(expected) or (expected,)
        if type(value) not in allowed:
            label = " or ".join(t.__name__ for t in allowed)
            yield f"field '{prefix}{name}' must be of type {label}, got {value!r}"
        elif isinstance(kind, dict):
            yield from _problems(value, kind, f"{prefix}{name}.")
