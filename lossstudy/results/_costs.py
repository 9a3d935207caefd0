"""What the losses cost: the record of `lossstudy bench losses` as numbers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

OURS = "lossstudy"
COST_REFERENCE = "torch cross entropy"
COST_FLOOR = "one read, one write"


class Goal(NamedTuple):
    """The most a loss of ours should cost, in multiples of torch's cross entropy."""

    eager: float
    compiled: float
    memory: float


GOALS = {
    "focal": Goal(0.95, 0.6, 1.0),
    **dict.fromkeys(
        ("dice", "generalized_dice", "tversky", "focal_tversky", "jaccard"), Goal(1.1, 0.8, 1.0)
    ),
    **dict.fromkeys(
        ("combo", "combo_micro", "recall", "seesaw", "uncertainty"), Goal(1.3, 0.9, 1.1)
    ),
    "adaptive": Goal(1.7, 1.7, np.nan),
}
LOVASZ_GOAL = 0.2
"""The most the Lovász-softmax loss should cost, in multiples of segmentation-models-pytorch's."""

_LOVASZ_RIVAL = ("lovasz_softmax", "segmentation-models-pytorch")


def read_costs(file: Path) -> dict[str, Any]:
    """Read a record of `lossstudy bench losses`.

    Args:
        file: `losses-cpu.json` or `losses-cuda.json` in `book/results/bench/`.

    Raises:
        FileNotFoundError: It has not been recorded.
    """
    if not file.is_file():
        raise FileNotFoundError(f"{file} not found; `lossstudy bench losses --record` makes it")
    return dict(json.loads(file.read_text(encoding="utf-8")))


def costs(record: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row a loss and type of the logits, ours first, each with its namesakes below.

    Returns:
        `loss`, `library`, `call`, `definition`, `dtype`; `ms`; `eager` and `compiled`, the
        median over the rounds of its time over the reference's of that round, with quartiles
        `eager_low`, `eager_high`, `compiled_low`, `compiled_high`; `error` and `compiled_error`,
        what it said where it cannot be run or compiled; `floors` and `compiled_floors`, time in
        reads and writes of the logits; `memory` and `compiled_memory`, extra peak over the
        reference's, and `sizes`, in sizes of the logits; `goal_eager`, `goal_compiled`,
        `goal_memory`. NaN for what was not measured.
    """
    return pd.DataFrame([
        row for dtype in dtypes_of(record) for row in _of_one_dtype(record["rows"], dtype)
    ])


def missed_goals(table: pd.DataFrame) -> pd.DataFrame:
    """Return which of `costs` are above their goal: loss, dtype, what, measured, goal, ratio."""
    rows = [
        {
            "loss": row.loss,
            "dtype": row["dtype"],
            "of": of,
            "measured": row[of],
            "goal": row[f"goal_{of}"],
            "measured / goal": row[of] / row[f"goal_{of}"],
        }
        for of in Goal._fields
        for _, row in table.iterrows()
        if row[of] > row[f"goal_{of}"]
    ]
    columns = ["loss", "dtype", "of", "measured", "goal", "measured / goal"]
    return pd.DataFrame(rows, columns=columns)


def cost_growth(record: Mapping[str, Any]) -> pd.DataFrame:
    """Return the median time of some losses at each size.

    Returns:
        `along` (pixels or classes), `loss`, `size` (of what it is along), `ms`, and `exponent`:
        the slope, over all sizes, of the logarithm of the time over the logarithm of the size.
    """
    frame = pd.DataFrame(record["growth"])
    pixels = frame["shape"].map(lambda shape: shape[0] * shape[2] * shape[3])
    frame["size"] = pixels.where(frame.along == "pixels", frame["shape"].map(lambda s: s[1]))
    frame["ms"] = frame.seconds.map(lambda seconds: 1e3 * float(np.median(seconds)))
    groups = frame.groupby(["along", "loss"], sort=False)
    slopes = {
        name: np.polyfit(np.log(group["size"]), np.log(group.ms), 1)[0] for name, group in groups
    }
    frame["exponent"] = [slopes[key] for key in zip(frame.along, frame.loss, strict=True)]
    return frame[["along", "loss", "size", "ms", "exponent"]]


def _of_one_dtype(rows: list[dict[str, Any]], dtype: str) -> list[dict[str, Any]]:
    chosen = [row for row in rows if row["dtype"] == dtype]
    reference = next(row for row in chosen if row["loss"] == COST_REFERENCE)
    floor = next(row for row in chosen if row["loss"] == COST_FLOOR)
    order = [*dict.fromkeys(row["loss"] for row in chosen)]
    chosen.sort(key=lambda row: (order.index(row["loss"]), row["library"] != OURS))
    pooled = _of_rounds(chosen), _of_rounds([row["compiled"] or {} for row in chosen])
    made = [_of_one_row(row, reference, floor, *pooled) for row in chosen]
    for rival in made:
        if (rival["loss"], rival["library"]) == _LOVASZ_RIVAL:
            ours = next(r for r in made if (r["loss"], r["library"]) == (rival["loss"], OURS))
            ours["goal_eager"] = LOVASZ_GOAL * rival["eager"]
    return made


def _of_one_row(
    row: dict[str, Any],
    reference: dict[str, Any],
    floor: dict[str, Any],
    rounds: list[float],
    compiled_rounds: list[float],
) -> dict[str, Any]:
    compiled = row["compiled"] or {}
    eager, fast = _quartiles(row, rounds), _quartiles(compiled, compiled_rounds)
    copy = _quartiles(floor, rounds)[1]
    goal = GOALS.get(row["loss"]) if row["library"] == OURS else None
    goals = goal or Goal(np.nan, np.nan, np.nan)
    size = np.nan if row is floor or row["bytes"] is None else row["bytes"]
    return {
        **{name: row[name] for name in ("loss", "library", "call", "definition", "dtype")},
        "ms": 1e3 * float(np.median(row.get("seconds", np.nan))),
        **dict(zip(("eager_low", "eager", "eager_high"), eager, strict=True)),
        **dict(zip(("compiled_low", "compiled", "compiled_high"), fast, strict=True)),
        "error": row.get("error"),
        "compiled_error": compiled.get("error"),
        "floors": eager[1] / copy,
        "compiled_floors": fast[1] / copy,
        "memory": size / reference["bytes"],
        "compiled_memory": compiled.get("bytes", np.nan) / reference["bytes"],
        "sizes": size / row["logits_bytes"],
        **{f"goal_{name}": value for name, value in goals._asdict().items()},
    }


def _of_rounds(rows: list[dict[str, Any]]) -> list[float]:
    """Return the reference's time in each round: the median over the turns of that round.

    One turn's alone depends on what was allocated just before it: after a loss that has taken and
    returned much memory, cross entropy runs in half its time for a while.
    """
    times = [row["reference"] for row in rows if "seconds" in row]
    return [float(value) for value in np.median(times, axis=0)] if times else []


def _quartiles(times: Mapping[str, Any], rounds: list[float]) -> list[float]:
    """Return the quartiles of a time over the reference's of the same round, if measured."""
    if "seconds" not in times:
        return [np.nan] * 3
    ratios = np.divide(times["seconds"], rounds)
    return [float(quartile) for quartile in np.quantile(ratios, [0.25, 0.5, 0.75])]


def dtypes_of(record: Mapping[str, Any]) -> list[str]:
    """Return the types of logits that were measured."""
    return list(dict.fromkeys(row["dtype"] for row in record["rows"]))
