"""Precision and recall per class, out of the confusion matrices of the records."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from lossstudy.results._pages import study_runs
from lossstudy.results._paper_table import is_the_papers
from lossstudy.results._records import Record
from lossstudy.results._text import loss_with, words
from lossstudy.results._tidy import data_label, of_best_profile, settings_key
from lossstudy.study import ADAPTIVE_SETTINGS, LOSSES, setting_of

MEASURES = ("precision", "recall", "iou")


def alike(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Return the runs in groups that differ in nothing but loss and seed.

    Args:
        records: Finished runs of any kind.

    Returns:
        Name of the group, which says what its images were, to its runs: those of the paper's
        study on each dataset, then those of the adaptive study in each of its settings. Where
        runs of a setting differ in more, the largest group of its best profile is taken.
    """
    datasets = dict.fromkeys(run.dataset for run in records if is_the_papers(run))
    groups = [(dataset, study_runs(records, dataset)) for dataset in datasets]
    for setting in ADAPTIVE_SETTINGS:
        runs = of_best_profile([run for run in records if setting_of(run.config) == setting])
        if runs:
            largest, _ = Counter(map(settings_key, runs)).most_common(1)[0]
            same = [run for run in runs if settings_key(run) == largest]
            groups.append((f"adaptive study, {setting}", same))
    return {f"{name}, {data_label(runs[0].generated)}": runs for name, runs in groups}


def precision_recall(records: Sequence[Record]) -> pd.DataFrame:
    r"""Return precision, recall and IoU per class, in the mean over the runs of each loss.

    With \(n_{ij}\) the validation pixels of class i predicted as j, precision of class c is
    \(n_{cc} / \sum_i n_{ic}\), recall \(n_{cc} / \sum_j n_{cj}\), and \(1 / \text{IoU} =
    1 / \text{precision} + 1 / \text{recall} - 1\), run by run.

    Args:
        records: Runs that differ in nothing but loss and seed.

    Returns:
        One row a loss and class, in the order of the records and of the classes: `loss`, with
        the parameters that are not the paper's; `class_name`; `precision` (NaN if no run
        predicts the class), `recall` and `iou` (NaN if the ground truth does not hold it); and
        `n`, the number of runs.
    """
    rows = []
    for record in records:
        result = record.evaluations[record.dataset]
        counts = np.array(result["confusion"], dtype=float)
        hits, true = np.diagonal(counts), counts.sum(axis=1)
        predicted = counts.sum(axis=0)[: len(true)]
        for name, hit, positive, called in zip(
            result["classes"], hits, true, predicted, strict=True
        ):
            rows.append({
                "loss": _name(record),
                "class_name": name,
                "precision": hit / called if called else np.nan,
                "recall": hit / positive if positive else np.nan,
                "iou": hit / (positive + called - hit) if positive else np.nan,
                "n": 1,
            })
    columns = ["loss", "class_name", *MEASURES, "n"]
    groups = pd.DataFrame(rows, columns=columns).groupby(["loss", "class_name"], sort=False)
    return groups.agg(dict.fromkeys(MEASURES, "mean") | {"n": "sum"}).reset_index()


def _name(record: Record) -> str:
    usual = LOSSES.get(record.loss, {})
    given = {key: value for key, value in record.loss_params.items() if usual.get(key) != value}
    return loss_with(words(record.loss), given)
