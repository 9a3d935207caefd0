import numpy as np
import pandas as pd
import pytest

from lossstudy.paper import contributions, gain_without
from lossstudy.results import ClassTable, class_tables
from lossstudy.widgets import LeaveOneClassOut
from tests.widgets.explorers import made_records

PAPERS_IDD = "Table 2, the paper"


@pytest.fixture
def explorer():
    return LeaveOneClassOut(class_tables([]), table=PAPERS_IDD)


def test_shares_are_those_of_the_audit(explorer):
    expected = contributions(2, "combo").share
    for r, (name, share) in enumerate(expected.items()):
        assert explorer.numbers[f"class.{r}"] == name
        assert explorer.numbers[f"share.{r}"] == pytest.approx(share)
    assert explorer.numbers["top.class"] == "train"
    assert explorer.numbers["top.share"] == pytest.approx(expected.max())


@pytest.mark.parametrize(
    "out", [["train"], ["train", "traffic sign"], ["road", "sky"], ["traffic sign", "bicycle"]]
)
def test_gain_is_that_of_the_classes_that_are_ticked(explorer, out):
    explorer.set(**{name.replace(" ", "_"): False for name in out})
    numbers = explorer.numbers
    assert numbers["gain.kept"] == pytest.approx(gain_without(2, "combo", out))
    assert numbers["gain.all"] == pytest.approx(gain_without(2, "combo", []))
    assert numbers["count.kept"] == 19 - len(out)
    gap = numbers["mean.kept.2"] - numbers["mean.kept.0"]
    assert numbers["gain.kept"] == pytest.approx(gap)
    assert numbers["count.out"] == len(out)
    assert numbers["out.share"] == pytest.approx(contributions(2, "combo").share[out].sum())


def test_taking_the_top_class_out_leaves_the_gain_that_was_told(explorer):
    told, top = explorer.numbers["top.without"], explorer.numbers["top.class"]
    explorer.set(**{top: False})
    assert explorer.numbers["gain.kept"] == pytest.approx(told)
    assert explorer.numbers["top.class"] != top


def test_ranks_follow_the_means_and_are_shared_by_equal_ones():
    iou = pd.DataFrame({
        "cross entropy": [0.5, 0.1], "focal": [0.4, 0.3], "combo": [0.5, 0.2],
    }, index=["sky", "train"])  # fmt: skip
    explorer = LeaveOneClassOut([ClassTable("made up", iou, "combo", "cross entropy")])
    ranks = [explorer.numbers[f"rank.all.{i}"] for i in range(3)]
    assert ranks == [3, 1, 1]  # means 0.30, 0.35 and 0.35
    explorer.set(train=False)
    assert [explorer.numbers[f"rank.kept.{i}"] for i in range(3)] == [1, 3, 1]
    assert explorer.numbers["top.share"] is None  # nothing gained, nothing to share
    explorer.set(sky=False)
    assert [explorer.numbers[f"mean.kept.{i}"] for i in range(3)] == [None] * 3


def test_a_class_without_an_iou_counts_in_no_mean():
    iou = pd.DataFrame({
        "cross entropy": [0.5, np.nan], "focal": [0.4, 0.3], "combo": [0.7, 0.2],
    }, index=["sky", "train"])  # fmt: skip
    numbers = LeaveOneClassOut([ClassTable("made up", iou, "combo", "cross entropy")]).numbers
    assert numbers["mean.all.0"] == 0.5
    assert numbers["difference.1"] is None
    assert numbers["gain.all"] == pytest.approx(0.2)


def test_nothing_taken_out_carries_nothing_of_a_loss_either(open_page):
    iou = pd.DataFrame({
        "cross entropy": [0.5, 0.4], "focal": [0.4, 0.3], "combo": [0.3, 0.3],
    }, index=["sky", "train"])  # fmt: skip
    explorer = LeaveOneClassOut([ClassTable("made up", iou, "combo", "cross entropy")])
    for javascript in (True, False):
        tab = open_page(explorer, javascript=javascript)
        assert tab.locator("[data-number='out.share']").inner_text() == "0 %"
    explorer.set(sky=False)
    assert explorer.numbers["out.share"] == pytest.approx(2 / 3)  # 0.2 of 0.3 lost


def test_only_classes_of_the_table_can_be_ticked(tmp_path, open_page):
    small = pd.DataFrame(0.5, ["tree", "sky"], ["cross entropy", "focal", "combo"])
    tables = [*class_tables([]), ClassTable("small", small, "combo", "cross entropy")]
    explorer = LeaveOneClassOut(tables)
    tab = open_page(explorer)
    assert not tab.get_by_label("tree", exact=True).is_visible()
    tab.get_by_label("table", exact=True).select_option("small")
    assert tab.get_by_label("tree", exact=True).is_visible()
    assert not tab.get_by_label("road", exact=True).is_visible()
    rows = tab.locator("th > [data-text^='class.']")
    assert [row.inner_text() for row in rows.all() if row.is_visible()] == ["tree", "sky"]
    explorer.set(table="small")
    live = dict(zip(explorer.values, explorer.widget.children[0].children, strict=True))
    assert live["road"].layout.display == "none"
    assert live["tree"].layout.display is None


def test_a_key_unticks_a_class(open_page, explorer):
    tab = open_page(explorer)
    assert tab.locator("[data-number='top.share']").inner_text() == "64 %"
    assert tab.locator("[data-number='gain.kept']").inner_text() == "0.026"
    assert tab.locator("[data-number='out.share']").inner_text() == "0 %"
    tab.get_by_label("train", exact=True).press("Space")
    assert tab.locator("[data-number='out.share']").inner_text() == "64 %"
    assert tab.locator("[data-number='gain.kept']").inner_text() == "0.010"
    assert tab.locator("[data-text='top.class']").inner_text() == "traffic sign"


def test_says_of_our_tables_what_the_images_were(tmp_path):
    explorer = LeaveOneClassOut(class_tables(made_records(tmp_path)))
    ours = [title for title in explorer.controls[0].options if "paper" not in title]
    assert ours == ["Table 3, quick, generated scenes"]
