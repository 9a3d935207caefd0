import numpy as np
import pytest

from lossstudy.results import (
    by_imbalance,
    class_presence_html,
    presence,
    presence_html,
    read_records,
)
from tests.records import make_record


@pytest.fixture
def records(tmp_path):
    """Two seeds of MLMT on two images: class 1 is in the first, class 0 in both, no other."""
    for seed in range(2):
        folder = make_record(
            tmp_path / "mlmt", model="mlmt", seed=seed, num_images=2, scene_imbalance=1.0,
            presence_threshold=0.2,
        )  # fmt: skip
        present = np.zeros((2, 19), bool)
        present[:, 0], present[0, 1] = True, True
        scores = np.where(present, 0.9, 0.1).astype(np.float16)
        scores[1, 0] = 0.1  # ruled out by mistake
        union = np.full((2, 19), 10, np.int32)
        arrays = {"present": present, "presence": scores}
        for part, hits in (("", 6), ("alone_", 5), ("oracle_", 8)):
            arrays[f"{part}union"] = union
            arrays[f"{part}intersection"] = np.full((2, 19), hits, np.int32)
        np.savez(folder / "images.npz", **{f"cityscapes_{k}": v for k, v in arrays.items()})
    return read_records(tmp_path)


def test_shares_follow_from_the_definitions(records):
    found = presence(records[0])
    assert found.absent_share == 1 / 4  # class 1 in the second image, of two classes that occur
    assert found.rightly_ruled_out == 1
    assert found.wrongly_ruled_out == pytest.approx(1 / 3)
    assert np.nanmean(found.alone) == 0.5
    assert np.nanmean(found.oracle) == 0.8
    assert np.isnan(found.fused[2:]).all()  # of classes in no image


def test_page_shows_what_classifier_and_truth_change(records):
    assert list(by_imbalance(records)) == ["natural"]
    html = presence_html(records)
    assert "<td>1.5</td>" in html  # classes an image
    assert "+0.100 (+0.100 to +0.100)" in html
    assert "+0.300 (+0.300 to +0.300)" in html
    rows = class_presence_html(records)
    assert rows.count("<tr>") == 2
    assert "sidewalk" in rows


def test_page_without_runs_says_how_to_make_them():
    assert "lossstudy study --name mlmt" in presence_html([])
