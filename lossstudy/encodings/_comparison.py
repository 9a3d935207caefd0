"""Each hypothesis beside the printed column: magnitude, profile, and what they tell."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lossstudy.encodings._scoring import (
    CLASSES,
    RIGHT,
    TREATMENTS,
    counts_of,
    hypotheses,
    iou,
    perfect,
)
from lossstudy.paper import published
from lossstudy.results import MEAN, Interval, Record, interval, with_bounds
from lossstudy.survey.statistics import rank_correlation

PRINTED = "printed"
"""Name of the paper's column beside the hypotheses."""


def printed_column() -> "pd.Series[float]":
    """Return IoU per class of the paper's Cityscapes to IDD column, and its printed mean."""
    paper = published().query("table == 1 and column == 2")
    return paper.set_index("class_name").iou.loc[[*CLASSES, MEAN]].rename(PRINTED)


def profiles(runs: Sequence[Record], others: str = "left out") -> pd.DataFrame:
    """Return the printed IoU per class, and under each hypothesis the mean over the runs.

    Args:
        runs: Result of `runs_with_counts`.
        others: One of `TREATMENTS`.

    Returns:
        Rows: the 19 classes. Columns: `PRINTED`, then `hypotheses`.
    """
    found = {
        name: np.mean([iou(counts_of(run), values, others) for run in runs], axis=0)
        for name, values in hypotheses().items()
    }
    return _with_printed(found)


def perfect_profiles(runs: Sequence[Record], others: str = "left out") -> pd.DataFrame:
    """Return the `profiles` of a predictor that makes no mistake, on the same ground truth."""
    right = perfect(counts_of(runs[0]))
    found = {name: iou(right, values, others) for name, values in hypotheses().items()}
    return _with_printed(found)


def comparison(runs: Sequence[Record], others: str = "left out") -> pd.DataFrame:
    """Return how far each hypothesis is from the printed column, in magnitude and in profile.

    Args:
        runs: Result of `runs_with_counts`.
        others: One of `TREATMENTS`.

    Returns:
        One row a hypothesis. `mean`, `low` and `high`: mean IoU over the seeds and its 95 %
        interval; `perfect`: that of a predictor without a mistake. `distance`: mean over the
        classes of the absolute difference to the printed IoU. `rho`, `rho low`, `rho high` and
        `p`: Spearman's rank correlation with the printed column, see `rank_correlation`. In both a
        class without an IoU counts as 0.
    """
    trained, control = profiles(runs, others).fillna(0), perfect_profiles(runs, others)
    printed = trained[PRINTED]
    found = {}
    for name, values in hypotheses().items():
        means = [float(np.nanmean(iou(counts_of(run), values, others))) for run in runs]
        mean, low, high = interval(means)
        rank = rank_correlation(trained[name], printed)
        found[name] = {
            "mean": mean,
            "low": low,
            "high": high,
            "perfect": float(control[name].mean()),
            "distance": float((trained[name] - printed).abs().mean()),
            "rho": rank.rho,
            "rho low": rank.low,
            "rho high": rank.high,
            "p": rank.p,
        }
    return pd.DataFrame.from_dict(found, orient="index")


def conclusions(runs: Sequence[Record], others: str = "left out") -> list[str]:
    """Say what magnitude and profile each tell of the hypotheses, in sentences.

    A hypothesis has the printed magnitude if its mean IoU is within a factor of two of it, and the
    printed profile if its rank correlation is positive with p below 0.05 after Bonferroni's
    correction for the number of hypotheses, and its distance is smaller than that of a column of
    zeros.

    Args:
        runs: Result of `runs_with_counts`.
        others: One of `TREATMENTS`.
    """
    table, control = comparison(runs, others), perfect_profiles(runs, others)
    printed = printed_column()
    size, zeros = printed[MEAN], float(printed[list(CLASSES)].mean())
    near = table["mean"].between(size / 2, 2 * size)
    near_perfect = table.perfect.between(size / 2, 2 * size)
    closer = table.distance < zeros
    ordered = (table.rho > 0) & (table.p * len(table) < 0.05)
    kept = control[control.columns[1:]][table.index[near_perfect]].gt(0.5).any(axis="columns")
    best, nearest = table.loc[table.rho.idxmax()], table.distance.idxmin()
    rho = Interval(best.rho, best["rho low"], best["rho high"])
    fits = table.index[near & closer & ordered]
    other = next(name for name in TREATMENTS if name != others)
    moved = (comparison(runs, other)["mean"] - table["mean"]).abs().max()
    return [
        f"Magnitude: in the right encoding the mean IoU is {table['mean'][RIGHT]:.3f}, against "
        f"{size:.3f} printed. Within a factor of two of that, {size / 2:.3f} to {2 * size:.3f}: "
        f"{_listed(table.index[near])}.",
        f"Control: a predictor without a mistake comes within a factor of two under "
        f"{_listed(table.index[near_perfect])}. The classes it keeps there are "
        f"{_listed(kept.index[kept])}; the paper prints "
        f"{_listed(f'{printed[name]:.2f} for {name}' for name in kept.index[kept])}.",
        f"Distance: a column of zeros differs from the printed one by {zeros:.3f} on average. "
        f"Closer than that: {_listed(table.index[closer])}; the closest is {nearest} at "
        f"{table.distance[nearest]:.3f}.",
        f"Order of the classes: the highest rank correlation is that of {best.name} "
        f"(ρ = {with_bounds(rho, '+.2f')}; p = {best.p:.3f}, and "
        f"{min(1.0, best.p * len(table)):.2f} corrected for {len(table)} hypotheses).",
        f"The other treatment of values that stand for no class ({other}) moves no mean IoU by "
        f"more than {moved:.3f}.",
        f"Magnitude, distance and order together fit: {_listed(fits)}."
        if len(fits)
        else "No hypothesis has the printed magnitude, distance and order together: these runs do "
        "not decide what the printed column is.",
    ]


def _with_printed(found: dict[str, NDArray[np.float64]]) -> pd.DataFrame:
    columns = {PRINTED: printed_column()[list(CLASSES)].to_numpy(), **found}
    return pd.DataFrame(columns, index=list(CLASSES))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
