import base64
import io
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from lossstudy.labels import label_space
from lossstudy.widgets import Predictions
from lossstudy.widgets._picture import label_picture
from tests.widgets.explorers import made_records, predictions

ROAD, SKY, PERSON, CAR = 0, 10, 11, 13


def decoded(address):
    form, text = re.fullmatch(r"data:image/(\w+);base64,(.*)", address).groups()
    return form, np.array(Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB"))


def test_scores_are_of_the_labelled_pixels_of_the_image(tmp_path):
    explorer = predictions(tmp_path, left="cross entropy", right="ground truth")
    numbers = explorer.numbers
    # of the sample: 64 pixels sky, all taken for car; 48 road, all found; 16 without a label
    assert numbers[f"iou.left.{SKY}"] == 0
    assert numbers[f"iou.left.{ROAD}"] == 1
    assert numbers[f"iou.left.{PERSON}"] is None
    assert numbers["mean.left"] == pytest.approx(1 / 3)  # road, sky, car
    assert numbers[f"difference.{SKY}"] == 1
    assert numbers[f"difference.{PERSON}"] is None
    assert numbers["mean.right"] == 1


def test_the_table_has_the_classes_of_the_scene_and_of_both_pictures(open_page, tmp_path):
    explorer = predictions(tmp_path, left="ground truth", right="ground truth")
    named = {c for c in range(19) if explorer.numbers[f"class.{c}"]}
    assert named == {ROAD, SKY}
    explorer.set(right="combo")
    assert explorer.numbers[f"class.{CAR}"] == "car"
    tab = open_page(predictions(tmp_path / "page", left="ground truth", right="ground truth"))
    rows = tab.locator("tbody tr:visible th")
    assert rows.all_inner_texts() == ["road", "sky", "mean of those"]
    tab.get_by_label("right", exact=True).select_option("combo")
    assert rows.all_inner_texts() == ["road", "sky", "car", "mean of those"]


def test_scores_are_those_of_a_confusion_matrix(tmp_path):
    generator = np.random.default_rng(0)
    pred, target = generator.integers(0, 5, (2, 8, 16)).astype(np.uint8)
    target[0, :9] = 255
    records = made_records(tmp_path)[::2]
    for record in records:
        file = record.folder / "samples" / "cityscapes_0.npz"
        np.savez(file, **{**np.load(file), "target": target, "pred": pred})
    numbers = Predictions(records, "cityscapes", [0], left="focal").numbers
    known = target != 255
    pairs = np.bincount(5 * target[known].astype(int) + pred[known], minlength=25).reshape(5, 5)
    expected = np.diag(pairs) / (pairs.sum(0) + pairs.sum(1) - np.diag(pairs))
    assert [numbers[f"iou.left.{c}"] for c in range(5)] == pytest.approx(expected, abs=5e-4)
    assert numbers["mean.left"] == pytest.approx(expected.mean())


def test_pictures_are_the_recorded_ones_in_the_colours_of_the_classes(tmp_path):
    explorer = predictions(tmp_path, left="ground truth", scene="scene 1")
    colors = label_space("cityscapes19").colors
    form, truth = decoded(explorer.numbers["picture.left"])
    assert form == "png"
    assert truth.shape == (8, 16, 3)
    assert tuple(truth[0, 0]) == tuple(bytes.fromhex(colors[SKY][1:]))
    assert tuple(truth[7, 0]) == (0, 0, 0)
    form, image = decoded(explorer.numbers["photograph"])
    assert form == "webp"
    assert np.abs(image.astype(int) - 90).max() < 5


def test_ids_beyond_the_classes_are_black():
    _, picture = decoded(label_picture(np.array([[0, 1, 2, 255]], np.uint8), ["#102030"]))
    assert picture[0].tolist() == [[16, 32, 48], [0, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_predictions_on_the_way_are_shown_at_their_step(tmp_path):
    explorer = predictions(tmp_path)
    assert explorer.values["step"] == 50
    explorer.set(step=25)
    assert explorer.numbers[f"iou.left.{SKY}"] == pytest.approx(64 / 112, abs=5e-4)
    assert "last step alone" not in explorer.html()


def test_says_when_only_the_last_step_was_kept(tmp_path):
    explorer = Predictions(made_records(tmp_path)[::2], "cityscapes", [0])
    assert "step" not in explorer.values
    assert "last step alone" in explorer.html()


def test_refuses_what_was_not_kept(tmp_path):
    records = made_records(tmp_path)[::2]
    with pytest.raises(FileNotFoundError, match="stored no sample cityscapes_7"):
        Predictions(records, "cityscapes", [7])
    file = records[1].folder / "samples" / "cityscapes_0.npz"
    np.savez(file, **{**np.load(file), "target": np.zeros((8, 16), np.uint8)})
    with pytest.raises(ValueError, match="sample 0 of cityscapes is another image"):
        Predictions(records, "cityscapes", [0])


def test_keys_wipe_and_step(open_page, tmp_path):
    tab = open_page(predictions(tmp_path))
    for _ in range(3):
        tab.get_by_label("left part").press("ArrowRight")
    assert tab.locator(".over").evaluate("node => node.style.clipPath") == "inset(0px 0px 0px 65%)"
    before = tab.get_by_alt_text("label map on the left").get_attribute("src")
    tab.get_by_label("step of the training").press("ArrowLeft")
    assert tab.locator(f"[data-number='iou.left.{SKY}']").inner_text() == "0.571"
    after = tab.get_by_alt_text("label map on the left").get_attribute("src")
    assert (decoded(after)[1] != decoded(before)[1]).any()
    tab.get_by_label("left", exact=True).select_option("ground truth")
    assert tab.locator("[data-number='mean.left']").inner_text() == "1.000"


def test_axe_finds_nothing(open_page, tmp_path):
    tab = open_page(predictions(tmp_path))
    found = Axe().run(tab, context=".explorer", options={"resultTypes": ["violations"]})
    assert [violation["id"] for violation in found.response["violations"]] == []
