"""What a check has to know of datasets other than Cityscapes."""

import json

import numpy as np
import pytest
from PIL import Image

from lossstudy.datasets.camvid import CamVid
from lossstudy.datasets.idd import Idd
from lossstudy.datasets.scenes import scenes_root
from lossstudy.survey.check import check
from tests.datasets.trees import annotation, photo, save


def split(report, name):
    return next(split for split in report.splits if split.name == name)


def test_generated_scenes_are_compared_with_their_own_number(tmp_path):
    root = scenes_root("idd", (32, 64), 3, 2, tmp_path)
    report = check("idd", root, progress=False)
    assert report.ok
    assert report.generated
    assert report.label_spaces() == ["idd30", "idd26", "cityscapes19"]
    next(root.glob("leftImg8bit/train/*/*.png")).unlink()
    assert split(check("idd", root, progress=False), "train").published == (3,)


@pytest.mark.parametrize("parts", [(3, 4), (4, 3), (2, 1)])
def test_idd_is_complete_in_either_part_or_both(parts, tmp_path, monkeypatch):
    root = scenes_root("idd", (32, 64), 3, 2, tmp_path)
    (root / "manifest.json").unlink()
    monkeypatch.setattr(Idd, "official", {"train": parts[0], "val": 2})
    monkeypatch.setattr(Idd, "official_part_2", {"train": parts[1], "val": 9})
    assert check("idd", root, progress=False).ok


def test_annotations_that_cannot_be_drawn_are_named(tmp_path):
    generator = np.random.default_rng(0)
    for name in ("train", "val"):
        save(tmp_path / "leftImg8bit" / name / "0" / "000001_leftImg8bit.jpg", photo(generator))
        path = tmp_path / "gtFine" / name / "0" / "000001_gtFine_polygons.json"
        path.parent.mkdir(parents=True)
        square = [[0, 0], [9, 0], [9, 9]]
        path.write_text(json.dumps(annotation(("road" if name == "val" else "raod", square))))
    report = check("idd", tmp_path, progress=False)
    assert split(report, "val").sound
    (finding,) = split(report, "train").findings
    assert finding.kind == "annotation"
    assert "raod" in finding.detail
    assert split(report, "val").encodings == {"polygons": ["idd30", "idd26", "cityscapes19"]}


def test_colours_are_compared_with_the_label_table(tmp_path, monkeypatch):
    monkeypatch.setattr(CamVid, "official", {"train": 1, "val": 1, "test": 1})
    generator = np.random.default_rng(0)
    for frame in ("0001TP_006690", "0016E5_07961", "Seq05VD_f00000"):
        save(tmp_path / "701_StillsRaw_full" / f"{frame}.png", photo(generator))
        label = tmp_path / "LabeledApproved_full" / f"{frame}_L.png"
        save(label, np.full((12, 16, 3), (128, 64, 128), np.uint8))
    assert check("camvid", tmp_path, progress=False).ok
    pixels = np.array(Image.open(label))
    pixels[0, :3] = 1, 2, 3
    save(label, pixels)
    report = check("camvid", tmp_path, progress=False)
    assert not report.ok
    (finding,) = split(report, "test").findings
    assert (finding.kind, finding.detail, finding.pixels) == (
        "values", "holds the value #010203", 3,
    )  # fmt: skip
    assert report.label_spaces() == ["camvid11", "camvid32"]


def test_idd_is_not_taken_for_cityscapes(tmp_path):
    root = scenes_root("idd", (32, 64), 1, 1, tmp_path)
    with pytest.raises(ValueError, match="looks like idd, not cityscapes"):
        check("cityscapes", root)
