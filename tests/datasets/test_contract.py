"""What holds for every dataset in the folder, a new one included."""

import pickle
import shutil

import numpy as np
import pytest
import torch

from lossstudy import labels
from lossstudy.datasets import SegmentationDataset, _cache, dataset_names, make_dataset
from lossstudy.registry import discover
from tests.datasets.trees import zipped

CASES = [(name, space) for name in dataset_names() for space in labels.spaces(name)]
NATIVE, SMALL = (12, 16), (6, 8)


@pytest.fixture(params=CASES, ids="-".join)
def case(request):
    return request.param


def listing(case, root):
    name, space = case
    return discover("lossstudy.datasets", SegmentationDataset)[name].listing(root, "train", space)


@pytest.fixture
def opened(case, trees):
    name, space = case
    return make_dataset(name, trees[case](), "train", space, SMALL)


@pytest.mark.parametrize(
    ("name", "cls"), discover("lossstudy.datasets", SegmentationDataset).items()
)
def test_a_dataset_has_the_name_of_its_module_and_of_its_label_table(name, cls):
    assert cls.name == name
    assert labels.spaces(cls.name)
    assert {"train", "val"} <= set(cls.splits)


def test_arrays_have_the_asked_size_and_hold_train_ids(case, opened):
    count = len(opened)
    assert opened.space is labels.label_space(case[1])
    assert opened.num_classes == opened.space.num_classes
    assert opened.images.shape == (count, 3, *SMALL)
    assert opened.targets.shape == (count, *SMALL)
    assert opened.images.dtype == opened.targets.dtype == np.uint8
    assert set(np.unique(opened.targets)) <= {*range(opened.num_classes), 255}
    assert len(set(opened.names)) == count > 0
    assert not opened.generated


def test_a_sample_is_the_pair_of_its_row(opened):
    for index in range(len(opened)):
        image, target = opened[index]
        assert torch.equal(image, torch.from_numpy(np.array(opened.images[index])))
        assert torch.equal(target, torch.from_numpy(np.array(opened.targets[index])))
    with pytest.raises(IndexError):
        opened[len(opened)]


def test_class_share_counts_labelled_pixels(opened):
    labelled = opened.targets[opened.targets != 255]
    expected = [(labelled == c).mean() for c in range(opened.num_classes)]
    np.testing.assert_allclose(opened.class_share(), expected)
    assert opened.class_share().sum() == pytest.approx(1)


def test_class_pixels_are_counted_image_by_image(opened):
    pixels = opened.image_class_pixels
    for row, target in zip(pixels, opened.targets, strict=True):
        labelled = target[target != 255]
        assert row.tolist() == np.bincount(labelled, minlength=opened.num_classes).tolist()
    chosen = [len(opened) - 1, 0]
    assert opened.class_counts(chosen).pixels.tolist() == pixels[chosen].sum(axis=0).tolist()
    assert opened.class_counts().images.tolist() == (pixels > 0).sum(axis=0).tolist()


def test_a_pickled_dataset_maps_the_arrays_again(opened):
    pickled = pickle.dumps(opened)
    assert len(pickled) < 3000 + 8 * opened.image_class_pixels.size
    again = pickle.loads(pickled)
    assert isinstance(again.images, np.memmap)
    assert again.images.filename == opened.images.filename
    np.testing.assert_array_equal(again.targets, opened.targets)
    assert torch.equal(again[0][0], opened[0][0])


def test_a_sample_is_a_copy(opened):
    image, target = opened[0]
    image.zero_()
    target.zero_()
    assert opened[0][0].any()
    assert opened[0][1].any()


def test_a_listing_tells_what_does_not_belong_together(case, trees):
    root = trees[case]()
    whole = listing(case, root)
    assert not whole.missing
    assert not whole.unused
    first, second = whole.frames[:2]
    first.image.path.unlink()
    second.label.path.unlink()
    broken = listing(case, root)
    assert [file.path for file in broken.unused] == [first.label.path]
    assert broken.missing == {second.name: str(second.label.path)}
    assert [frame.name for frame in broken.frames] == [f.name for f in whole.frames[1:]]


