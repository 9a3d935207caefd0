"""Measured precision and recall as an explorer holds them; see `measured` in `trade_off.js`."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lossstudy.results import Record, alike, precision_recall

Group = Mapping[str, Any]
"""`classes`, and in `scores`, for each loss, its `n` and a list a measure, None for no number."""

MEASURES = ("precision", "recall", "iou")
REFERENCE = "cross entropy"
SHOWN = ("cross entropy", "focal", "combo", "tversky", "focal tversky", "recall")
"""Losses that come into the page, with whatever parameters; those with other aims do not."""


def groups(records: Sequence[Record]) -> dict[str, Group]:
    """Return the measured scores of runs that are `alike`, to four digits."""
    return {title: _group(precision_recall(runs)) for title, runs in alike(records).items()}


def losses_of(found: Mapping[str, Group]) -> list[str]:
    """Return the losses of all groups in the order of `SHOWN`."""
    names = {name for group in found.values() for name in group["scores"]}
    return sorted(names, key=lambda name: (SHOWN.index(name.partition(",")[0]), name))


def numbers_of(found: Mapping[str, Group], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is shown of a group, a loss and a class.

    Returns:
        For precision and recall: `reference.<measure>` and `chosen.<measure>`, a list over the
        classes; `shift.<measure>`, from the one to the other; `label.<measure>`, the two points
        of the chosen class. For each place i in `losses_of`: `measured.<measure>.<i>` of that
        class, `measured.iou.<i>`, and `measured.n.<i>` runs.
    """
    group = found[values["runs"]]
    none = dict.fromkeys(MEASURES, [None] * len(group["classes"]))
    before, after = (group["scores"].get(name, none) for name in (REFERENCE, values["loss"]))
    place = {name: c for c, name in enumerate(group["classes"])}.get(values["label"])
    numbers: dict[str, Any] = {name: values[name] for name in ("runs", "loss", "label")}
    for measure in ("precision", "recall"):
        pairs = list(zip(before[measure], after[measure], strict=True))
        numbers |= {
            f"reference.{measure}": before[measure],
            f"chosen.{measure}": after[measure],
            f"shift.{measure}": [value for pair in pairs for value in (*pair, None)],
            f"label.{measure}": [None, None] if place is None else list(pairs[place]),
        }
    for i, name in enumerate(losses_of(found)):
        scores = group["scores"].get(name, none)
        for measure in MEASURES:
            value = None if place is None else scores[measure][place]
            numbers[f"measured.{measure}.{i}"] = value
        numbers[f"measured.n.{i}"] = scores.get("n", 0)
    return numbers


def _group(table: pd.DataFrame) -> Group:
    table = table[table.loss.str.partition(",")[0].isin(SHOWN)]
    return {
        "classes": list(table.class_name.unique()),
        "scores": {
            loss: {"n": int(rows.n.iloc[0])}
            | {
                measure: [None if pd.isna(v) else round(float(v), 4) for v in rows[measure]]
                for measure in MEASURES
            }
            for loss, rows in table.groupby("loss", sort=False)
        },
    }
