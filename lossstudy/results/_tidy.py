"""Run records as tables: one row per number, per group of seeds, or per run."""

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pandas as pd

from lossstudy.knobs import shown
from lossstudy.results._interval import interval
from lossstudy.results._records import Record

MEAN = "mean iou"
MEAN_WITHOUT_THIN = "mean iou without thin classes"

EXPERIMENT = (
    "profile", "dataset", "label_space", "model", "loss", "settings", "validated_on",
    "scored_in", "generated",
)  # fmt: skip
"""Columns that runs which differ in nothing but the seed have in common."""

_NAMED = {"profile", "dataset", "label_space", "model", "loss"}
_WITHOUT_EFFECT = {
    "seed", "loss_params", "data_root", "transfer_dataset", "transfer_root", "device",
    "eval_every", "checkpoint_every", "log_every", "samples", "held_out",
}  # fmt: skip


PROFILE_ORDER = ("paper", "gpu", "standard", "quick", "instructor", "smoke")


def rank(profile: str) -> int:
    """Return the place of a profile by what its numbers are worth: best 0, one's own last."""
    return PROFILE_ORDER.index(profile) if profile in PROFILE_ORDER else len(PROFILE_ORDER)


def of_best_profile(records: Sequence[Record]) -> list[Record]:
    """Return the runs of the profile whose numbers are worth most; profiles are never mixed."""
    best = min((record.profile for record in records), key=rank, default="")
    return [record for record in records if record.profile == best]


def settings(records: Sequence[Record]) -> list[str]:
    """Say what sets each run apart from others with the same profile, dataset, model and loss.

    Args:
        records: The runs to tell apart.

    Returns:
        One text per run, for example `"gamma=5, labelled_ratio=0.125"`; empty where all such runs
        have the same settings. Runs that differ in nothing but the seed get the same text, so a
        mean over seeds never mixes two experiments.
    """
    groups: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    fields = [_fields(record) for record in records]
    names = [tuple(str(record.config[name]) for name in sorted(_NAMED)) for record in records]
    for name, field in zip(names, fields, strict=True):
        groups[name].append(field)
    varying = {
        name: [
            field
            for field in sorted(set().union(*members))
            if len({member.get(field, "default") for member in members}) > 1
        ]
        for name, members in groups.items()
    }
    return [
        ", ".join(f"{key}={field.get(key, 'default')}" for key in varying[name])
        for name, field in zip(names, fields, strict=True)
    ]


def tidy(records: Sequence[Record]) -> pd.DataFrame:
    """Return one row per run, evaluation and class, and two rows for the means.

    Args:
        records: Finished runs.

    Returns:
        Columns `run`, `seed`, the nine of `EXPERIMENT`, `class_name` and `iou`. `generated` is
        True where the training or the validation images were rendered by this package. A class
        absent from the ground truth has NaN as its IoU.
    """
    rows: list[dict[str, Any]] = []
    for record, setting in zip(records, settings(records), strict=True):
        for key, evaluation in record.evaluations.items():
            experiment = {
                "run": record.id,
                "seed": record.seed,
                **{name: record.config[name] for name in EXPERIMENT[:5]},
                "settings": setting,
                "validated_on": key,
                "scored_in": evaluation["label_space"],
                "generated": record.generated or evaluation["generated"],
            }
            values = dict(zip(evaluation["classes"], evaluation["iou"], strict=True))
            values[MEAN] = evaluation["mean_iou"]
            values[MEAN_WITHOUT_THIN] = evaluation["mean_iou_without_thin"]
            for name, iou in values.items():
                rows.append({
                    **experiment,
                    "class_name": name,
                    "iou": math.nan if iou is None else iou,
                })
    return pd.DataFrame(rows, columns=["run", "seed", *EXPERIMENT, "class_name", "iou"])


def summary(records: Sequence[Record]) -> pd.DataFrame:
    """Return the mean over seeds, with its interval, per experiment and class.

    Args:
        records: Finished runs.

    Returns:
        The nine columns of `EXPERIMENT`, `class_name`, `mean`, `low` and `high` (see `interval`),
        `n` (seeds that have a value), and the tuples `runs`, `seeds` and `values` with one entry
        for each of those, in the order of the seeds.
    """
    keys = [*EXPERIMENT, "class_name"]
    rows = []
    for key, group in tidy(records).groupby(keys, sort=False):
        # A run that differs only in what has no effect, such as the number of pictures, is the
        # same experiment with the same seed: it does not count twice.
        known = group.dropna(subset="iou").drop_duplicates("seed").sort_values("seed")
        mean, low, high = interval(known.iou.tolist())
        rows.append({
            **dict(zip(keys, key, strict=True)),
            "mean": mean,
            "low": low,
            "high": high,
            "n": len(known),
            "runs": tuple(known.run),
            "seeds": tuple(known.seed),
            "values": tuple(known.iou),
        })
    columns = [*keys, "mean", "low", "high", "n", "runs", "seeds", "values"]
    return pd.DataFrame(rows, columns=columns)


def data_label(generated: bool) -> str:
    """Return what a table calls the images: `"generated scenes"` or `"real images"`."""
    return "generated scenes" if generated else "real images"


def settings_key(record: Record) -> str:
    """Return everything that decides a run's outcome but its names, loss and seed, as one text."""
    params = set(record.loss_params)
    fields = {k: v for k, v in sorted(_fields(record).items()) if k not in params}
    return json.dumps([fields, record.data["fingerprint"]])


def _fields(record: Record) -> dict[str, str]:
    """Return the settings of a run that decide its outcome, apart from the seed, as text."""
    fields = {k: v for k, v in record.config.items() if k not in _NAMED | _WITHOUT_EFFECT}
    return {k: str(v) if isinstance(v, str) else json.dumps(v) for k, v in fields.items()} | {
        k: shown(v) for k, v in record.loss_params.items()
    }
