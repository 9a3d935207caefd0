"""Differences between two sides that were run with the same seeds."""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from lossstudy.config import ExperimentConfig
from lossstudy.results._freshness import badge
from lossstudy.results._html import run_page
from lossstudy.results._interval import Interval, interval
from lossstudy.results._records import Record
from lossstudy.results._text import number, with_bounds


@dataclass(frozen=True)
class Difference:
    """One side minus the other over the seeds of both."""

    interval: Interval
    """Mean and 95 % interval over the seeds."""
    seeds: tuple[int, ...]
    values: tuple[float, ...]
    """The difference of each seed."""
    runs: tuple[tuple[str, str], ...]
    """The ids of the two runs of each seed."""

    @property
    def sign(self) -> int:
        """1 or -1 where the interval is on one side of zero, else 0."""
        return int(self.interval.low > 0) - int(self.interval.high < 0)


def difference(
    ours: Sequence[Record],
    theirs: Sequence[Record],
    value: Callable[[Record], float],
    against: Callable[[Record], float] | None = None,
) -> Difference:
    """Return one side's value minus the other's, by seed.

    Args:
        ours: Runs of one side, one a seed.
        theirs: Runs of the other side.
        value: What is compared.
        against: What it is compared with in `theirs`, if something else.

    Raises:
        ValueError: A side has two runs of one seed.
    """
    for side in (ours, theirs):
        if len({record.seed for record in side}) < len(side):
            ids = ", ".join(record.id for record in side)
            raise ValueError(f"one run a seed expected on each side of a difference, got {ids}")
    other = {record.seed: record for record in theirs}
    pairs = [(run, other[run.seed]) for run in ours if run.seed in other]
    pairs.sort(key=lambda pair: pair[0].seed)
    values = tuple(value(one) - (against or value)(two) for one, two in pairs)
    return Difference(
        interval(values),
        tuple(one.seed for one, _ in pairs),
        values,
        tuple((one.id, two.id) for one, two in pairs),
    )


def difference_html(found: Difference, stale: Mapping[str, str]) -> str:
    """Return a difference as a cell that opens to its seeds, with links to their runs.

    Args:
        found: The difference.
        stale: Result of `stale_runs`.
    """
    if not found.seeds:
        return "–"
    lines = "".join(
        f"<small>seed {seed}: {number(value, '+.3f')}</small>"
        + "".join(
            f'<a href="{run_page(run)}">{escape(run)}</a>{badge(run, stale)}'
            for run in dict.fromkeys(pair)
        )
        for seed, value, pair in zip(found.seeds, found.values, found.runs, strict=True)
    )
    return f"<details><summary>{with_bounds(found.interval)}</summary>{lines}</details>"


def missing_html(name: str) -> str:
    """Return what a page says where there is no finished run of a study."""
    command = f"lossstudy study --name {name} --profile standard"
    return f"<p>No run of this study is at hand. Make them: <code>{command}</code>.</p>\n"


def setting(record: Record, without: Sequence[str] = ()) -> str:
    """Return all that was set for a run but the seed, a field its record lacks as its default.

    Args:
        record: The run.
        without: Further fields to leave out: those in which two sides differ.
    """
    left_out = {"seed", "data_root", "transfer_root", "device", "eval_every", *without}
    values = {
        field.name: record.config.get(field.name, field.default)
        for field in dataclasses.fields(ExperimentConfig)
        if field.name not in {*left_out, "loss_params"}
    }
    return json.dumps([values, record.loss_params], sort_keys=True)