def test_a_label_file_without_an_image_is_not_read(case, trees):
    root = trees[case]()
    first, *others = listing(case, root).frames
    first.image.path.unlink()
    first.label.path.write_bytes(b"no image")
    names = make_dataset(case[0], root, "train", case[1], SMALL).names
    assert names[:1] == [others[0].name]
    assert first.name not in names


def test_an_archive_of_the_tree_is_read_like_the_tree(case, trees, tmp_path, opened):
    archive = zipped(trees[case](), tmp_path / "release.zip")
    packed = make_dataset(case[0], archive, "train", case[1], SMALL)
    assert packed.names == opened.names
    assert packed.fingerprint == opened.fingerprint


@pytest.mark.parametrize(
    ("name", "cls"), discover("lossstudy.datasets", SegmentationDataset).items()
)
def test_every_split_has_its_published_number_of_frames(name, cls):
    assert set(cls.official) == {*cls.splits, *cls.unlabelled_splits}
    assert not {*cls.splits} & {*cls.unlabelled_splits}


def test_the_second_opening_decodes_nothing(case, trees, monkeypatch):
    name, space = case
    root = trees[case]()
    first = make_dataset(name, root, "train", space, SMALL)
    monkeypatch.setattr(_cache, "read_frame", lambda *_: pytest.fail("decoded again"))
    second = make_dataset(name, root, "train", space, SMALL)
    np.testing.assert_array_equal(second.images, first.images)
    np.testing.assert_array_equal(second.targets, first.targets)
    assert second.fingerprint == first.fingerprint
    np.testing.assert_array_equal(second.class_share(), first.class_share())


def test_the_fingerprint_follows_the_content_not_the_place(case, trees, tmp_path):
    name, space = case
    here = make_dataset(name, trees[case](), "train", space, SMALL)
    there = make_dataset(name, trees[case](folder="elsewhere"), "train", space, SMALL)
    assert there.fingerprint == here.fingerprint
    others = {
        make_dataset(name, tmp_path / "data", "val", space, SMALL).fingerprint,
        make_dataset(name, tmp_path / "data", "train", space, NATIVE).fingerprint,
    }
    assert len(others | {here.fingerprint}) == 3


def test_the_manifest_of_the_generator_marks_a_generated_dataset(case, trees):
    name, space = case
    root = trees[case]()
    (root / "manifest.json").write_text('{"generator": "scenes 1"}')
    assert make_dataset(name, root, "train", space, SMALL).generated


def test_unknown_split_and_label_space_are_refused_with_the_known_ones(case, trees):
    name, space = case
    root = trees[case]()
    with pytest.raises(ValueError, match=f"split of {name} must be train or val.*got 'vla'"):
        make_dataset(name, root, "vla", space, SMALL)
    with pytest.raises(ValueError, match=f"{name} must be one of .*{space}.*got 'ade150'"):
        make_dataset(name, root, "train", "ade150", SMALL)
    with pytest.raises(ValueError, match=r"size must be .* got \(0, 8\)"):
        make_dataset(name, root, "train", space, (0, 8))


def test_missing_folders_are_named_with_the_expected_layout(case, trees):
    name, space = case
    root = trees[case]()
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere; expected the .* dataset"):
        make_dataset(name, root / "nowhere", "train", space, SMALL)
    for folder in [path for path in root.iterdir() if path.is_dir()]:
        shutil.rmtree(folder)
    with pytest.raises(FileNotFoundError, match=r"no folder .*; expected .*\. .* holds nothing"):
        make_dataset(name, root, "val", space, SMALL)


def test_a_truncated_file_is_named_and_leaves_no_cache(case, trees, home):
    name, space = case
    root = trees[case]()
    broken = next(frame.label.path for frame in listing(case, root).frames)
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=f"{broken.name} cannot be read as an image"):
        make_dataset(name, root, "train", space, SMALL)
    assert [path for path in (home / "data" / "cache").iterdir() if path.is_dir()] == []
    broken.write_bytes(whole)
    assert len(make_dataset(name, root, "train", space, SMALL)) > 0
