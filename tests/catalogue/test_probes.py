import numpy as np
import pytest
import torch

from lossstudy.catalogue import probes
from lossstudy.losses import loss_names

every_loss = pytest.mark.parametrize("name", loss_names())
PIXELS = ("easy pixel", "hard pixel", "frequent class", "rare class")


def say(name, **params):
    return probes.say(probes.scene_loss(name, **params))


def test_the_scene_holds_the_pixels_it_says():
    scene = probes.probe_scene()
    for image, target in enumerate(scene.targets):
        for c, counts in enumerate(probes.PIXELS):
            assert int((target == c).sum()) == counts[image]
        assert int((target == 255).sum()) == probes.IGNORED[image]
    assert (scene.targets != 255).sum() == scene.counts.pixels.sum() == 1000
    assert (scene.counts.pixels / 1000).tolist() == [0.9, 0.09, 0.01, 0.0]


def test_the_chosen_pixels_have_their_probability_and_class():
    scene = probes.probe_scene()
    probs = scene.logits.softmax(1)
    for name, (place, p_t) in scene.chosen.items():
        image, row, column = place
        own = int(scene.targets[place])
        assert float(probs[image, own, row, column]) == pytest.approx(p_t, abs=1e-12)
        assert own == (2 if name == "rare class" else 0)


def test_cross_entropys_say_is_twice_what_is_missing_at_a_pixel():
    found = say("cross_entropy")
    expected = {name: 2 * (1 - p_t) for name, (_, p_t) in probes.probe_scene().chosen.items()}
    assert found[list(expected)].to_dict() == pytest.approx(expected)


def test_focal_loss_scales_the_say_of_a_pixel_by_its_formula():
    ratio = say("focal", gamma=2.0) / say("cross_entropy")
    for name, (_, p) in probes.probe_scene().chosen.items():
        gap = 1 - p
        assert ratio[name] == pytest.approx(gap**2 - 2 * p * gap * np.log(p))


def test_poly1_scales_the_say_of_a_pixel_by_its_formula():
    ratio = say("poly1", epsilon=2.0) / say("cross_entropy")
    for name, (_, p) in probes.probe_scene().chosen.items():
        assert ratio[name] == pytest.approx(1 + 2 * p)


def test_classes_are_told_apart_where_the_loss_divides_by_their_size():
    for name in ("dice", "jaccard", "tversky", "lovasz_softmax", "generalized_dice"):
        assert say(name)["rare class"] > 4 * say(name)["frequent class"]
    for name in ("cross_entropy", "focal", "poly1", "ohem", "combo_micro"):
        assert say(name)["rare class"] == pytest.approx(say(name)["frequent class"])


@every_loss
def test_an_ignored_pixel_has_no_say_and_every_chosen_one_counts_somewhere(name):
    found = say(name)
    assert found["ignored pixel"] == 0
    assert found["hard pixel"] > 0
    assert found["all pixels"] > found[list(PIXELS)].sum()


@every_loss
def test_measuring_leaves_a_loss_as_it_was(name):
    loss = probes.scene_loss(name)
    before = {key: value.clone() for key, value in loss.state_dict().items()}
    first, second = probes.say(loss), probes.say(loss)
    assert first.equals(second)
    for key, value in loss.state_dict().items():
        assert torch.equal(value, before[key])


def test_cross_entropys_curves_are_its_formulas():
    points = (0.1, 0.5, 0.9)
    curve = probes.curve(probes.scene_loss("cross_entropy"), "rare class", points)
    assert curve.push.tolist() == pytest.approx([0.9, 0.5, 0.1])
    assert curve.value.tolist() == pytest.approx(list(-np.log(points) + np.log(0.9)))


@pytest.mark.parametrize("name", ["cross_entropy", "focal", "poly1", "combo_micro", "ohem"])
def test_the_push_is_the_slope_of_the_value_times_that_of_the_softmax(name):
    p, step = 0.3, 1e-6
    loss = probes.scene_loss(name)
    curve = probes.curve(loss, "frequent class", (p - step, p, p + step))
    slope = (curve.value.iloc[0] - curve.value.iloc[2]) / (2 * step)
    assert curve.push.iloc[1] == pytest.approx(slope * p * (1 - p), rel=1e-4)


@every_loss
def test_shares_of_the_gradient_add_up_and_leave_out_the_absent_class(name):
    shares = probes.class_say(probes.scene_loss(name))
    assert shares.sum() == pytest.approx(1)
    assert shares["absent"] == 0


def test_cross_entropy_gives_a_class_the_say_of_its_pixels_and_dice_raises_the_rare():
    shares = probes.class_shares("dice")
    assert shares.loc["rare", "cross entropy"] == pytest.approx(0.01, abs=0.003)
    assert shares.loc["rare", "dice"] > 5 * shares.loc["rare", "cross entropy"]


def test_tables_say_the_ratio():
    assert probes.effects("focal").splitlines()[-1].startswith("| ratio | 1/136 |")
    assert probes.side_by_side(["cross_entropy"]).splitlines()[-1].count("1.00\u00a0×") == 6
