import pandas as pd
import pytest

from lossstudy import plots
from lossstudy.catalogue import probes

POINTS = (0.1, 0.5, 0.9)


@pytest.fixture(scope="module")
def measured():
    kinds = ("frequent class", "rare class")
    curves = {kind: probes.curve(probes.scene_loss("dice"), kind, POINTS) for kind in kinds}
    reference = probes.curve(probes.scene_loss("cross_entropy"), "rare class", POINTS)
    return curves, reference, probes.class_shares("dice")


def test_lines_are_the_curves_and_bars_the_shares_in_percent(measured):
    curves, reference, shares = measured
    value, push, bars = plots.loss_effects(curves, reference, shares).axes
    for axes, column in ((value, "value"), (push, "push")):
        drawn = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
        assert drawn["rare class"] == curves["rare class"][column].tolist()
        assert drawn["cross entropy"] == reference[column].tolist()
    widths = [[bar.get_width() for bar in container.patches] for container in bars.containers[::2]]
    assert widths[0] == pytest.approx((100 * shares["dice"]).tolist())


def test_the_alternative_text_gives_peak_and_shares():
    curve = pd.DataFrame({"value": [1.0, 0.0], "push": [0.25, 2.5]}, index=[0.1, 0.9])
    shares = pd.DataFrame({"dice": [0.75, 0.25]}, index=["frequent", "rare"])
    text = plots.loss_effects_alt("dice", {"rare class": curve}, shares)
    assert "rare class, largest push 2.5 at p_t = 0.9" in text
    assert "dice: frequent 75.0, rare 25.0" in text
