"""Whether the order of the losses is the same under another network."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from lossstudy.results._freshness import stale_line, stale_runs
from lossstudy.results._interval import interval
from lossstudy.results._markup import download_html, frame_html
from lossstudy.results._pairs import Difference, difference, difference_html, missing_html
from lossstudy.results._records import Record
from lossstudy.results._semi import mean_iou
from lossstudy.results._text import frame_csv, number, words
from lossstudy.results._tidy import of_best_profile
from lossstudy.study import LOSSES, NETWORKS

Grid = dict[str, dict[str, list[Record]]]
"""Runs by network and loss."""


class Agreement(NamedTuple):
    """Whether two networks order the losses alike."""

    one: str
    other: str
    tau: float
    """Kendall's rank correlation of the mean IoUs, 1 for the same order, -1 for the reverse."""
    pairs: int
    """Pairs of losses."""
    settled: int
    """Of those, pairs whose difference is off zero under both networks."""
    contradicted: int
    """Of those, pairs whose difference has the other sign."""


def by_network(records: Sequence[Record]) -> Grid:
    """Return the runs of the study of networks, by network and loss, of its best profile."""
    runs = of_best_profile([record for record in records if record.study == "networks"])
    found: Grid = {}
    for name, fields in NETWORKS.items():
        for loss in LOSSES:
            cell = [
                record
                for record in runs
                if record.loss == loss
                and all(record.config.get(key) == value for key, value in fields.items())
            ]
            if cell:
                found.setdefault(name, {})[loss] = cell
    return found


def loss_pairs(cells: Mapping[str, list[Record]]) -> dict[tuple[str, str], Difference]:
    """Return the difference in mean IoU of each pair of losses under one network, by seed."""
    return {
        (one, other): difference(cells[other], cells[one], mean_iou)
        for one, other in combinations(cells, 2)
    }


def kendall(one: Sequence[float], other: Sequence[float]) -> float:
    """Return Kendall's rank correlation: concordant minus discordant pairs, over all pairs.

    Example:
        >>> kendall([0.1, 0.2, 0.3], [0.4, 0.6, 0.5])
        0.3333333333333333
    """
    pairs = list(combinations(range(len(one)), 2))
    signs = [(one[a] - one[b]) * (other[a] - other[b]) for a, b in pairs]
    return sum((sign > 0) - (sign < 0) for sign in signs) / len(pairs)


def agreements(grid: Grid) -> list[Agreement]:
    """Return how far each pair of networks agrees, over the losses that both were run with."""
    found = []
    for one, other in combinations(grid, 2):
        losses = [loss for loss in grid[one] if loss in grid[other]]
        if len(losses) < 2:
            continue
        sides = [{loss: grid[name][loss] for loss in losses} for name in (one, other)]
        means = [[_mean(runs) for runs in side.values()] for side in sides]
        signs = [[pair.sign for pair in loss_pairs(side).values()] for side in sides]
        products = [a * b for a, b in zip(*signs, strict=True)]
        found.append(
            Agreement(
                one, other, kendall(*means), len(products),
                sum(product != 0 for product in products),
                sum(product < 0 for product in products),
            )
        )  # fmt: skip
    return found


def network_table_html(records: Sequence[Record]) -> str:
    """Return mean IoU, rank and differences of the losses under each network, for a page."""
    grid, stale = by_network(records), stale_runs(records)
    if not grid:
        return missing_html("networks")
    rows, shown = [], set()
    for name, cells in grid.items():
        means = {loss: _mean(runs) for loss, runs in cells.items()}
        order = sorted(means, key=lambda loss: -means[loss])
        for loss, runs in cells.items():
            other = "cross_entropy"
            gap = difference(runs, cells.get(other, []), mean_iou)
            rows.append({
                "network": name,
                "loss": words(loss),
                "mean IoU": number(means[loss]),
                "rank": order.index(loss) + 1,
                "minus cross entropy": "" if loss == other else difference_html(gap, stale),
                "n": len(runs),
            })
            shown |= {run.id for run in runs}
    plain = [
        {"network": name, "loss": run.loss, "seed": run.seed, "mean_iou": mean_iou(run)}
        for name, cells in grid.items()
        for runs in cells.values()
        for run in runs
    ]
    return frame_html(
        pd.DataFrame(rows).set_index("network"),
        "Mean IoU over n seeds, rank within the network, and the difference by seed "
        "(95 % interval).",
        before=stale_line(shown, stale),
        after=download_html("networks", frame_csv(pd.DataFrame(plain))),
    )


def agreement_text(records: Sequence[Record]) -> str:
    """Return what the runs say on whether the order outlives the network, in sentences."""
    sentences = []
    for found in agreements(by_network(records)):
        sentences.append(
            f"{found.one} and {found.other}: Kendall's τ of the mean IoUs is "
            f"{number(found.tau, '+.2f')}. Pairs of losses that differ beyond the interval under "
            f"both networks: {found.settled} of {found.pairs}; of those, the other way round: "
            f"{found.contradicted}."
        )
    return "\n\n".join(sentences) or "Not enough runs yet for a comparison."


def _mean(runs: Sequence[Record]) -> float:
    return interval([mean_iou(run) for run in runs]).mean
