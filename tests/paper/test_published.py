import pytest

from lossstudy.labels import label_space
from lossstudy.paper import published


def columns():
    paper = published()
    return {
        key: group.set_index("class_name").iou for key, group in paper.groupby(["table", "column"])
    }


def test_every_column_has_the_19_classes_and_their_mean():
    for iou in columns().values():
        assert tuple(iou.index) == (*label_space("cityscapes19").classes, "mean iou")
        assert iou.between(0, 1).all()
    assert len(columns()) == 9


@pytest.mark.parametrize("key", [(t, c) for t in (1, 2, 3) for c in (1, 2, 3) if (t, c) != (1, 2)])
def test_a_printed_mean_is_the_mean_of_its_rows(key):
    iou = columns()[key]
    assert iou["mean iou"] == pytest.approx(iou.drop("mean iou").mean(), abs=1e-3)


def test_the_printed_mean_of_cityscapes_to_idd_is_not_that_of_its_rows():
    iou = columns()[1, 2]
    assert iou.drop("mean iou").mean() == pytest.approx(0.0432, abs=1e-4)
    assert iou["mean iou"] == 0.047


def test_one_class_makes_most_of_what_combo_gains_on_idd():
    gain = columns()[2, 3] - columns()[2, 1]
    assert gain["mean iou"] == pytest.approx(0.026, abs=1e-9)
    assert gain["train"] / 19 == pytest.approx(0.0168, abs=1e-4)


def test_the_same_experiment_is_printed_twice_with_different_numbers():
    in_table_1, in_table_3 = columns()[1, 1], columns()[3, 1]
    assert (in_table_1 != in_table_3).drop("mean iou").sum() == 10
    assert in_table_1["motorcycle"] - in_table_3["motorcycle"] == pytest.approx(0.03)
    assert columns()[1, 3].equals(columns()[2, 1])
