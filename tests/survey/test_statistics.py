import math

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from lossstudy.labels import label_space
from lossstudy.survey.statistics import (
    class_table,
    connected_regions,
    cooccurrence,
    imbalance,
    instance_files,
    instance_sizes,
    published_statistics,
    region_sizes,
    size_table,
)

COUNTS = np.array([[6, 2, 0], [8, 0, 0], [1, 1, 2]])
NAMES = ("road", "car", "train")


def flood(label_map):
    """Regions one pixel at a time: a slow reference."""
    left = {tuple(place) for place in np.argwhere(label_map >= 0)}
    found = []
    while left:
        first = left.pop()
        front, size = [first], 0
        while front:
            row, column = front.pop()
            size += 1
            for down, right in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                place = row + down, column + right
                if place in left and label_map[place] == label_map[first]:
                    left.remove(place)
                    front.append(place)
        found.append((int(label_map[first]), size))
    return sorted(found)


@pytest.mark.parametrize("seed", range(8))
def test_regions_are_those_of_a_flood_fill(seed):
    rng = np.random.default_rng(seed)
    label_map = rng.integers(0, 2 + seed % 3, rng.integers(1, 14, 2))
    classes, sizes = connected_regions(label_map)
    assert sorted(zip(classes.tolist(), sizes.tolist(), strict=True)) == flood(label_map)


def test_a_spiral_is_one_region():
    """Its runs join only at their ends, so low numbers have to travel all the way round."""
    spiral = np.zeros((11, 11), dtype=int)
    top, left, bottom, right = 0, 0, 10, 10
    while top <= bottom and left <= right:
        spiral[top, left : right + 1] = 1
        spiral[top : bottom + 1, right] = 1
        spiral[bottom, left + 1 : right + 1] = 1
        spiral[top + 2 : bottom + 1, left + 1] = 1
        top, left, bottom, right = top + 2, left + 2, bottom - 2, right - 2
    classes, sizes = connected_regions(spiral)
    assert sorted(zip(classes.tolist(), sizes.tolist(), strict=True)) == flood(spiral)
    assert (classes == 1).sum() < 4


def test_regions_cover_every_pixel_and_ignored_ones_are_no_class():
    target = np.array([[0, 0, 255], [2, 0, 255]], np.uint8)
    assert connected_regions(target)[1].sum() == target.size
    sizes = region_sizes([target, target], 3)
    assert [each.tolist() for each in sizes] == [[3, 3], [], [1, 1]]


def test_sizes_are_shares_of_the_image():
    table = size_table([np.array([10, 20, 30, 40, 100]), np.array([], int)], ["car", "bus"], 1000)
    assert table.loc["car", "count"] == 5
    assert table.loc["car", ["size 50 %", "largest"]].tolist() == [0.03, 0.1]
    assert table.loc["car", "size around a pixel"] == pytest.approx(0.13 / 2)  # sum s² / sum s
    assert table.loc["bus", "count"] == 0
    assert math.isnan(table.loc["bus", "size 50 %"])


def test_instances_are_counted_by_their_number_and_groups_are_not(tmp_path):
    folder = tmp_path / "gtFine" / "train" / "town"
    folder.mkdir(parents=True)
    car, person = 26, 24  # Cityscapes ids
    ids = np.array([[car * 1000, car * 1000, car * 1000 + 1], [person * 1000, car, 7]], np.uint16)
    Image.fromarray(ids).save(folder / "town_000000_000000_gtFine_instanceIds.png")
    files = instance_files(tmp_path, "train")
    sizes, pixels = instance_sizes(files, "cityscapes", "cityscapes19", 19)
    classes = label_space("cityscapes19").classes
    assert pixels == 6
    assert {classes[i]: each.tolist() for i, each in enumerate(sizes) if len(each)} == {
        "car": [2, 1],
        "person": [1],
    }
    assert instance_files(tmp_path, "val") == []


def test_class_table_counts_pixels_and_images():
    table = class_table(COUNTS, NAMES)
    assert table["pixels"].tolist() == [15, 3, 2]
    assert table["pixel share"].tolist() == [0.75, 0.15, 0.1]
    assert table["images"].tolist() == [3, 2, 1]
    assert table.loc["car", "share where present"] == pytest.approx((2 / 8 + 1 / 4) / 2)


