"""What changed between two runs, or two studies: settings, sources, scores with a noise band."""

import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from lossstudy.config import ExperimentConfig
from lossstudy.knobs import shown
from lossstudy.results._bands import band
from lossstudy.results._compare import validation_images
from lossstudy.results._freshness import short_commit
from lossstudy.results._records import Record
from lossstudy.results._text import words
from lossstudy.results._tidy import MEAN

Cell = tuple[str, str, str, str, str]
"""Dataset, label space, model, loss and its parameters: what two studies are matched by."""


class Pair(NamedTuple):
    """One experiment on both sides: its seeds before and after."""

    name: str
    before: list[Record]
    after: list[Record]


def matched(before: Sequence[Record], after: Sequence[Record]) -> list[Pair]:
    """Return the experiments that two sides have in common, with the seeds of each.

    Experiments are matched by dataset, label space, model and loss with its parameters. Where
    each side is one experiment only, those two are a pair whatever sets them apart.

    Args:
        before: Runs of one side.
        after: Runs of the other.

    Raises:
        ValueError: A side holds two runs of one experiment and seed, or the sides share nothing,
            or no more than the runs themselves.
    """
    one, other = cells(before, "before"), cells(after, "after")
    if len(one) == len(other) == 1:
        keys = [(next(iter(one)), next(iter(other)))]
    else:
        keys = [(key, key) for key in one if key in other]
    pairs = [
        Pair(_cell_name(old) if old == new else f"{_cell_name(old)} → {_cell_name(new)}",
             one[old], other[new])
        for old, new in keys
    ]  # fmt: skip
    different = [pair for pair in pairs if _folders(pair.before) != _folders(pair.after)]
    if not different:
        raise ValueError(
            "nothing to compare: before and after are the same runs" if pairs else
            f"nothing to compare: before has {_listed(one)}; after has {_listed(other)}"
        )  # fmt: skip
    return different


def parameter_changes(pairs: Sequence[Pair]) -> pd.DataFrame:
    """Return the parameters that differ: rows by name, columns `before` and `after`."""
    # A field that an earlier record does not have was at its default.
    defaults = {field.name: field.default for field in dataclasses.fields(ExperimentConfig)}
    return _differing(pairs, lambda run: {**defaults, **run.config, **run.loss_params})


def source_changes(pairs: Sequence[Pair]) -> pd.DataFrame:
    """Return what else differs: code, commit, images, versions, device. Rows by name."""
    return _differing(pairs, _sources)


def score_changes(pairs: Sequence[Pair]) -> pd.DataFrame:
    """Return IoU after minus before, per class and for the mean, with a band of noise.

    Where both sides have at least two seeds, the band is the 95 % Student-t interval between
    seeds: of the differences seed by seed, where the same seeds were trained and validated on the
    same images; otherwise Welch's, which needs no pairs. Where a side has one seed, nothing is
    known of the spread between seeds, and the band is the 95 % interval of the difference over
    validation images drawn anew (the same draw on both sides where the images are the same).

    Args:
        pairs: Result of `matched`.

    Returns:
        Columns `experiment`, `validated_on`, `class_name`, `before`, `after`, `difference`,
        `low`, `high`, `n_before`, `n_after`, `band`, and `beyond`: whether the band leaves out
        zero. Rows of one experiment follow each other, its mean IoU last.

    Raises:
        FileNotFoundError: A side has one seed and the run no `images.npz`.
    """
    columns = [
        "experiment", "validated_on", "class_name", "before", "after", "difference", "low", "high",
        "n_before", "n_after", "band",
    ]  # fmt: skip
    rows = [
        {"experiment": pair.name, "validated_on": name, **row}
        for pair in pairs
        for name in pair.before[0].evaluations
        if all(name in run.evaluations for run in (*pair.before, *pair.after))
        for row in _compared(pair, name)
    ]
    table = pd.DataFrame(rows, columns=columns)
    table["beyond"] = (table.low > 0) | (table.high < 0)
    return table


def picture_groups(pair: Pair) -> list[tuple[str, dict[str, Record]]]:
    """Return what can be drawn of a pair's first runs, predictions of one image together.

    Returns:
        For each validation set of both runs its name with the runs, `before` and `after`: in one
        group where they kept predictions of the same images, otherwise in two. A run that kept no
        pictures is left out.
    """
    runs = {"before": pair.before[0], "after": pair.after[0]}
    groups: list[tuple[str, dict[str, Record]]] = []
    for name in runs["before"].evaluations:
        if name not in runs["after"].evaluations:
            continue
        kept = {
            side: run
            for side, run in runs.items()
            if (run.folder / "samples" / f"{name}_0.npz").is_file()
        }
        same = {(*validation_images(r, name), r.config.get("samples")) for r in kept.values()}
        parts = [kept] if len(same) == 1 else [{side: run} for side, run in kept.items()]
        groups += [(name, part) for part in parts]
    return groups


