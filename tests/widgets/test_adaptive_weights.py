import pytest

from lossstudy.widgets import AdaptiveWeights
from tests.records import SPACE
from tests.widgets.explorers import made_record, with_curve


@pytest.fixture
def record(tmp_path):
    return with_curve(made_record(tmp_path))


def test_shows_the_chosen_class_at_the_chosen_step(record):
    explorer = AdaptiveWeights(record, label="rider", step=40)
    place = SPACE.classes.index("rider")
    numbers = explorer.numbers
    assert numbers["share"] == record.data["class_share"][place]
    assert numbers["chosen.weight"] == [point["weight"][place] for point in record.loss_curve]
    assert numbers["here.running_iou"] == record.loss_curve[1]["running_iou"][place]
    for c, weight in enumerate(record.loss_curve[1]["weight"]):
        assert numbers[f"at.weight.{c}"] == weight


def test_starts_with_the_rarest_class_that_was_trained_on(record):
    shares = dict(zip(SPACE.classes, record.data["class_share"], strict=True))
    chosen = AdaptiveWeights(record).values["label"]
    assert shares[chosen] == min(share for share in shares.values() if share > 0)


def test_any_reading_gets_a_panel(record):
    for point in record.loss_curve:
        point["margin"] = point.pop("weight")
    explorer = AdaptiveWeights(record)
    assert "here.margin" in explorer.numbers
    assert explorer.html().count('class="chart"') == 2


def test_refuses_a_run_whose_loss_has_no_state(tmp_path):
    with pytest.raises(ValueError, match=r"has no loss_curve: its loss, combo, has no state"):
        AdaptiveWeights(made_record(tmp_path, loss="combo"))


def test_arrow_keys_lead_to_a_number(open_page, record):
    tab = open_page(AdaptiveWeights(record, label="bicycle"))
    tab.get_by_label("step", exact=True).press("ArrowLeft")
    assert tab.locator("[data-number='step']").inner_text() == "40"
    assert tab.locator("[data-number='here.weight']").inner_text() == "0.600"
    tab.get_by_label("class", exact=True).select_option("road")
    assert tab.locator("[data-number='here.weight']").inner_text() == "1.000"
    assert tab.locator("[data-text='label']").inner_text() == "road"
