import math

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe

from lossstudy.losses import make_loss
from lossstudy.widgets import TradeOff
from lossstudy.widgets._cut import STEP, Outcomes, settle
from tests.widgets.explorers import made_records

REGIONS = [
    ("dice", {}, (0.5, 0.5, 1.0)),
    ("jaccard", {}, (1.0, 1.0, 1.0)),
    ("tversky", {"alpha": 0.2, "beta": 0.9}, (0.2, 0.9, 1.0)),
    ("focal_tversky", {"gamma": 2.0}, (0.3, 0.7, 2.0)),
]
"""Losses of the package, what is set of them, and the same loss as the explorer writes it."""

SIDE = 10
"""Pixels along the image on which a loss is asked: shares are multiples of its hundredth."""


@pytest.fixture
def explorer(tmp_path):
    return TradeOff(made_records(tmp_path))


def test_precision_recall_and_iou_are_of_one_outcome(explorer):
    numbers = explorer.numbers
    for name in ("pixelwise", "dice", "jaccard", "tversky", "focal_tversky"):
        precision, recall = numbers[f"precision.{name}"], numbers[f"recall.{name}"]
        assert 1 / numbers[f"iou.{name}"] == pytest.approx(1 / precision + 1 / recall - 1)
        assert 2 / numbers[f"dice.{name}"] == pytest.approx(1 / precision + 1 / recall)
        assert numbers[f"predicted.{name}"] == pytest.approx(recall / precision)


def test_the_least_wrong_pixels_are_where_foreground_is_as_likely_as_not(explorer):
    for share in (0.02, 0.2, 0.5):
        for distance in (1.0, 3.0):
            explorer.set(share=share, distance=distance)
            margin = math.log(
                explorer.numbers["posterior.pixelwise"]
                / (1 - explorer.numbers["posterior.pixelwise"])
            )
            assert abs(margin) <= distance * STEP / 2 + 1e-9  # half a step of the cut


