import numpy as np
import pandas as pd
import pytest

from lossstudy import plots
from lossstudy.survey.statistics import predictors, size_table

NAMES = ("road", "car", "pole", "train")


def lines(axes):
    """The marks of a panel: one line of points a series."""
    return [line for line in axes.get_lines() if line.get_marker() not in {"", "None"}]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_shares_of_several_datasets_lie_side_by_side():
    shares = pd.DataFrame({"one": [0.9, 0.1], "two": [0.5, np.nan]}, index=NAMES[:2])
    axes = plots.class_shares(shares, "share of the images", log=False).axes[0]
    first, second = axes.containers
    assert [bar.get_width() for bar in first.patches] == [0.9, 0.1]
    assert np.isnan(second.patches[1].get_width())
    assert first.patches[0].get_y() < second.patches[0].get_y()
    assert axes.get_xscale() == "linear"
    assert axes.get_xlabel() == "share of the images"


def test_sizes_have_their_median_marked_between_the_quantiles():
    sizes = [np.arange(1, 101), np.array([7]), np.array([], int), np.array([50, 60])]
    table = size_table(sizes, NAMES, 1000)
    axes = plots.size_ranges({"scenes": table}).axes[0]
    (marks,) = lines(axes)
    np.testing.assert_allclose(marks.get_xdata(), table["size 50 %"])
    (first, *_) = axes.collections[0].get_segments()
    np.testing.assert_allclose(first[:, 0], [0.0109, 0.0901])
    assert [label.get_text() for label in axes.get_yticklabels()] == list(NAMES)


def test_company_is_written_in_percent_and_a_class_nobody_saw_is_blank():
    shares = pd.DataFrame([[1.0, 0.25], [np.nan, np.nan]], index=NAMES[:2], columns=NAMES[:2])
    axes = plots.cooccurrence(shares, "scenes").axes[0]
    assert texts(axes) == ["100", "25"]
    assert axes.get_title() == "scenes"


def test_every_class_and_loss_has_a_mark_at_its_number():
    column = pd.concat({"scenes": pd.Series([0.5, 0.3, 0.1, 0.01], index=NAMES)})
    values = {"cross_entropy": [0.9, 0.7, 0.2, np.nan], "combo": [0.9, 0.8, 0.3, np.nan]}
    ious = pd.DataFrame(values, index=NAMES)
    figure = plots.iou_against(column, {"scenes": ious}, "share")
    axes = figure.axes[0]
    for line, loss in zip(lines(axes), ious.columns, strict=True):
        points = dict(zip(line.get_xdata(), line.get_ydata(), strict=True))
        assert points[0.3] == ious.loc["car", loss]
    assert sorted(texts(axes)) == sorted(NAMES[:3])  # the validation set holds no train
    assert len({line.get_marker() for line in lines(axes)}) == 2


@pytest.fixture
def tables():
    rng = np.random.default_rng(0)
    share = pd.Series(np.arange(10.0))
    metadata = pd.DataFrame({"pixel share": share, "image share": rng.permutation(10)})
    ious = pd.DataFrame({"cross_entropy": share / 20, "combo": 0.5 - share / 40})
    return {"one": predictors(metadata, ious), "two": predictors(metadata[["pixel share"]], ious)}


def test_correlations_are_marked_in_the_row_of_their_number(tables):
    figure = plots.correlations(tables)
    one, two = figure.axes
    marks = lines(one)
    assert [line.get_xdata()[0] for line in marks] == pytest.approx([1, -1])
    assert [label.get_text() for label in one.get_yticklabels()] == ["pixel share", "image share"]
    assert [round(y) for y in marks[0].get_ydata()] == [0, 1]
    assert all(len(line.get_xdata()) == 1 for line in lines(two))


def test_a_loss_has_the_same_mark_where_cross_entropy_is_not_drawn(tables):
    with_it = lines(plots.correlations(tables).axes[0])[1]
    without = lines(plots.correlations(tables, "gain over cross entropy").axes[0])[0]
    assert (with_it.get_marker(), with_it.get_color()) == (
        without.get_marker(),
        without.get_color(),
    )