def cells(records: Sequence[Record], side: str) -> dict[Cell, list[Record]]:
    """Group runs by experiment, each sorted by seed.

    Raises:
        ValueError: Two of a group have the same seed.
    """
    cells: dict[Cell, list[Record]] = {}
    for record in sorted(records, key=lambda record: record.seed):
        params = ", ".join(f"{k}={shown(v)}" for k, v in sorted(record.loss_params.items()))
        key = (record.dataset, record.label_space, record.model, record.loss, params)
        cells.setdefault(key, []).append(record)
    for key, runs in cells.items():
        for one, other in pairwise(runs):
            if one.seed == other.seed:
                raise ValueError(
                    f"{side} holds two runs of {_cell_name(key)} with seed {one.seed}, {one.id} "
                    f"and {other.id}; name one of them, a profile, or a folder of one study"
                )
    return cells


def _cell_name(cell: Cell) -> str:
    """Return an experiment in words: `idd, combo`, with what is not the study's way."""
    dataset, _, model, loss, params = cell
    parts = [dataset, *([model] if model != "s4gan" else []), words(loss), params]
    return ", ".join(filter(None, parts))


def _listed(cells: Mapping[Cell, Any]) -> str:
    return "; ".join(map(_cell_name, cells)) or "no run"


def _folders(records: Sequence[Record]) -> set[str]:
    return {str(record.folder.resolve()) for record in records}


def _differing(
    pairs: Sequence[Pair], facts: Callable[[Record], Mapping[str, Any]]
) -> pd.DataFrame:
    """Return the facts whose values are not the same on both sides, as text."""
    sides = {
        "before": [facts(run) for pair in pairs for run in pair.before],
        "after": [facts(run) for pair in pairs for run in pair.after],
    }
    names = dict.fromkeys(name for runs in sides.values() for run in runs for name in run)
    names.pop("loss_params", None)  # their values are facts of their own
    table = {name: {side: _values(runs, name) for side, runs in sides.items()} for name in names}
    kept = {name: row for name, row in table.items() if row["before"] != row["after"]}
    return pd.DataFrame.from_dict(kept, orient="index", columns=["before", "after"])


def _values(runs: Sequence[Mapping[str, Any]], name: str) -> str:
    """Return the values of one fact over the runs of a side, each once."""
    found = {_text(run[name]) if name in run else "–" for run in runs}
    return ", ".join(sorted(found))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _sources(record: Record) -> dict[str, Any]:
    images = {f"images of {record.dataset}, training": record.data["fingerprint"]}
    for name, result in record.evaluations.items():
        images[f"images of {name}, validation"] = result["fingerprint"]
    return {
        "training code": record.provenance["code"],
        "commit": short_commit(record) or "none",
        **images,
        **record.provenance["versions"],
        **{name: record.provenance[name] for name in ("device", "threads")},
    }


def _compared(pair: Pair, evaluation: str) -> list[dict[str, Any]]:
    """Return a row for each class both sides were scored in, and one for the mean."""
    old, new = (_ious(runs, evaluation) for runs in (pair.before, pair.after))
    kind, bounds = band(pair.before, pair.after, evaluation, old, new)
    rows = []
    for name in bounds:
        before, after = (float(np.mean(side[name])) for side in (old, new))
        low, high = bounds[name]
        rows.append({
            "class_name": name,
            "before": before,
            "after": after,
            "difference": after - before,
            "low": low,
            "high": high,
            "n_before": len(pair.before),
            "n_after": len(pair.after),
            "band": kind,
        })
    return rows


def _ious(records: Sequence[Record], evaluation: str) -> dict[str, list[float]]:
    """Return the IoU of each seed by class, the mean last; NaN for an absent class."""
    columns: dict[str, list[float]] = {}
    for record in records:
        result = record.evaluations[evaluation]
        values = zip([*result["classes"], MEAN], [*result["iou"], result["mean_iou"]], strict=True)
        for name, iou in values:
            columns.setdefault(name, []).append(math.nan if iou is None else iou)
    return columns
