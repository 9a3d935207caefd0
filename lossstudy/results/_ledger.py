"""What the runs were: the list of all of them, and the data they were trained on."""

from collections.abc import Sequence

import pandas as pd

from lossstudy.knobs import shown
from lossstudy.labels import label_space
from lossstudy.results._freshness import short_commit, stale_runs
from lossstudy.results._records import Record
from lossstudy.results._tidy import data_label


def ledger(records: Sequence[Record]) -> pd.DataFrame:
    """Return one row per run: what it was, where it ran, what it cost, what came out.

    Args:
        records: Finished runs.

    Returns:
        Columns `run`, `profile`, `dataset`, `data` (generated scenes or real images),
        `label_space`, `model`, `loss`, `loss_params`, `seed`, `steps`, `mean_iou` (on the
        validation set of the training dataset), `device`, `wall_s`, `step_ms`, `peak_memory_mb`,
        `versions`, `commit` (12 digits, with `+` if the checkout had changes), `started`, and
        `stale`: why the run is not what this checkout would give, empty where it is.
    """
    stale = stale_runs(records)
    rows = [
        {
            "run": record.id,
            **{name: record.config[name] for name in ("profile", "dataset")},
            "data": data_label(record.generated),
            **{name: record.config[name] for name in ("label_space", "model", "loss")},
            "loss_params": ", ".join(
                f"{name}={shown(value)}" for name, value in sorted(record.loss_params.items())
            ),
            "seed": record.seed,
            "steps": record.config["steps"],
            "mean_iou": record.evaluations[record.dataset]["mean_iou"],
            "device": record.provenance["device"],
            "wall_s": record.timing["wall_s"],
            "step_ms": record.timing["step_ms"],
            "peak_memory_mb": record.peak_memory_mb,
            "versions": ", ".join(f"{k} {v}" for k, v in record.provenance["versions"].items()),
            "commit": short_commit(record),
            "started": record.provenance["started"],
            "stale": stale.get(record.id, ""),
        }
        for record in records
    ]
    return pd.DataFrame(rows)


def training_shares(records: Sequence[Record]) -> pd.DataFrame:
    """Return the share of labelled training pixels per class, one column per training set.

    Args:
        records: Finished runs; of those with the same training data one is read.

    Returns:
        Rows: classes. Columns: `"<dataset>, <label space>, <data>"`. NaN for a class the label
        space does not have.
    """
    shares: dict[str, pd.Series[float]] = {}
    for record in records:
        label = f"{record.dataset}, {record.label_space}, {data_label(record.generated)}"
        classes = label_space(record.label_space).classes
        shares.setdefault(label, pd.Series(record.data["class_share"], index=classes))
    return pd.concat(shares, axis="columns", sort=False)
