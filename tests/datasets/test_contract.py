"""What holds for every dataset in the folder, a new one included."""

import shutil

import numpy as np
import pytest
import torch

from lossstudy import labels
from lossstudy.datasets import SegmentationDataset, _cache, dataset_names, make_dataset
from lossstudy.registry import discover

CASES = [(name, space) for name in dataset_names() for space in labels.spaces(name)]
NATIVE, SMALL = (12, 16), (6, 8)


@pytest.fixture(params=CASES, ids="-".join)
def case(request):
    return request.param


@pytest.fixture
def opened(case, trees):
    name, space = case
    return make_dataset(name, trees[name](), "train", space, SMALL)


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


def test_the_second_opening_decodes_nothing(case, trees, monkeypatch):
    name, space = case
    root = trees[name]()
    first = make_dataset(name, root, "train", space, SMALL)
    monkeypatch.setattr(_cache, "read_frame", lambda *_: pytest.fail("decoded again"))
    second = make_dataset(name, root, "train", space, SMALL)
    np.testing.assert_array_equal(second.images, first.images)
    np.testing.assert_array_equal(second.targets, first.targets)
    assert second.fingerprint == first.fingerprint
    np.testing.assert_array_equal(second.class_share(), first.class_share())


def test_the_fingerprint_follows_the_content_not_the_place(case, trees, tmp_path):
    name, space = case
    here = make_dataset(name, trees[name](), "train", space, SMALL)
    there = make_dataset(name, trees[name](folder="elsewhere"), "train", space, SMALL)
    assert there.fingerprint == here.fingerprint
    others = {
        make_dataset(name, tmp_path / "data", "val", space, SMALL).fingerprint,
        make_dataset(name, tmp_path / "data", "train", space, NATIVE).fingerprint,
    }
    assert len(others | {here.fingerprint}) == 3


def test_the_manifest_of_the_generator_marks_a_generated_dataset(case, trees):
    name, space = case
    root = trees[name]()
    (root / "manifest.json").write_text('{"generator": "scenes 1"}')
    assert make_dataset(name, root, "train", space, SMALL).generated


def test_unknown_split_and_label_space_are_refused_with_the_known_ones(case, trees):
    name, space = case
    root = trees[name]()
    with pytest.raises(ValueError, match=f"split of {name} must be train or val.*got 'vla'"):
        make_dataset(name, root, "vla", space, SMALL)
    with pytest.raises(ValueError, match=f"{name} must be one of .*{space}.*got 'ade150'"):
        make_dataset(name, root, "train", "ade150", SMALL)
    with pytest.raises(ValueError, match=r"size must be .* got \(0, 8\)"):
        make_dataset(name, root, "train", space, (0, 8))


def test_missing_folders_are_named_with_the_expected_layout(case, trees):
    name, space = case
    root = trees[name]()
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere; expected the .* dataset"):
        make_dataset(name, root / "nowhere", "train", space, SMALL)
    for folder in [path for path in root.rglob("val*") if path.is_dir()]:
        shutil.rmtree(folder)
    with pytest.raises(FileNotFoundError, match=r"no folder .*val; expected .*train"):
        make_dataset(name, root, "val", space, SMALL)


def test_a_truncated_file_is_named_and_leaves_no_cache(case, trees, home):
    name, space = case
    root = trees[name]()
    broken = sorted(path for path in root.rglob("*.png") if "train" in str(path))[-1]
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=f"{broken.name} cannot be read as an image"):
        make_dataset(name, root, "train", space, SMALL)
    assert [path for path in (home / "data" / "cache").iterdir() if path.is_dir()] == []
    broken.write_bytes(whole)
    assert len(make_dataset(name, root, "train", space, SMALL)) > 0
