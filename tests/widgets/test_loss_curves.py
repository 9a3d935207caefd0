import math

import pytest
import torch
from torch.nn import functional as F

from lossstudy.losses import make_loss
from lossstudy.widgets import LossCurves
from lossstudy.widgets.loss_curves import SIDE


def test_cross_entropy_is_minus_log_p_and_pushes_by_one_minus_p():
    numbers = LossCurves().numbers
    for p, cost, push in zip(
        numbers["curve"], numbers["cost.cross_entropy"], numbers["push.cross_entropy"], strict=True
    ):
        assert cost == pytest.approx(-math.log(p), abs=1e-9)
        assert push == pytest.approx(1 - p, abs=1e-9)


def test_curves_go_from_left_to_right():
    curve = LossCurves().numbers["curve"]
    assert curve == sorted(set(curve))


@pytest.mark.parametrize("name", ["cross_entropy", "focal", "dice", "combo"])
def test_cost_and_push_are_those_of_the_loss_on_the_image(name):
    explorer = LossCurves()
    explorer.set(class_pixels=64, others=0.8, p_t=0.3, alpha=0.25)
    probs = torch.full((SIDE * SIDE,), 0.8, dtype=torch.float64)
    targets = torch.zeros(SIDE * SIDE, dtype=torch.long)
    targets[:64] = 1
    params = {"combo": {"alpha": 0.25}}.get(name, {})
    loss = make_loss(name, num_classes=2, **params)

    def of_image(p):
        probs[0] = p
        own = F.one_hot(targets, 2).bool()
        logits = torch.where(own, probs[:, None], 1 - probs[:, None]).log()
        return loss(logits.T.view(1, 2, SIDE, SIDE), targets.view(1, SIDE, SIDE)).item()

    p = explorer.values["p_t"]
    cost = SIDE * SIDE * (of_image(p) - of_image(1 - 1e-12))
    assert explorer.numbers[f"here.cost.{name}"] == pytest.approx(cost, abs=1e-6)
    # a step of the own logit moves p by p (1 - p)
    slope = (of_image(p + 1e-5) - of_image(p - 1e-5)) / 2e-5
    push = -SIDE * SIDE * slope * p * (1 - p)
    assert explorer.numbers[f"here.push.{name}"] == pytest.approx(push, rel=1e-5)


def test_only_the_losses_with_dice_notice_the_class():
    explorer = LossCurves()
    before = explorer.numbers
    explorer.set(class_pixels=1)
    changed = {
        name.removeprefix("push.")
        for name, curve in explorer.numbers.items()
        if name.startswith("push.") and curve != pytest.approx(before[name])
    }
    assert changed == {"dice", "combo"}


def test_arrow_keys_lead_to_a_number(open_page):
    tab = open_page(LossCurves())
    gamma, p_t = tab.get_by_label("focal: γ"), tab.get_by_label("read at pₜ")
    for _ in range(40):
        p_t.press("ArrowLeft")
    for _ in range(4):
        gamma.press("ArrowRight")
    assert tab.locator("output").all_inner_texts()[0] == "3.00"
    assert gamma.get_attribute("aria-valuetext") == "3.00"
    shown = tab.locator("[data-number='here.cost.focal']").inner_text()
    assert shown == f"{-(0.5**3) * math.log(0.5):.4f}" == "0.0866"
