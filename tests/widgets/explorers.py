"""One explorer of each kind, those of results on made-up records."""

from dataclasses import replace

import numpy as np

from lossstudy.results import class_tables, read_record
from lossstudy.widgets import (
    AdaptiveWeights,
    ImbalancePlayground,
    LeaveOneClassOut,
    LossCurves,
    Predictions,
    TradeOff,
)
from tests.records import SPACE
from tests.records import make_record as write

LOSSES = ("cross_entropy", "focal", "combo")


def made_records(folder, dataset="cityscapes", **overrides):
    """A run of each of the paper's losses with two seeds, no two of them alike."""
    return [
        made_record(folder, dataset=dataset, loss=loss, seed=seed, iou=0.4 + i / 10, **overrides)
        for i, loss in enumerate(LOSSES)
        for seed in range(2)
    ]


def made_record(folder, **overrides):
    """A run whose confusion is random, without a pixel of the last class, and never the first."""
    record = read_record(write(folder, **overrides))
    generator = np.random.default_rng([*record.id.encode()])
    evaluations = {}
    for name, evaluation in record.evaluations.items():
        counts = generator.integers(0, 50, (19, 20)) + 300 * np.eye(19, 20, dtype=int)
        counts[-1], counts[:, 0] = 0, 0
        evaluations[name] = {**evaluation, "confusion": counts.tolist()}
    return replace(record, evaluations=evaluations)


def with_curve(record):
    """The same run with a state of its loss at three steps."""
    classes = np.linspace(0, 1, SPACE.num_classes)
    curve = [
        {
            "step": step,
            "weight": (1 - classes * step / 100).round(4).tolist(),
            "running_iou": (classes * step / 100).round(4).tolist(),
        }
        for step in (20, 40, 50)
    ]
    return replace(record, loss_curve=curve)


def leave_one_out(folder, **values):
    return LeaveOneClassOut(class_tables(made_records(folder)), **values)


def predictions(folder, **values):
    records = made_records(folder)[::2]
    for record in records:
        for number in range(2):
            np.savez(
                record.folder / "samples" / f"cityscapes_{number}-step25.npz",
                pred=np.full((8, 16), 10, np.uint8),
            )
    return Predictions(records, "cityscapes", range(2), **values)


MAKERS = {
    "LossCurves": lambda folder: LossCurves(),
    "ImbalancePlayground": lambda folder: ImbalancePlayground(),
    "TradeOff": lambda folder: TradeOff(made_records(folder)),
    "LeaveOneClassOut": leave_one_out,
    "Predictions": predictions,
    "AdaptiveWeights": lambda folder: AdaptiveWeights(with_curve(made_record(folder))),
}
