import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest

from lossstudy.datasets import _tree, make_dataset
from lossstudy.datasets._tree import DiskFile, Tree
from tests.datasets.trees import zipped

SIZE = (6, 8)
LABEL = "gtFine/train/ulm/ulm_000000_000019_gtFine_labelIds.png"


def train(root):
    return make_dataset("cityscapes", root, "train", "cityscapes19", SIZE)


@pytest.fixture
def archive(city_tree, tmp_path):
    return zipped(city_tree(), tmp_path / "cityscapes.zip")


def released(city_tree, folder):
    """The two archives of Cityscapes side by side."""
    folder.mkdir()
    for part, name in [("leftImg8bit", "leftImg8bit_trainvaltest"), ("gtFine", "gtFine_trainval")]:
        zipped(city_tree() / part, folder / f"{name}.zip", below=f"{part}/")
    return folder


def test_files_are_listed_by_their_path_and_hidden_ones_left_out(tmp_path):
    for name in ("a/b/2.png", "a/1.png", "a/.hidden.png", "a/.git/x", "c.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    tree = Tree(tmp_path)
    assert list(tree.files("a")) == ["1.png", "b/2.png"]
    assert tree.files("a")["b/2.png"].read() == b"a/b/2.png"
    assert tree.file("c.txt") == DiskFile(tmp_path / "c.txt")
    assert tree.files("d") == {}
    assert tree.file("a") is None


@pytest.mark.parametrize("below", ["", "Cityscapes/"])
@pytest.mark.parametrize("compression", [ZIP_STORED, ZIP_DEFLATED])
def test_an_archive_reads_like_the_folder_in_it(city_tree, tmp_path, below, compression):
    root = zipped(city_tree(), tmp_path / "all.zip", below=below, compression=compression)
    assert train(root).fingerprint == train(city_tree()).fingerprint
    assert Tree(root).file("gtFine") is None
    assert Tree(root).file(LABEL).name == "ulm_000000_000019_gtFine_labelIds.png"


def test_released_archives_side_by_side_read_like_their_folder(city_tree, tmp_path):
    both = train(released(city_tree, tmp_path / "zips"))
    assert both.names == train(city_tree()).names
    assert both.fingerprint == train(city_tree()).fingerprint


def test_an_archive_without_folders_is_the_folder_of_its_name(stills_tree, tmp_path):
    root = stills_tree()
    folder = tmp_path / "zips"
    folder.mkdir()
    zipped(root / "701_StillsRaw_full", folder / "stills.zip", below="701_StillsRaw_full/")
    zipped(root / "LabeledApproved_full", folder / "LabeledApproved_full.zip")
    here, there = (make_dataset("camvid", r, "test", "camvid32", SIZE) for r in (root, folder))
    assert here.fingerprint == there.fingerprint


def test_what_is_unpacked_comes_before_an_archive(city_tree, tmp_path):
    root = city_tree()
    (root / "broken.zip").write_bytes(b"half a download")
    assert len(train(root)) == 3


def test_an_archive_that_is_needed_and_broken_is_named(tmp_path):
    (tmp_path / "gtFine.zip").write_bytes(b"half a download")
    with pytest.raises(ValueError, match=r"gtFine.zip cannot be read as a zip archive \(File is"):
        train(tmp_path)


def test_a_folder_missing_from_an_archive_is_named_with_what_is_there(archive):
    match = r"no folder .*cityscapes.zip!training/image_2; expected .*holds gtFine, leftImg8bit, "
    with pytest.raises(FileNotFoundError, match=match):
        make_dataset("kitti", archive, "val", "cityscapes19", SIZE)


def test_two_archives_that_disagree_are_named(city_tree, tmp_path):
    root = released(city_tree, tmp_path / "zips")
    with ZipFile(root / "other.zip", "w") as other:
        other.writestr(LABEL, "something else")
    with pytest.raises(
        ValueError, match=r"gtFine_trainval.zip!gtFine.* and .*other.zip!.* differ"
    ):
        train(root)


def test_threads_read_the_same_bytes(archive):
    files = list(Tree(archive).files("gtFine").values())
    one_by_one = [file.read() for file in files]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            assert list(pool.map(lambda file: file.read(), files)) == one_by_one


def test_a_member_survives_pickling(archive):
    file = Tree(archive).file(LABEL)
    again = pickle.loads(pickle.dumps(file))
    assert (str(again), again.read()) == (f"{archive}!{LABEL}", file.read())


@pytest.mark.parametrize("compression", [ZIP_STORED, ZIP_DEFLATED])
def test_a_damaged_member_is_named(city_tree, tmp_path, compression):
    archive = zipped(city_tree(), tmp_path / "all.zip", compression=compression)
    file = Tree(archive).file(LABEL)
    content = bytearray(archive.read_bytes())
    middle = file.info.header_offset + 30 + len(LABEL) + file.info.compress_size // 2
    content[middle] ^= 0xFF
    archive.write_bytes(bytes(content))
    with pytest.raises(ValueError, match=r"all.zip!gtFine.*labelIds.png is damaged"):
        train(archive)


def test_a_changed_member_is_decoded_again(city_tree, tmp_path):
    archive = tmp_path / "all.zip"
    before = train(zipped(city_tree(), archive)).fingerprint
    root = city_tree()
    (root / LABEL).write_bytes((root / LABEL.replace("ulm", "aachen")).read_bytes())
    assert train(zipped(root, archive)).fingerprint != before


def test_a_member_that_inflates_beyond_what_it_announces_is_refused(tmp_path):
    archive = tmp_path / "bomb.zip"
    with ZipFile(archive, "w", ZIP_DEFLATED) as target:
        target.writestr("bomb.png", bytes(10**6))
    file = Tree(archive).file("bomb.png")
    file.info.file_size = 1000
    with pytest.raises(ValueError, match=r"bomb.zip!bomb.png is damaged.* not the 1000 bytes"):
        file.read()


def test_a_folder_called_like_an_archive_is_a_folder(city_tree):
    root = city_tree()
    (root / "old.zip").mkdir()
    assert Tree(root).files("nowhere") == {}


def test_files_longer_than_any_frame_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(_tree, "MAX_FILE_BYTES", 1000)
    (tmp_path / "long.png").write_bytes(bytes(1001))
    with ZipFile(tmp_path / "all.zip", "w", ZIP_DEFLATED) as target:
        target.writestr("train/long.png", bytes(1001))
        target.writestr("train/short.png", bytes(1000))
    tree = Tree(tmp_path)
    for file in (tree.file("long.png"), tree.files("train")["long.png"]):
        with pytest.raises(ValueError, match=r"long.png is longer than 0 MiB"):
            file.read()
    assert tree.files("train")["short.png"].read() == bytes(1000)


def test_a_link_to_a_folder_elsewhere_is_followed(city_tree, tmp_path):
    plain = train(city_tree())
    root = tmp_path / "links"
    root.mkdir()
    for name in ("leftImg8bit", "gtFine"):
        (root / name).symlink_to(tmp_path / "data" / name)
    assert train(root).fingerprint == plain.fingerprint


@pytest.mark.parametrize("target", ["..", ".", "../../../leftImg8bit"])
def test_a_link_that_leads_in_a_circle_is_named(city_tree, target):
    root = city_tree()
    (root / "leftImg8bit" / "train" / "aachen" / "again").symlink_to(target)
    with pytest.raises(ValueError, match=r"again.* is a symbolic link that leads in a circle"):
        train(root)


def test_a_link_to_itself_is_named(city_tree):
    root = city_tree()
    path = root / LABEL
    path.unlink()
    path.symlink_to(path.name)
    with pytest.raises(ValueError, match=rf"{path.name} cannot be followed \(Too many levels"):
        train(root)


def test_a_link_to_nothing_is_a_missing_file(city_tree):
    root = city_tree()
    path = root / LABEL
    path.unlink()
    path.symlink_to("elsewhere")
    with pytest.raises(FileNotFoundError, match=f"no label file .*{path.name}"):
        train(root)


def test_a_root_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "idd-segmentation.tar.gz"
    path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"tar.gz is neither a folder nor a .zip archive; unpack"):
        make_dataset("idd", path, "train", "idd30", SIZE)


def test_the_order_of_the_disk_does_not_matter(city_tree, monkeypatch):
    before = train(city_tree())
    scandir = os.scandir

    class Backwards:
        def __init__(self, path):
            self.entries = sorted(scandir(path), key=lambda entry: entry.name, reverse=True)

        def __enter__(self):
            return iter(self.entries)

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(_tree.os, "scandir", Backwards)
    after = train(city_tree())
    assert after.names == before.names
    np.testing.assert_array_equal(after.images, before.images)
