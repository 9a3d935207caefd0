"""When it helps to rule classes out: what MLMT's classifier says, and what the truth gives."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from lossstudy.results._freshness import stale_line, stale_runs
from lossstudy.results._interval import interval
from lossstudy.results._markup import download_html, frame_html
from lossstudy.results._pairs import Difference, difference, difference_html, missing_html
from lossstudy.results._records import Record
from lossstudy.results._text import frame_csv, number
from lossstudy.results._tidy import of_best_profile
from lossstudy.study import IMBALANCE

_PARTS = ("alone", "fused", "oracle")
"""The IoUs of a `Presence`."""

_LEARNT = 0.01
"""IoU under which a class counts as not learnt."""


class Presence(NamedTuple):
    """Image by image: which classes are there, which the classifier thinks are, and IoUs."""

    classes: tuple[str, ...]
    present: npt.NDArray[np.bool_]
    """`(num_images, C)`: the truth."""
    kept: npt.NDArray[np.bool_]
    """`(num_images, C)`: not ruled out by the classifier."""
    alone: npt.NDArray[np.float64]
    """IoU per class of the network without the classifier; NaN for a class nowhere present."""
    fused: npt.NDArray[np.float64]
    """With the classifier's word."""
    oracle: npt.NDArray[np.float64]
    """With the truth in the classifier's place."""

    @property
    def absent_share(self) -> float:
        """Share of (image, class) pairs in which the class is absent; of classes that occur."""
        return float(1 - self.present[:, self.present.any(0)].mean())

    @property
    def rightly_ruled_out(self) -> float:
        """Share of absent classes that the classifier rules out, over all images."""
        occurring = self.present.any(0)
        return float((~self.kept[:, occurring])[~self.present[:, occurring]].mean())

    @property
    def wrongly_ruled_out(self) -> float:
        """Share of present classes that the classifier rules out, over all images."""
        return float((~self.kept)[self.present].mean())

    @property
    def not_learnt(self) -> int:
        """Number of classes that occur and have an IoU below 0.01 without the classifier."""
        return int((self.alone < _LEARNT).sum())


def presence(record: Record) -> Presence:
    """Read what a run of MLMT recorded of its classifier on its own validation set.

    Raises:
        FileNotFoundError: The run has no `images.npz`.
    """
    name = record.dataset
    with np.load(record.folder / "images.npz") as arrays:
        present = arrays[f"{name}_present"]
        kept = arrays[f"{name}_presence"] >= record.config["presence_threshold"]
        counts = [
            (arrays[f"{name}_{part}intersection"].sum(0), arrays[f"{name}_{part}union"].sum(0))
            for part in ("alone_", "", "oracle_")
        ]
    ious = [
        np.where(present.any(0), intersection / np.maximum(union, 1), np.nan)
        for intersection, union in counts
    ]
    return Presence(tuple(record.evaluations[name]["classes"]), present, kept, *ious)


