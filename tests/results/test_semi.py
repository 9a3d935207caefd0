import pytest

from lossstudy.results import class_gains_html, gains, gains_html, read_records
from lossstudy.results._semi import confident_share, gain, mean_iou
from tests.records import make_record

FEW = {"labelled_ratio": 0.125, "backbone": "small"}


def make_pairs(folder, **config):
    """Three seeds with and without unlabelled images: 0.02, 0.03 and 0.04 better with them."""
    for seed in range(3):
        base = 0.4 + seed / 50
        make_record(folder / "with", seed=seed, iou=base + 0.02 + seed / 100, **FEW, **config)
        make_record(folder / "alone", seed=seed, iou=base, model="deeplab", **FEW, **config)


@pytest.fixture
def records(tmp_path):
    make_pairs(tmp_path / "a")
    for number, file in enumerate(sorted(tmp_path.rglob("record.json"))):
        text = file.read_text().replace('"id": "', f'"id": "{number}-')
        text = text.replace('"pseudo_share"', '"unused"')
        text = text.replace('"self_training": 0.1', '"self_training": 0.1, "pseudo_share": 0.25')
        file.write_text(text.replace('"num_train": 12', '"num_train": 12, "num_labelled": 2'))
    return read_records(tmp_path)


def test_gain_is_the_difference_of_each_seed(records):
    (found,) = gains(records)
    assert (found.loss, found.labelled, found.images) == ("cross_entropy", 2, 12)
    gained = gain(found, mean_iou)
    assert gained.values == pytest.approx((0.02, 0.03, 0.04))
    assert gained.interval.mean == pytest.approx(0.03)
    assert gained.interval.low == pytest.approx(0.03 - 4.3027 * 0.01 / 3**0.5)
    assert gained.sign == 1
    assert all(one != two for one, two in gained.runs)
    assert confident_share(found.with_unlabelled[0]) == 0.25


def test_runs_that_differ_in_more_than_the_model_are_no_pair(tmp_path):
    make_record(tmp_path / "a", labelled_ratio=0.125)
    make_record(tmp_path / "b", labelled_ratio=0.5, model="deeplab")
    make_record(tmp_path / "c", labelled_ratio=0.125, model="deeplab", loss="combo")
    assert gains(read_records(tmp_path)) == []


def test_field_that_an_older_record_lacks_counts_as_its_default(tmp_path):
    make_record(tmp_path / "a", labelled_ratio=1.0)
    make_record(tmp_path / "b", labelled_ratio=1.0, model="deeplab", network="deeplabv2")
    for number, file in enumerate(sorted(tmp_path.rglob("record.json"))):
        text = file.read_text().replace('"id": "', f'"id": "{number}-')
        file.write_text(text.replace('"num_train": 12', '"num_train": 12, "num_labelled": 12'))
    assert len(gains(read_records(tmp_path))) == 1


def test_page_shows_both_sides_the_gain_and_its_runs(records):
    html = gains_html(records)
    assert "quick, 2 of 12 images" in html
    assert "+0.030 (+0.005 to +0.055)" in html
    assert "25.0%" in html
    assert html.count('href="../runs/') == 6
    (found,) = gains(records)
    assert class_gains_html(found, records).count("<summary>") == 19


def test_page_without_runs_says_how_to_make_them():
    assert "lossstudy study --name semi" in gains_html([])
