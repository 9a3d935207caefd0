"""What unlabelled images are worth: s4GAN minus its supervised part with the same labels."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from lossstudy.results._freshness import stale_line, stale_runs
from lossstudy.results._interval import interval
from lossstudy.results._markup import download_html, frame_html
from lossstudy.results._pairs import (
    Difference,
    difference,
    difference_html,
    missing_html,
    setting,
)
from lossstudy.results._records import Record
from lossstudy.results._text import frame_csv, number, words


class Gain(NamedTuple):
    """One loss and share of labels, with and without the unlabelled images."""

    profile: str
    loss: str
    labelled: int
    """Labelled training images."""
    images: int
    """Training images in all."""
    with_unlabelled: list[Record]
    """Runs of s4GAN."""
    without: list[Record]
    """Runs of its supervised part alone."""


def gains(records: Sequence[Record]) -> list[Gain]:
    """Return every loss and share of labels that was run with and without unlabelled images.

    Both sides have the same labelled images, steps, network and seeds.

    Args:
        records: Finished runs; those that differ in more than the model have no partner and are
            left out.
    """
    groups: dict[str, list[Record]] = {}
    for record in records:
        if record.study in {"paper", "semi"} and record.model in {"s4gan", "deeplab"}:
            groups.setdefault(setting(record, without=("model",)), []).append(record)
    found = []
    for runs in groups.values():
        sides = [[r for r in runs if r.model == model] for model in ("s4gan", "deeplab")]
        if all(sides):
            data = sides[1][0].data
            found.append(
                Gain(
                    runs[0].profile, runs[0].loss, data["num_labelled"], data["num_train"], *sides
                )
            )
    return sorted(found, key=lambda gain: (gain.profile, gain.labelled, gain.loss))


def gain(found: Gain, value: Callable[[Record], float]) -> Difference:
    """Return what a run's value gains by the unlabelled images, paired by seed."""
    return difference(found.with_unlabelled, found.without, value)


def mean_iou(record: Record) -> float:
    """Return mean IoU on the validation set of the dataset a run was trained on."""
    return float(record.evaluations[record.dataset]["mean_iou"])


def confident_share(record: Record) -> float:
    """Return the share of unlabelled maps that self-training learnt from, over the whole run."""
    shares = [point["pseudo_share"] for point in record.curve]
    return float(sum(shares) / len(shares))


def gains_html(records: Sequence[Record]) -> str:
    """Return mean IoU with and without unlabelled images, and the gain, for a page."""
    found_gains, stale = gains(records), stale_runs(records)
    if not found_gains:
        return missing_html("semi")
    rows, plain, shown = [], [], set()
    for found in found_gains:
        gained = gain(found, mean_iou)
        sides = [
            interval([mean_iou(run) for run in side if run.seed in gained.seeds])
            for side in (found.with_unlabelled, found.without)
        ]
        share = interval([confident_share(run) for run in found.with_unlabelled]).mean
        name = f"{found.labelled} of {found.images} images"
        rows.append({
            "labels": f"{found.profile}, {name}",
            "loss": words(found.loss),
            "labelled images alone": number(sides[1].mean),
            "s4GAN": number(sides[0].mean),
            "gain": difference_html(gained, stale),
            "n": len(gained.seeds),
            "maps learnt from": f"{share:.1%}",
        })
        plain.append({**rows[-1], "gain": gained.interval.mean, "low": gained.interval.low,
                      "high": gained.interval.high})  # fmt: skip
        shown |= {run for pair in gained.runs for run in pair}
    return frame_html(
        pd.DataFrame(rows).set_index("labels"),
        "Mean IoU, and s4GAN minus its supervised part: mean over n seeds (95 % interval).",
        before=stale_line(shown, stale),
        after=download_html("gain", frame_csv(pd.DataFrame(plain))),
    )


def class_gains_html(found: Gain, records: Sequence[Record]) -> str:
    """Return the gain of each class for a page.

    Args:
        found: One of `gains`.
        records: All runs at hand, to tell which are stale.
    """
    stale = stale_runs(records)
    classes = found.without[0].evaluations[found.without[0].dataset]["classes"]
    rows, plain = {}, {}
    for index, name in enumerate(classes):
        iou = _class_iou(index)
        alone = interval([iou(run) for run in found.without]).mean
        both = interval([iou(run) for run in found.with_unlabelled]).mean
        gained = gain(found, iou)
        rows[name] = {
            "labelled images alone": number(alone),
            "s4GAN": number(both),
            "gain": difference_html(gained, stale),
        }
        plain[name] = {
            "labelled images alone": alone, "s4GAN": both, "gain": gained.interval.mean,
            "low": gained.interval.low, "high": gained.interval.high, "n": len(gained.seeds),
        }  # fmt: skip
    what = f"{words(found.loss)}, {found.labelled} labelled images"
    csv = frame_csv(pd.DataFrame.from_dict(plain, orient="index").rename_axis("class"), index=True)
    return frame_html(
        pd.DataFrame.from_dict(rows, orient="index").rename_axis("class"),
        f"IoU per class, {what}: mean over seeds, and the gain (95 % interval).",
        after=download_html(f"gain per class, {what}", csv),
    )


def _class_iou(index: int) -> Callable[[Record], float]:
    def iou(record: Record) -> float:
        value = record.evaluations[record.dataset]["iou"][index]
        return float("nan") if value is None else float(value)

    return iou
