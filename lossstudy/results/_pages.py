"""What the chapters show of the records: one function a table."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import pandas as pd

from lossstudy.config import DATASETS
from lossstudy.labels import thin_classes
from lossstudy.results._compare import paired_difference
from lossstudy.results._freshness import badge, stale_line, stale_runs
from lossstudy.results._html import cell_html, run_page
from lossstudy.results._ledger import ledger
from lossstudy.results._markup import download_html, frame_html
from lossstudy.results._paper_table import is_the_papers
from lossstudy.results._records import Record
from lossstudy.results._text import frame_csv, number, words
from lossstudy.results._tidy import (
    MEAN,
    MEAN_WITHOUT_THIN,
    data_label,
    rank,
    settings,
    settings_key,
    summary,
)
from lossstudy.study import LOSSES


def scores(record: Record) -> pd.DataFrame:
    """Return IoU per class, means and accuracy of one run as text, one column a validation set."""
    columns = {}
    for name, result in record.evaluations.items():
        label = f"{name}, {data_label(result['generated'])}, {result['num_images']} images"
        values = dict(zip(result["classes"], result["iou"], strict=True))
        values[MEAN] = result["mean_iou"]
        values[MEAN_WITHOUT_THIN] = result["mean_iou_without_thin"]
        values["pixel accuracy"] = result["pixel_accuracy"]
        columns[label] = pd.Series(values, dtype=float)
    table = pd.DataFrame(columns).map(number)
    return table.rename(index=lambda name: name.replace("iou", "IoU"))


def facts(record: Record) -> pd.DataFrame:
    """Return every parameter of a run, and the machine, time and versions it ran with."""
    provenance = record.provenance
    values = {
        **{name: value for name, value in record.config.items() if value is not None},
        "time, s": round(record.timing["wall_s"], 1),
        "milliseconds a step": record.timing["step_ms"] and round(record.timing["step_ms"], 1),
        "peak memory, MB": record.peak_memory_mb and round(record.peak_memory_mb),
        **{name: provenance[name] for name in ("device", "threads", "started")},
        **provenance["versions"],
        "git commit": provenance["git_commit"],
        "training code": provenance["code"],
        "training data": record.data["fingerprint"],
    }
    return pd.DataFrame({"value": [str(value) for value in values.values()]}, index=list(values))


def study_runs(records: Sequence[Record], dataset: str) -> list[Record]:
    """Return the runs of the study on a dataset that differ in nothing but loss and seed.

    Of the settings in which the most losses were run, those of the best profile.

    Raises:
        ValueError: No run of the study was trained on the dataset.
    """
    groups = _same_settings(records, dataset)
    if not groups:
        raise ValueError(f"no finished run of the study on {dataset}")
    return max(groups, key=lambda runs: (len({run.loss for run in runs}), -rank(runs[0].profile)))


def one_per_loss(records: Sequence[Record], dataset: str) -> list[Record]:
    """Return one of the `study_runs` for each loss, that with the lowest seed.

    Raises:
        ValueError: No run of the study was trained on the dataset.
    """
    runs = study_runs(records, dataset)
    first = {run.loss: run for run in sorted(runs, key=lambda run: -run.seed)}
    return [first[loss] for loss in LOSSES if loss in first]


def loss_differences(records: Sequence[Record], dataset: str) -> pd.DataFrame:
    """Return each loss minus cross entropy in mean IoU, paired by seed, as text.

    Returns:
        Rows: settings, best first; the mean with and, where the dataset has any, without thin
        classes; losses in the order of the study. Columns: `of`, `loss`, `difference`,
        `95 % interval`, `n`, and `runs`, the ids of each pair.
    """
    rows = []
    groups = _same_settings(records, dataset)
    evaluation = DATASETS[dataset][1]
    texts = dict(zip(map(id, records), settings(records), strict=True))
    for runs in groups:
        source = ", ".join(filter(None, (runs[0].profile, texts[id(runs[0])])))
        ids = {(run.loss, run.seed): run.id for run in runs}
        for loss in LOSSES:
            if loss == "cross_entropy":
                continue
            table = paired_difference(runs, loss, "cross_entropy")
            means = [MEAN, MEAN_WITHOUT_THIN] if thin_classes(dataset, evaluation) else [MEAN]
            table = table[table.class_name.isin(means) & (table.n > 0)]
            for _, row in table[table.validated_on == dataset].iterrows():
                rows.append({
                    "profile": f"{source}, {data_label(row.generated)}",
                    "loss": f"{words(loss)} − cross entropy",
                    "of": row.class_name,
                    "difference": number(row["mean"], "+.3f"),
                    "95 % interval": f"{number(row.low, '+.3f')} to {number(row.high, '+.3f')}"
                    if row.n > 1
                    else "–",
                    "n": row.n,
                    "runs": tuple((ids[loss, s], ids["cross_entropy", s]) for s in row.seeds),
                })
    columns = ["profile", "of", "loss", "difference", "95 % interval", "n", "runs"]
    return pd.DataFrame(rows, columns=columns).set_index("profile")


def loss_differences_html(records: Sequence[Record], dataset: str) -> str:
    """Return `loss_differences` for a page; a difference opens to the pairs of runs it is of."""
    table = loss_differences(records, dataset)
    stale = stale_runs(records)
    csv = frame_csv(table.assign(runs=table.runs.map(lambda pairs: sum(pairs, ()))), index=True)
    shown = {run for pairs in table.runs for pair in pairs for run in pair}
    table["of"] = table["of"].str.replace("iou", "IoU")
    table["difference"] = [
        f"<details><summary>{difference}</summary>{_pair_links(pairs, stale)}</details>"
        for difference, pairs in zip(table.difference, table.runs, strict=True)
    ]
    return frame_html(
        table.drop(columns="runs"),
        "Difference in mean IoU over n seeds, with its 95 % Student-t interval.",
        before=stale_line(shown, stale),
        after=download_html(f"differences on {dataset}", csv),
    )


def _pair_links(pairs: Sequence[tuple[str, str]], stale: Mapping[str, str]) -> str:
    """Return links to the runs of each pair, one run a line."""
    return "".join(
        f'<a href="{run_page(run)}">{sign}{escape(run)}</a>{badge(run, stale)}'
        for pair in pairs
        for sign, run in zip(("", "− "), pair, strict=True)
    )


def _same_settings(records: Sequence[Record], dataset: str) -> list[list[Record]]:
    """Group the runs of the study on a dataset by everything but loss and seed, best first."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        if record.dataset == dataset and is_the_papers(record):
            groups.setdefault(record.profile + settings_key(record), []).append(record)
    return sorted(groups.values(), key=lambda runs: rank(runs[0].profile))