def test_class_that_never_occurs_has_no_share_where_present():
    table = class_table(np.array([[4, 0], [3, 0]]), ["road", "car"])
    assert table.loc["car", "image share"] == 0
    assert math.isnan(table.loc["car", "share where present"])


def test_cooccurrence_of_all_images_and_of_those_with_the_row():
    both = cooccurrence(COUNTS, NAMES)
    assert both.loc["road", "car"] == both.loc["car", "road"] == pytest.approx(2 / 3)
    assert np.diag(both).tolist() == pytest.approx([1, 2 / 3, 1 / 3])
    given = cooccurrence(COUNTS, NAMES, given=True)
    assert given.loc["train", "car"] == 1
    assert given.loc["car", "train"] == 0.5


def test_even_shares_are_not_imbalanced_and_one_owner_is():
    shares = pd.DataFrame({"even": [0.25] * 4, "owned": [0.97, 0.01, 0.01, 0.01]})
    table = imbalance(shares)
    assert table.loc["even", ["entropy", "normalised entropy", "gini"]].tolist() == [2, 1, 0]
    owned = table.loc["owned"]
    assert owned["effective number"] < 1.3
    assert owned["max / min"] == pytest.approx(97)
    assert owned["gini"] == pytest.approx(0.72)  # (1 - 1/C) less what the others hold


def test_absent_classes_do_not_count_towards_imbalance():
    shares = pd.DataFrame({"a": [0.5, 0.5, 0.0], "b": [0.5, 0.5, np.nan]})
    assert imbalance(shares).loc["a"].tolist() == imbalance(shares).loc["b"].tolist()
    assert imbalance(shares)["classes"].tolist() == [2, 2]


def test_imbalance_of_known_shares():
    table = imbalance(pd.DataFrame({"skewed": [0.5, 0.25, 0.25, 0.0]})).loc["skewed"]
    assert (table["classes"], table["entropy"], table["max / min"]) == (3, 1.5, 2)
    assert table["effective number"] == pytest.approx(2**1.5)
    assert table["normalised entropy"] == pytest.approx(1.5 / math.log2(3))


def test_gini_is_that_of_all_pairs():
    values = np.array([0.5, 0.3, 0.2])
    expected = sum(abs(a - b) for a in values for b in values) / (2 * 3 * 1)
    assert imbalance(pd.DataFrame({"x": values})).loc["x", "gini"] == pytest.approx(expected)


def test_published_shares_are_those_of_all_19_classes():
    table = published_statistics().set_index(["dataset", "statistic"])
    shares = table.loc[("cityscapes", "pixel share")].set_index("class_name").value
    assert set(shares.index) == set(label_space("cityscapes19").classes)
    assert shares.sum() == pytest.approx(1, abs=1e-6)
    weights = table.loc[("camvid", "median frequency weight")]
    assert set(weights.class_name) == set(label_space("camvid11").classes)


def test_the_median_of_median_frequency_weights_is_near_one():
    """One class has the median frequency itself; SegNet's settings round its neighbours."""
    table = published_statistics()
    weights = table[table.statistic == "median frequency weight"].value
    assert weights.median() == pytest.approx(0.9051)


def test_published_shares_agree_with_an_independent_source():
    """ERFNet's class weights are 1 / ln(1.1 + share of all pixels, ignored ones included)."""
    table = published_statistics()
    cityscapes = table[(table.statistic == "pixel share") & (table.dataset == "cityscapes")]
    shares = cityscapes.set_index("class_name").value
    erfnet = {"road": 2.8149201869965, "car": 6.6616044044495, "motorcycle": 10.405355453491}
    labelled = [(math.exp(1 / w) - 1.1) / shares[name] for name, w in erfnet.items()]
    assert labelled == pytest.approx([0.8857, 0.8859, 0.8858], abs=1e-4)


def test_published_sources_are_in_the_bibliography(request):
    text = (request.config.rootpath / "book" / "references.bib").read_text("utf-8")
    assert all(f"{{{source}," in text for source in published_statistics().source)
