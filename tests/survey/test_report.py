import json

import pytest

from lossstudy.survey.statistics import report


def test_report_adds_up(stand_in):
    dataset = stand_in(4)
    found = report(dataset)
    assert found.num_images == 4
    assert found.classes["pixels"].sum() == (dataset.targets != 255).sum()
    assert found.classes["pixel share"].sum() == pytest.approx(1)
    blocks = (dataset.targets == 3).sum() / 64
    assert 0 < found.regions.loc[dataset.space.classes[3], "count"] <= blocks
    assert found.instances is None
    assert list(found.metadata().index) == list(dataset.space.classes)


def test_report_as_text_and_as_json_say_the_same(stand_in):
    found = report(stand_in(3))
    content = json.loads(found.to_json())
    assert content["classes"]["road"]["pixels"] == found.classes.loc["road", "pixels"]
    assert content["imbalance"]["gini"] == pytest.approx(found.imbalance["gini"].iloc[0])
    assert content["instances"] is None
    share = f"{100 * found.classes.loc['road', 'pixel share']:.3f}"
    line = next(line for line in found.text().splitlines() if line.startswith("road"))
    assert share in line
    assert "annotated instances" not in found.text()


def test_absent_classes_are_null_in_json_and_a_dash_in_text(stand_in):
    dataset = stand_in(3)
    dataset.targets[dataset.targets == 7] = 255
    dataset.image_class_pixels[:, 7] = 0
    found = report(dataset)
    assert json.loads(found.to_json())["regions"]["traffic sign"]["largest"] is None
    assert any("traffic sign" in line and "–" in line for line in found.text().splitlines())
