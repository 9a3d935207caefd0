import pytest
import torch

from lossstudy.widgets import ImbalancePlayground
from lossstudy.widgets.imbalance import PIXELS

LOSSES = ("cross_entropy", "focal", "dice", "combo")


def test_the_foreground_has_as_many_pixels_as_chosen():
    explorer = ImbalancePlayground()
    for stop in explorer.controls[0].stops:
        explorer.set(foreground=stop)
        assert sum(explorer.numbers["target"]) == stop
        assert explorer.numbers["share"] == stop / PIXELS


def test_cross_entropy_counts_a_pixel_by_what_it_misses():
    numbers = ImbalancePlayground().numbers
    target, predicted = torch.tensor(numbers["target"]), torch.tensor(numbers["predicted"])
    missed = (target - predicted).abs()
    own = (1 - missed).log()
    assert numbers["value.cross_entropy"] == pytest.approx(-own.mean().item(), abs=1e-6)
    foreground = missed[target == 1].sum().item()
    assert numbers["gradient.foreground.cross_entropy"] == pytest.approx(foreground, abs=1e-4)
    easy = missed[(target == 0) & (missed <= 0.1)].sum() / missed.sum()
    assert numbers["share.easy.cross_entropy"] == pytest.approx(easy.item(), abs=1e-6)


@pytest.mark.parametrize("foreground", [2, 58, 288])
def test_shares_make_up_the_whole(foreground):
    explorer = ImbalancePlayground()
    explorer.set(foreground=foreground)
    for name in LOSSES:
        shares = [
            explorer.numbers[f"share.{part}.{name}"] for part in ("foreground", "hard", "easy")
        ]
        assert sum(shares) == pytest.approx(1)
        assert min(shares) >= 0


def test_combo_without_dice_is_cross_entropy_and_without_cross_entropy_dice():
    explorer = ImbalancePlayground()
    for alpha, other in ((1.0, "cross_entropy"), (0.0, "dice")):
        explorer.set(alpha=alpha)
        assert explorer.numbers["value.combo"] == explorer.numbers[f"value.{other}"]
        assert explorer.numbers["where.combo"] == explorer.numbers[f"where.{other}"]


def test_focal_takes_the_say_of_the_easy_background_away():
    explorer = ImbalancePlayground()
    shares = []
    for gamma in (0.0, 1.0, 2.0, 5.0):
        explorer.set(gamma=gamma)
        shares.append(explorer.numbers["share.easy.focal"])
    assert shares[0] == explorer.numbers["share.easy.cross_entropy"]
    assert shares == sorted(shares, reverse=True)


def test_arrow_keys_lead_to_a_number(open_page):
    explorer = ImbalancePlayground()
    tab = open_page(explorer)
    foreground = tab.get_by_label("foreground pixels")
    for _ in range(3):
        foreground.press("ArrowRight")
    assert foreground.get_attribute("aria-valuetext") == "144"
    assert tab.locator("[data-number='share']").inner_text() == "25.0 %"
    explorer.set(foreground=144)
    shown = tab.locator("[data-number='gradient.background.dice']").inner_text()
    assert shown == f"{explorer.numbers['gradient.background.dice']:.2f}"
