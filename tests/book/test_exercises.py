"""Every number in a solution of `book/exercises.md` is what the package computes."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from lossstudy import labels
from lossstudy.counts import ClassCounts
from lossstudy.losses import make_loss
from lossstudy.losses._class_weights import class_weights
from lossstudy.metrics import iou_per_class, pixel_accuracy
from lossstudy.paper import published
from lossstudy.results import interval
from lossstudy.survey.statistics import imbalance

PAGE = (Path(__file__).parents[2] / "book" / "exercises.md").read_text(encoding="utf-8")
EXERCISES = dict(
    re.findall(r"^\((ex-[\w-]+)\)=\n(.*?)(?=^\(ex-|\Z)", PAGE, re.DOTALL | re.MULTILINE)
)


def loss_at(name, probability, **params):
    """Return a loss of two classes at one pixel with this probability of its class."""
    logit = torch.logit(torch.tensor(probability, dtype=torch.float64))
    logits = torch.stack([logit, torch.zeros(())]).view(1, 2, 1, 1)
    return make_loss(name, 2, **params)(logits, torch.zeros(1, 1, 1, dtype=torch.long)).item()


def paper_columns():
    """Return the paper's IoU: a row a class, a column a (table, column)."""
    table = published().pivot_table(index="class_name", columns=["table", "column"], values="iou")
    return table.drop(index="mean iou"), table.loc["mean iou"]


def missed(*rows):
    """Return a confusion matrix without predictions outside the classes."""
    return np.pad(np.array(rows), ((0, 0), (0, 1)))


def dial():
    natural = np.array([0.9, 0.09, 0.01])
    squared = natural**2 / (natural**2).sum()
    effective = imbalance(pd.DataFrame({"1": natural, "2": squared}))["effective number"]
    shares = [f"{100 * share:.3f}" for share in squared]
    return [*shares, *(f"{number:.2f}" for number in effective)]


def noise():
    return [f"{iou_per_class(missed([90, 10], [10, 90])).mean():.3f}"]


def accuracy():
    never, found = missed([999, 0], [1, 0]), missed([996, 3], [0, 1])
    return [
        f"{score:.{digits}f}"
        for confusion in (never, found)
        for score, digits in (
            (pixel_accuracy(confusion), 3),
            (iou_per_class(confusion).mean(), 4),
        )
    ]


def presence():
    pixels = np.array([[10, 100 * (image == 0), 990 - 100 * (image == 0)] for image in range(10)])
    counts = ClassCounts.of(pixels)
    ratios = [
        weights[0] / weights[1]
        for weights in (class_weights(scheme, 3, counts) for scheme in ("inverse", "median"))
    ]
    return [*(f"{ratio:.0f}" for ratio in ratios), f"{100 * 0.9**8:.0f}"]


def wrong_table():
    city, idd = (labels.label_space(name).classes for name in ("cityscapes19", "idd30"))
    same = sum(one == other for one, other in zip(city, idd, strict=False))
    paper, _ = paper_columns()
    return [f"{same}", f"{same / len(city):.3f}", f"{paper.loc['road', (1, 2)]:.2f}"]


def reach():
    lost = len(labels.mapping("camvid11", "cityscapes19").unreachable)
    return [f"{lost}", f"{(19 - lost) / 19:.3f}", f"{19 - lost}"]


def trailer():
    assert labels.mapping("idd30", "cityscapes19").lost["train"]
    return [f"{iou:.3f}" for iou in iou_per_class(missed([80, 20], [0, 10]))]


def easy():
    easy_ce, hard_ce = (loss_at("cross_entropy", p) for p in (0.9, 0.1))
    easy_focal, hard_focal = (loss_at("focal", p, gamma=2.0) for p in (0.9, 0.1))
    shares = [
        100 * 10 * one / (10 * one + other)
        for one, other in ((easy_ce, hard_ce), (easy_focal, hard_focal))
    ]
    balance = [hard_ce / easy_ce, hard_focal / easy_focal]
    return [f"{shares[0]:.1f}", f"{shares[1]:.2f}", f"{balance[0]:.1f}", f"{balance[1]:.0f}"]