def by_imbalance(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Return the runs of the study of MLMT, of its best profile, by their classes' imbalance."""
    runs = of_best_profile([record for record in records if record.study == "mlmt"])
    found = {
        name: [run for run in runs if run.config["scene_imbalance"] == value]
        for name, value in IMBALANCE.items()
    }
    return {name: cell for name, cell in found.items() if cell}


def presence_html(records: Sequence[Record]) -> str:
    """Return for a page what ruling classes out does, scenes of few and many classes compared."""
    cells, stale = by_imbalance(records), stale_runs(records)
    if not cells:
        return missing_html("mlmt")
    rows, plain = {}, []
    for name, runs in cells.items():
        read = {run.id: presence(run) for run in runs}
        plain += [
            {
                "scenes": name, "seed": run.seed,
                "classes an image": read[run.id].present.sum(1).mean(),
                "absent": read[run.id].absent_share,
                "absent, ruled out": read[run.id].rightly_ruled_out,
                "present, ruled out": read[run.id].wrongly_ruled_out,
                "not learnt": read[run.id].not_learnt,
                **{part: np.nanmean(getattr(read[run.id], part)) for part in _PARTS},
            }
            for run in runs
        ]  # fmt: skip
        fused, oracle = _gain(runs, "fused"), _gain(runs, "oracle")
        rows[name] = {
            "mean IoU without": number(np.mean([np.nanmean(p.alone) for p in read.values()])),
            "with the classifier": difference_html(fused, stale),
            "with the truth": difference_html(oracle, stale),
            "classes an image": f"{np.mean([p.present.sum(1).mean() for p in read.values()]):.1f}",
            "absent": _percent([p.absent_share for p in read.values()]),
            "absent, ruled out": _percent([p.rightly_ruled_out for p in read.values()]),
            "present, ruled out": _percent([p.wrongly_ruled_out for p in read.values()]),
            "not learnt": f"{np.mean([p.not_learnt for p in read.values()]):.1f}",
            "n": len(runs),
        }
    return frame_html(
        pd.DataFrame.from_dict(rows, orient="index").rename_axis("scenes"),
        "Classes in an image, what the classifier rules out, and what that changes in mean IoU: "
        "mean over n seeds (95 % interval).",
        before=stale_line({run.id for run in records if run.study == "mlmt"}, stale),
        after=download_html("ruling out", frame_csv(pd.DataFrame(plain))),
    )


def presence_text(records: Sequence[Record]) -> str:
    """Return in sentences where ruling out helps, and whether more absent classes make it."""
    cells = by_imbalance(records)
    if not cells:
        return ""
    changes = [_gain(runs, "fused").interval for runs in cells.values()]
    raised, lowered = sum(c.low > 0 for c in changes), sum(c.high < 0 for c in changes)
    said = (
        f"Beyond its interval, the classifier raises mean IoU on {raised} of {len(cells)} kinds "
        f"of scenes and lowers it on {lowered}."
    )
    absent = {
        name: float(np.mean([presence(run).absent_share for run in runs]))
        for name, runs in cells.items()
    }
    fewest, most = min(absent, key=absent.__getitem__), max(absent, key=absent.__getitem__)
    if fewest == most:
        return said
    few, many = (_gain(cells[name], "oracle").interval for name in (fewest, most))
    if many.low > few.high:
        won = "where more classes are absent, more is won"
    elif many.high < few.low:
        won = "where more classes are absent, less is won"
    else:
        won = "the seeds do not tell the two apart"
    return (
        f"{said} The truth in its place brings {number(few.mean, '+.3f')} where "
        f"{absent[fewest]:.0%} of the classes are absent and {number(many.mean, '+.3f')} where "
        f"{absent[most]:.0%} are: {won}."
    )


def class_presence_html(runs: Sequence[Record]) -> str:
    """Return the same of each class, of runs of one kind of scenes, for a page."""
    read = [presence(run) for run in runs]
    rows, plain = {}, {}
    for index, name in enumerate(read[0].classes):
        if np.isnan(read[0].alone[index]):
            continue
        means = {part: np.mean([getattr(p, part)[index] for p in read]) for part in _PARTS}
        absent = [1 - p.present[:, index].mean() for p in read]
        right = [(p.kept[:, index] == p.present[:, index]).mean() for p in read]
        plain[name] = {"absent": np.mean(absent), "right": np.mean(right), **means}
        rows[name] = {
            "absent from": _percent(absent),
            "classifier right": _percent(right),
            "IoU without": number(means["alone"]),
            "with the classifier": number(means["fused"] - means["alone"], "+.3f"),
            "with the truth": number(means["oracle"] - means["alone"], "+.3f"),
        }
    csv = frame_csv(pd.DataFrame.from_dict(plain, orient="index").rename_axis("class"), index=True)
    (scenes,) = by_imbalance(runs)
    return frame_html(
        pd.DataFrame.from_dict(rows, orient="index").rename_axis("class"),
        f"Scenes, {scenes}: share of images without the class, how often the classifier is right "
        f"about it, and what ruling it out changes in its IoU: mean over {len(read)} runs.",
        after=download_html(f"ruling out by class, {scenes}", csv),
    )


def _gain(runs: Sequence[Record], part: str) -> Difference:
    """Return what a part has over the network alone in mean IoU, paired by seed."""
    read = {run.id: presence(run) for run in runs}

    def mean(of: str) -> Callable[[Record], float]:
        return lambda run: float(np.nanmean(getattr(read[run.id], of)))

    return difference(runs, runs, mean(part), mean("alone"))


def _percent(values: Sequence[float]) -> str:
    return f"{interval(values).mean:.0%}"