def loss_table_html(records: Sequence[Record], dataset: str) -> str:
    """Return IoU per class under each loss on one dataset, cells linked to their runs."""
    runs = [run for run in records if run.dataset == dataset and run.study == "paper"]
    table = summary(runs)
    table = table[table.validated_on == dataset]
    if not thin_classes(dataset, DATASETS[dataset][1]):
        table = table[table.class_name != MEAN_WITHOUT_THIN]
    stale = stale_runs(records)
    cells: dict[str, dict[str, str]] = {}
    for _, row in table.iterrows():
        source = ", ".join(filter(None, (row.profile, row.settings, data_label(row.generated))))
        label = f"{words(row.loss)}<br>{escape(source)}, n = {row.n}"
        name = escape(row.class_name).replace("iou", "IoU")
        cells.setdefault(label, {})[name] = cell_html(row, stale)
    order = [label for loss in LOSSES for label in cells if label.startswith(f"{words(loss)}<")]
    shown = {run for runs in table.runs for run in runs}
    return frame_html(
        pd.DataFrame(cells)[order].rename_axis("class"),
        "IoU per class: mean ± half the 95 % Student-t interval over n seeds.",
        before=stale_line(shown, stale),
        after=download_html(f"results on {dataset}", frame_csv(table)),
    )


def ledger_html(records: Sequence[Record]) -> str:
    """Return the ledger, runs linked to their pages, with what is stale about them."""
    table = ledger(records)
    csv = frame_csv(table)
    stale = {run: text for run, text in zip(table["run"], table["stale"], strict=True) if text}
    ids = list(table["run"])
    table["stale"] = [badge(run, stale) or "fresh" for run in ids]
    table["run"] = [f'<a href="{run_page(run)}">{escape(run)}</a>' for run in ids]
    for name, form in (
        ("mean_iou", "{:.3f}"), ("wall_s", "{:.0f}"), ("step_ms", "{:.0f}"),
        ("peak_memory_mb", "{:.0f}"),
    ):  # fmt: skip
        table[name] = table[name].map(form.format, na_action="ignore")
    resumed = [
        record.timing.get("steps_timed", record.config["steps"]) < record.config["steps"]
        for record in records
    ]
    table["wall_s"] = table["wall_s"].where(~np.array(resumed), "≥ " + table["wall_s"])
    shown = {
        "run": "run", "mean_iou": "mean IoU", "stale": "standing", "data": "images",
        "loss_params": "loss parameters",
        "seed": "seed", "steps": "steps", "wall_s": "seconds", "step_ms": "ms a step",
        "peak_memory_mb": "MB", "device": "device", "versions": "versions", "commit": "commit",
        "started": "started",
    }  # fmt: skip
    table = table[list(shown)].rename(columns=shown)
    return frame_html(
        table.set_index("run"),
        f"{len(records)} runs",
        before=stale_line(ids, stale),
        after=download_html("ledger", csv),
    )