def paper_lambda():
    factors = [
        loss_at("focal", p, gamma=2.0, lam=2.0) / loss_at("cross_entropy", p)
        for p in (1e-9, 1 - 1e-9)
    ]
    return [f"{factor:.0f}" for factor in factors]


def micro():
    logits = torch.logit(torch.tensor([0.9, 0.6])).view(1, 1, 1, 2)
    logits = torch.cat([logits, torch.zeros_like(logits)], dim=1)
    loss = make_loss("combo_micro", 2, alpha=0.0, smooth=0.0)
    return [f"{loss(logits, torch.zeros(1, 1, 2, dtype=torch.long)).item():.2f}"]


def column_means():
    columns, printed = paper_columns()
    means = columns.mean()
    agree = (means - printed).abs() < 0.001
    cut_off = agree & (means.round(3) != printed)
    return [f"{means[1, 2]:.4f}", f"{agree.sum()}", f"{cut_off.sum()}"]


def one_class():
    columns, _ = paper_columns()
    gain = columns[2, 3] - columns[2, 1]
    rest = gain.drop("train").mean()
    return [f"{rest:.3f}", f"{100 * gain['train'] / gain.sum():.0f}"]


def printed_twice():
    columns, _ = paper_columns()
    change = (columns[1, 1] - columns[3, 1]).round(3)
    gain = (columns[3, 3] - columns[3, 1]).mean()
    return [
        f"{(change != 0).sum()}", f"{change.abs().max():.2f}", f"{gain:.3f}",
        f"{abs(change.mean()):.3f}",
    ]  # fmt: skip


def seeds():
    found = [interval(values) for values in ([0.02, 0.05, 0.05], [0.02, 0.05])]
    return [f"{one.high - one.mean:.3f}" for one in found]


def balanced():
    even = class_weights("inverse", 3, ClassCounts.even(3))
    assert even.max() == even.min()
    beta, pixels = 0.999, np.array([1e6, 1e8])
    rare, all_images = (1 / (1 - beta**pixels)).tolist()
    counts = ClassCounts(*(np.array(pair) for pair in ([1, 2], [50, 2975], [4, 4])))
    weights = class_weights("effective", 2, counts, beta)
    return [f"{even[0]:.0f}", f"{rare / all_images:.3f}", f"{weights[0] / weights[1]:.1f}"]


def control():
    posterior = torch.tensor([0.3, 0.7]) / torch.tensor([0.05, 0.95])
    return [f"{(posterior / posterior.sum())[0]:.3f}"]


ANSWERS = {
    "ex-dial": dial, "ex-noise": noise, "ex-accuracy": accuracy, "ex-presence": presence,
    "ex-wrong-table": wrong_table, "ex-reach": reach, "ex-trailer": trailer, "ex-easy": easy,
    "ex-lambda": paper_lambda, "ex-micro": micro, "ex-mean": column_means,
    "ex-train": one_class, "ex-twice": printed_twice, "ex-interval": seeds,
    "ex-balanced": balanced, "ex-control": control,
}  # fmt: skip


@pytest.mark.parametrize("name", EXERCISES)
def test_bold_numbers_of_a_solution_are_computed(name):
    _, solution = EXERCISES[name].split(":::{admonition} Solution\n:class: dropdown\n")
    stated = re.findall(r"\*\*([\d.]*\d)(?: %)?\*\*", solution)
    assert stated == (ANSWERS[name]() if name in ANSWERS else [])


def test_every_answer_belongs_to_an_exercise():
    assert ANSWERS.keys() <= EXERCISES.keys()


def test_exercises_are_numbered_in_order():
    numbers = [int(number) for number in re.findall(r"^### (\d+)\. ", PAGE, re.MULTILINE)]
    assert numbers == list(range(1, len(EXERCISES) + 1))
