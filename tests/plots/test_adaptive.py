import itertools
import math
from dataclasses import replace

import pandas as pd

from lossstudy import plots
from lossstudy.results import Interval, read_record
from lossstudy.results.adaptive import Gap
from tests.records import make_record

GAPS = {
    "against the best default": [
        Gap("CamVid", "cross_entropy", Interval(0.02, 0.01, 0.03), 3),
        Gap("balanced", "combo", Interval(-0.01, math.nan, math.nan), 1),
    ],
    "against the best tuned": [Gap("balanced", "focal (tuned)", Interval(0.0, -0.1, 0.1), 1)],
}


def test_a_gap_is_a_mark_on_its_interval_in_the_row_of_its_setting():
    (axes,) = plots.gap_dots(GAPS, "mean IoU").axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["balanced", "CamVid"]
    marks = next(line for line in axes.lines if line.get_label() == "against the best default")
    assert marks.get_xdata().tolist() == [0.02, -0.01]
    assert [round(y) for y in marks.get_ydata()] == [1, 0]
    spans = [line.get_xdata() for line in axes.lines]
    assert any(list(span) == [0.01, 0.03] for span in spans)


def test_one_seed_is_marked_with_a_white_point():
    (axes,) = plots.gap_dots(GAPS, "mean IoU").axes
    points = [line.get_xdata() for line in axes.lines if line.get_color() == "white"]
    assert [list(x) for x in points] == [[-0.01], [0.0]]


def test_the_text_of_the_gaps_has_interval_and_opponent():
    text = plots.gap_dots_text(GAPS, "mean IoU, ours minus theirs")
    first = "CamVid, against the best default, against cross entropy: +0.020 (+0.010 to +0.030)"
    assert f"{first}, n = 3;" in text
    assert "balanced, against the best default, against combo: −0.010, n = 1;" in text


def test_the_price_is_a_numbered_point_a_contender():
    table = pd.DataFrame({
        "contender": ["adaptive", "combo + rule", "recall + rule", "dice"],
        "mean_iou": [0.5, 0.4, 0.3, 0.2], "pixel_accuracy": [0.8, 0.9, 0.7, 0.6],
        "n": [3, 3, 3, 1],
    })  # fmt: skip
    (axes,) = plots.price_dots(table).axes
    drawn = {line.get_label(): (line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines}
    assert drawn == {"1 adaptive": (0.5, 0.8), "2 combo + rule": (0.4, 0.9)}
    assert "combo + rule 0.400 and 0.900" in plots.price_dots_text(table)


def test_the_numbers_of_near_points_stay_apart():
    table = pd.DataFrame({
        "contender": ["adaptive", "combo", "recall", "focal"],
        "mean_iou": [0.400, 0.401, 0.4005, 0.2],
        "pixel_accuracy": [0.80, 0.80, 0.805, 0.6], "n": 3,
    })  # fmt: skip
    (axes,) = plots.price_dots(table).axes
    assert [text.get_text() for text in axes.texts] == ["1", "2", "3", "4"]
    corners = [text.get_window_extent() for text in axes.texts]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(corners, 2))


def test_weights_name_the_rare_third_of_the_classes(tmp_path):
    record = read_record(make_record(tmp_path))
    shares = [0.9, 0.0, 0.01, 0.02, 0.03, 0.04, 0.0005] + [0.0] * 12
    curve = [
        {"step": step, "weight": [1 - step / 10] * 19, "running_iou": [step / 10] * 19}
        for step in (0, 5)
    ]
    record = replace(record, data={**record.data, "class_share": shares}, loss_curve=curve)
    figure = plots.weights_over_time(record)
    named = [text.get_text() for text in figure.legends[0].get_texts()]
    assert named == ["traffic light", "building"]
    weights, running = (axes.lines[0].get_ydata().tolist() for axes in figure.axes)
    assert (weights, running) == ([1.0, 0.5], [0.0, 0.5])
    assert "traffic light from 1.00 to 0.50" in plots.weights_over_time_text(record)
