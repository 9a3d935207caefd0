import numpy as np
import pytest

from lossstudy.results import (
    by_imbalance,
    class_presence_html,
    presence,
    presence_html,
    presence_text,
    read_records,
)
from tests.records import make_record


def make_runs(folder, imbalance, in_first, oracle_hits, profile="quick"):
    """Two seeds of MLMT on two images: class 0 is in both, `in_first` more in the first."""
    for seed in range(2):
        run = make_record(
            folder / "mlmt", model="mlmt", seed=seed, num_images=2, presence_threshold=0.2,
            profile=profile, scene_imbalance=imbalance,
            loss_params={"imbalance": imbalance},  # which sets their ids apart
        )  # fmt: skip
        present = np.zeros((2, 19), bool)
        present[:, 0], present[0, 1 : 1 + in_first] = True, True
        scores = np.where(present, 0.9, 0.1).astype(np.float16)
        scores[1, 0] = 0.1  # ruled out by mistake
        union = np.full((2, 19), 10, np.int32)
        arrays = {"present": present, "presence": scores}
        for part, hits in (("", 6), ("alone_", 5), ("oracle_", oracle_hits)):
            arrays[f"{part}union"] = union
            arrays[f"{part}intersection"] = np.full((2, 19), hits, np.int32)
        np.savez(run / "images.npz", **{f"cityscapes_{k}": v for k, v in arrays.items()})


@pytest.fixture
def records(tmp_path):
    make_runs(tmp_path, 1.0, in_first=1, oracle_hits=8)
    return read_records(tmp_path)


def test_shares_follow_from_the_definitions(records):
    found = presence(records[0])
    assert found.absent_share == 1 / 4  # class 1 in the second image, of two classes that occur
    assert found.rightly_ruled_out == 1
    assert found.wrongly_ruled_out == pytest.approx(1 / 3)
    assert found.not_learnt == 0
    assert found._replace(alone=np.array([0.5, 0.009, np.nan])).not_learnt == 1
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


def test_profiles_are_not_mixed(records, tmp_path):
    make_runs(tmp_path, 1.0, in_first=3, oracle_hits=9, profile="standard")
    both = read_records(tmp_path)
    assert len(both) == 4
    assert {run.profile for run in by_imbalance(both)["natural"]} == {"standard"}


def test_words_are_those_of_the_numbers(records, tmp_path):
    assert presence_text([]) == ""
    raised = "raises mean IoU on 1 of 1 kinds of scenes and lowers it on 0."
    assert presence_text(records).endswith(raised)
    make_runs(tmp_path, 1.5, in_first=3, oracle_hits=6)
    text = presence_text(read_records(tmp_path))
    assert "brings +0.300 where 25% of the classes are absent and +0.100 where 38% are" in text
    assert text.endswith("where more classes are absent, less is won.")
    one_seed = [run for run in read_records(tmp_path) if run.seed == 0]
    assert presence_text(one_seed).endswith("the seeds do not tell the two apart.")


def test_page_without_runs_says_how_to_make_them():
    assert "lossstudy study --name mlmt" in presence_html([])
