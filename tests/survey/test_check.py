"""A tiny Cityscapes with one fault at a time."""

import json
import shutil
import zlib

import numpy as np
import pytest
from PIL import Image

from lossstudy.datasets.cityscapes import Cityscapes
from lossstudy.survey.check import check, report_text
from tests.datasets.trees import column_values, drawn_rows, photo, save, zipped

FRAMES = {
    "train": ["ulm/ulm_000000_000019", "ulm/ulm_000001_000019", "bonn/bonn_000000_000019"],
    "val": ["munster/munster_000000_000019", "munster/munster_000001_000019"],
}


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A complete and sound Cityscapes of five frames."""
    monkeypatch.setattr(
        Cityscapes, "official", {**Cityscapes.official, **{s: len(f) for s, f in FRAMES.items()}}
    )
    generator, root = np.random.default_rng(0), tmp_path / "data"
    for split, frames in FRAMES.items():
        for frame in frames:
            save(root / "leftImg8bit" / split / f"{frame}_leftImg8bit.png", photo(generator))
            ids = column_values("cityscapes", "id")[drawn_rows("cityscapes", generator)]
            label = root / "gtFine" / split / f"{frame}_gtFine_labelIds.png"
            save(label, ids.astype(np.uint8))
    return root


@pytest.fixture
def image(root):
    return root / "leftImg8bit" / "train" / "ulm" / "ulm_000000_000019_leftImg8bit.png"


@pytest.fixture
def label(root):
    return root / "gtFine" / "train" / "ulm" / "ulm_000000_000019_gtFine_labelIds.png"


def split(report, name):
    return next(split for split in report.splits if split.name == name)


def only_finding(root, kind, **keywords):
    """Check a tree that has one fault, in training, and return what was found."""
    report = check("cityscapes", root, progress=False, **keywords)
    assert not report.ok
    assert split(report, "val").sound
    train = split(report, "train")
    assert not train.sound
    (finding,) = train.findings
    assert finding.kind == kind
    assert finding.file.removeprefix(f"{root}/") in report_text(report)
    return finding


def test_a_complete_dataset_is_found_sound(root):
    report = check("cityscapes", root, progress=False)
    assert report.ok
    assert report.label_spaces() == ["cityscapes19"]
    train = split(report, "train")
    assert (train.frames, train.result) == (3, "complete and sound")
    assert train.encodings == {"id": ["cityscapes19"]}
    assert {size: len(files) for size, files in train.sizes.items()} == {(16, 12): 3}
    assert split(report, "test").result == "not there (not needed)"
    assert f"lossstudy train --dataset cityscapes --data-root {root}" in report_text(report)


def test_nothing_is_written_into_the_dataset(root):
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    check("cityscapes", root, thorough=True, progress=False)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_archives_are_reported_like_folders(root, image, label, tmp_path):
    image.write_bytes(image.read_bytes()[:-30])
    label.unlink()
    plain = check("cityscapes", root, progress=False)
    packed = tmp_path / "packed"
    packed.mkdir()
    for folder in ("leftImg8bit", "gtFine"):
        zipped(root / folder, packed / f"{folder}_trainvaltest.zip", below=f"{folder}/")
    zips = check("cityscapes", packed, progress=False)
    for one, other in zip(plain.splits, zips.splits, strict=True):
        assert one.result == other.result
        assert [(f.kind, f.detail) for f in one.findings] == [
            (f.kind, f.detail) for f in other.findings
        ]
    assert any("leftImg8bit_trainvaltest.zip!" in f.file for f in zips.splits[0].findings)


def test_a_missing_frame_makes_a_split_partial_and_leaves_it_usable(root, image, label):
    image.unlink()
    label.unlink()
    report = check("cityscapes", root, progress=False)
    train = split(report, "train")
    assert (train.complete, train.sound, train.result) == (False, True, "partial")
    assert not report.ok
    assert report.label_spaces() == ["cityscapes19"]
    assert "2 of 3 frames" in report_text(report)


def test_frames_that_were_never_published_are_noticed(root, image, label):
    for path in (image, label):
        shutil.copy(path, path.with_name(path.name.replace("000000_", "000009_")))
    report = check("cityscapes", root, progress=False)
    assert split(report, "train").result == "too many frames"
    assert not report.ok


def test_a_missing_label_is_named(root, label):
    label.unlink()
    finding = only_finding(root, "no label")
    assert finding.file == str(label)
    assert check("cityscapes", root, progress=False).label_spaces() == []


def test_a_label_without_an_image_is_named_and_harmless(root, label):
    extra = label.with_name(label.name.replace("000000_", "000009_"))
    shutil.copy(label, extra)
    assert only_finding(root, "no image").file == str(extra)
    assert check("cityscapes", root, progress=False).label_spaces() == ["cityscapes19"]


@pytest.mark.parametrize("what", ["image", "label"])
def test_a_truncated_file_is_named(root, what, request):
    path = request.getfixturevalue(what)
    path.write_bytes(path.read_bytes()[:-20])
    finding = only_finding(root, "damaged")
    assert finding.file == str(path)
    assert "cut off" in finding.detail


@pytest.mark.parametrize(
    ("mode", "words"),
    [("P", "palette"), ("RGBA", "alpha"), ("L", "greyscale"), ("1", "black and white")],
)
def test_a_photograph_of_another_kind_is_named(root, image, mode, words):
    Image.open(image).convert(mode).save(image)
    assert words in only_finding(root, "pixels").detail


@pytest.mark.parametrize(
    ("mode", "words"), [("P", "palette"), ("I;16", "16-bit"), ("LA", "alpha"), ("RGB", "colour")]
)
def test_a_label_image_of_another_kind_is_named(root, label, mode, words):
    Image.open(label).convert(mode).save(label)
    assert words in only_finding(root, "pixels").detail


def test_sizes_that_differ_are_named(root, label):
    Image.open(label).resize((8, 6), Image.Resampling.NEAREST).save(label)
    assert only_finding(root, "size").detail == "is 8x6, its image 16x12"


def test_unknown_ids_are_named_and_counted(root, label):
    ids = np.array(Image.open(label))
    ids[:2, :5] = 77
    save(label, ids)
    finding = only_finding(root, "values")
    assert (finding.detail, finding.pixels) == ("holds the value 77", 10)


def test_a_label_file_that_labels_nothing_is_shown_and_harmless_unless_all_do(root, label):
    save(label, np.zeros((12, 16), np.uint8))
    report = check("cityscapes", root, progress=False)
    assert [f.kind for f in split(report, "train").findings] == ["empty"]
    assert report.ok
    assert "label nothing: 1" in report_text(report)
    for path in (root / "gtFine" / "train").rglob("*.png"):
        save(path, np.zeros((12, 16), np.uint8))
    report = check("cityscapes", root, progress=False)
    assert not report.ok
    assert report.label_spaces() == []


def test_a_rare_size_is_named(root, image):
    generator = np.random.default_rng(1)
    for number in range(100):
        name = image.name.replace("ulm_000000_", f"ulm_{number:06d}_")
        save(image.with_name(name), photo(generator))
    Image.open(image).resize((32, 24)).save(image)
    (size, files), *rest = (
        split(check("cityscapes", root, progress=False), "train").unusual_sizes().items()
    )
    assert (size, files, rest) == ((32, 24), [str(image)], [])


def test_only_a_thorough_check_unpacks_a_photograph(root, image):
    chunk = b"IDAT" + zlib.compress(b"\0" * 49)  # one row of twelve
    content = image.read_bytes()
    start, end = content.index(b"IDAT") - 4, content.index(b"IEND") - 4
    length, checksum = len(chunk) - 4, zlib.crc32(chunk)
    chunk = length.to_bytes(4, "big") + chunk + checksum.to_bytes(4, "big")
    image.write_bytes(content[:start] + chunk + content[end:])
    assert check("cityscapes", root, progress=False).ok
    assert only_finding(root, "damaged", thorough=True).file == str(image)


def test_the_report_for_programs_holds_every_file(root, image, label):
    for path in (root / "gtFine").rglob("*.png"):
        path.write_bytes(b"")
    content = json.loads(check("cityscapes", root, progress=False).to_json())
    assert (content["format"], content["dataset"], content["ok"]) == (1, "cityscapes", False)
    assert (content["generated"], content["thorough"]) == (False, False)
    train = content["splits"]["train"]
    assert (train["frames"], train["published"], train["complete"]) == (3, [3], True)
    assert (train["sound"], train["usable"], train["sizes"]) == (False, False, {"16x12": 3})
    assert train["encodings"] == {"id": ["cityscapes19"]}
    found = {(f["kind"], f["detail"]) for f in train["findings"]}
    assert (len(train["findings"]), found) == (3, {("damaged", "is empty")})


def test_a_split_that_was_asked_for_is_needed(root):
    assert check("cityscapes", root, ["train"], progress=False).ok
    report = check("cityscapes", root, ["test"], progress=False)
    assert [s.result for s in report.splits] == ["missing"]
    assert not report.ok
    with pytest.raises(ValueError, match="split of cityscapes must be train or val"):
        check("cityscapes", root, ["training"])


@pytest.mark.parametrize("name", ["idd", "idd_lite", "kitti", "camvid"])
def test_a_root_of_another_dataset_is_recognised(root, name):
    with pytest.raises(ValueError, match=f"looks like cityscapes, not {name}"):
        check(name, root)


def test_a_root_without_any_dataset_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder"):
        check("cityscapes", tmp_path)
    with pytest.raises(FileNotFoundError, match="no folder"):
        check("cityscapes", tmp_path / "nowhere")
    (tmp_path / "data.tar").write_bytes(b"x")
    with pytest.raises(ValueError, match="neither a folder nor"):
        check("cityscapes", tmp_path / "data.tar")


def test_a_broken_archive_is_reported_once(root, tmp_path):
    archive = zipped(root, tmp_path / "data.zip")
    archive.write_bytes(archive.read_bytes()[:-40])
    report = check("cityscapes", archive, progress=False)
    assert not report.ok
    assert {split.result for split in report.splits} == {"unreadable"}
    assert report_text(report).count("cannot be read as a zip archive") == 1