@pytest.mark.parametrize("gamma", [0.0, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("posterior", [0.2, 0.45, 0.55, 0.8])
def test_focal_decides_as_cross_entropy_does_whatever_gamma(gamma, posterior):
    # 100 pixels that look alike get one probability: which one does the loss itself prefer?
    loss = make_loss("focal", num_classes=2, gamma=gamma)
    targets = torch.arange(100).lt(round(100 * posterior)).long().view(1, 10, 10)
    best = min(
        (probability / 100 for probability in range(2, 99)),
        key=lambda p: loss(
            torch.tensor([1 - p, p]).log().view(1, 2, 1, 1).expand(1, 2, 10, 10), targets
        ).item(),
    )
    assert (best > 0.5) == (posterior > 0.5)
    if gamma == 0:
        assert best == posterior
    else:
        assert abs(best - 0.5) < abs(posterior - 0.5)


@pytest.mark.parametrize(("name", "params", "as_cut"), REGIONS)
def test_the_loss_of_a_cut_is_that_of_the_package(name, params, as_cut):
    loss = make_loss(name, num_classes=2, smooth=0.0, **params)
    found = Outcomes.of(share=0.1, distance=2.0)
    costs = found.loss(*as_cut, background=True)
    for cut in range(0, len(costs), 8):
        rates = torch.stack([found.false_rate[cut], found.true_rate[cut]])
        assert of_rates(loss, rates, share=0.1) == pytest.approx(costs[cut].item())


@pytest.mark.parametrize(("name", "params", "as_cut"), REGIONS)
def test_no_other_rule_does_better_than_the_best_cut(name, params, as_cut):
    loss = make_loss(name, num_classes=2, smooth=0.0, **params)
    found = Outcomes.of(share=0.1, distance=2.0)
    least = found.loss(*as_cut, background=True).min().item()
    # A rule gives each interval between two cuts a probability of foreground.
    true, false = (
        -torch.diff(rate, append=torch.zeros(1, dtype=torch.float64))
        for rate in (found.true_rate, found.false_rate)
    )
    generator = torch.Generator().manual_seed(0)
    slopes = torch.linspace(-6, 6, len(true), dtype=torch.float64)
    for steepness in (0.0, 0.5, 1.0, 3.0):
        noise = torch.randn(50, len(true), generator=generator, dtype=torch.float64)
        rules = (steepness * (slopes + 2 * noise) + noise).sigmoid()
        for rule in rules:
            rates = torch.stack([(rule * false).sum(), (rule * true).sum()])
            assert of_rates(loss, rates, share=0.1) >= least - 1e-12


def of_rates(loss, rates, share):
    """Return a loss on an image of a share of foreground that gives each class one probability.

    The rates are the probability of foreground at background pixels and at those of foreground:
    the masses of the image are those of a population in which so many pixels lie above a cut.
    """
    targets = torch.arange(SIDE * SIDE).lt(round(share * SIDE * SIDE)).long()
    margins = rates.logit()[targets].view(SIDE, SIDE)
    logits = torch.stack([torch.zeros_like(margins), margins])[None]
    return loss(logits, targets.view(1, SIDE, SIDE)).item()


def test_alpha_buys_precision_and_beta_recall(explorer):
    recalls = []
    for beta in (0.1, 0.3, 0.5, 0.7, 1.0):
        explorer.set(beta=beta)
        recalls.append(explorer.numbers["recall.tversky"])
    assert recalls == sorted(set(recalls))
    precisions = []
    for alpha in (0.1, 0.3, 0.5, 1.0):
        explorer.set(alpha=alpha)
        precisions.append(explorer.numbers["precision.tversky"])
    assert precisions == sorted(set(precisions))


def test_dice_and_tversky_are_corners_of_focal_tversky(explorer):
    explorer.set(alpha=0.5, beta=0.5, gamma=1.0)
    numbers = explorer.numbers
    assert numbers["posterior.tversky"] == numbers["posterior.dice"]
    assert numbers["posterior.focal_tversky"] == numbers["posterior.tversky"]
    assert numbers["factor"] == 1
    explorer.set(alpha=1.0, beta=1.0)
    assert explorer.numbers["posterior.tversky"] == explorer.numbers["posterior.jaccard"]


def test_of_one_class_gamma_moves_no_minimum_but_gradients(explorer):
    before = explorer.numbers["posterior.focal_tversky"]
    explorer.set(counted="foreground alone")
    factors = []
    for gamma in (0.5, 1.0, 2.0, 3.0):
        explorer.set(gamma=gamma)
        numbers = explorer.numbers
        assert numbers["posterior.focal_tversky"] == numbers["posterior.tversky"]
        assert numbers["posterior.jaccard"] == numbers["posterior.dice"]
        index = torch.tensor(numbers["index.focal_tversky"], requires_grad=True)
        ((1 - index) ** (1 / gamma)).backward()
        factors.append(numbers["factor"])
        assert factors[-1] == pytest.approx(-index.grad.item(), rel=1e-5)
    assert len(set(factors)) == 4
    explorer.set(counted="foreground and background", gamma=3.0)
    assert before != explorer.numbers["posterior.focal_tversky"]
    assert explorer.numbers["posterior.focal_tversky"] != explorer.numbers["posterior.tversky"]


def test_of_one_class_the_index_is_the_largest_where_tversky_settles(explorer):
    explorer.set(counted="foreground alone", alpha=0.1, beta=0.8)
    numbers = explorer.numbers
    precision, recall = (torch.tensor(numbers[f"curve.{m}"]) for m in ("precision", "recall"))
    # TP = 1: FP = 1 / precision - 1, FN = 1 / recall - 1
    index = 1 / (1 + 0.1 * (1 / precision - 1) + 0.8 * (1 / recall - 1))
    assert numbers["index.tversky"] == pytest.approx(index.max().item(), rel=1e-6)
    assert numbers["recall.tversky"] == pytest.approx(recall[index.argmax()].item(), rel=1e-6)


@pytest.mark.parametrize("share", [0.02, 0.5])
@pytest.mark.parametrize("distance", [1.0, 3.0])
def test_the_cuts_reach_as_far_as_losses_settle(share, distance):
    found = Outcomes.of(share, distance)
    for alpha, beta in ((0.05, 1.0), (1.0, 0.05), (0.05, 0.05), (1.0, 1.0)):
        for background in (True, False):
            cut = settle(found.loss(alpha, beta, background=background))
            assert 0 < cut < len(found.posterior) - 1
    assert 0 < settle(found.missed + found.false_positive) < len(found.posterior) - 1


def test_measured_points_are_those_of_the_confusion_matrices(tmp_path):
    records = made_records(tmp_path)
    explorer = TradeOff(records)
    explorer.set(loss="focal", label="rider")
    place = list(records[0].evaluations["cityscapes"]["classes"]).index("rider")
    precisions = []
    for record in records:
        if record.loss == "focal":
            counts = np.array(record.evaluations["cityscapes"]["confusion"])
            precisions.append(counts[place, place] / counts[:, place].sum())
    expected = pytest.approx(np.mean(precisions), abs=1e-4)
    numbers = explorer.numbers
    assert numbers["chosen.precision"][place] == expected
    assert numbers["label.precision"] == [
        numbers["reference.precision"][place], numbers["chosen.precision"][place],
    ]  # fmt: skip
    assert numbers["measured.n.1"] == 2


def test_a_class_never_predicted_has_no_precision_and_one_never_there_no_recall(explorer):
    explorer.set(label="road")
    assert explorer.numbers["measured.precision.0"] is None
    assert explorer.numbers["measured.recall.0"] == 0
    explorer.set(label="bicycle")
    assert explorer.numbers["measured.recall.0"] is None
    assert explorer.numbers["measured.iou.0"] is None


def test_arrow_keys_lead_to_a_number(open_page, explorer):
    tab = open_page(explorer)
    beta = tab.get_by_label("β, weight of false negatives")
    for _ in range(4):
        beta.press("ArrowLeft")
    alpha = tab.get_by_label("α, weight of false positives")
    for _ in range(4):
        alpha.press("ArrowRight")
    assert beta.get_attribute("aria-valuetext") == alpha.get_attribute("aria-valuetext") == "0.50"
    texts = [
        tab.locator(f"[data-number='recall.{name}']").inner_text() for name in ("tversky", "dice")
    ]
    explorer.set(alpha=0.5, beta=0.5)
    assert texts == [f"{explorer.numbers['recall.dice']:.3f}"] * 2
    tab.get_by_label("classes in the loss").press("ArrowDown")
    positions = [
        tab.locator(f"[data-number='posterior.{name}']").inner_text()
        for name in ("focal_tversky", "tversky", "dice", "jaccard")
    ]
    assert len(set(positions)) == 1
    label = tab.get_by_label("class", exact=True)
    label.select_option("road")
    assert tab.locator("[data-number='measured.precision.0']").inner_text() == "–"


def test_axe_finds_nothing(open_page, explorer):
    tab = open_page(explorer)
    found = Axe().run(tab, context=".explorer", options={"resultTypes": ["violations"]})
    assert [violation["id"] for violation in found.response["violations"]] == []
