from collections import Counter

import numpy as np
import pytest
import torch

from lossstudy import distributed
from lossstudy.batches import Batches, fits, on_device
from lossstudy.config import ExperimentConfig

CPU = torch.device("cpu")


def make_config(**overrides):
    values = {"batch_size": 2, "unlabelled_batch_size": 3, "height": 32, "width": 64}
    return ExperimentConfig.from_profile("smoke", **values | overrides)


@pytest.fixture
def make_batches(stand_in):
    dataset = stand_in(10)

    def build(labelled=(0, 2, 4, 6), semi_supervised=True, **overrides):
        return Batches(dataset, labelled, make_config(**overrides), CPU, semi_supervised)

    return build


def tensors(batch):
    return [t for t in vars(batch).values() if t is not None]


def same(batch, other):
    return all(map(torch.equal, tensors(batch), tensors(other)))


def shown(images):
    """Numbers of the images in the dataset: a `StandIn` image shows it in green."""
    return [round(value) for value in (images[:, 1, 0, 0] * 255).tolist()]


def drawn(batches, part, steps):
    return [n for step in range(steps) for n in shown(getattr(batches[step], part))]


def test_sizes_types_and_range(make_batches):
    batch = make_batches()[0]
    assert batch.images.shape == batch.real_images.shape == (2, 3, 32, 64)
    assert batch.targets.shape == batch.real_targets.shape == (2, 32, 64)
    assert batch.unlabelled.shape == (3, 3, 32, 64)
    assert batch.images.dtype == torch.float32
    assert batch.targets.dtype == torch.int64
    assert 0 <= batch.images.min() < batch.images.max() <= 1


def test_depends_on_nothing_but_seed_and_step(make_batches):
    used = make_batches()
    for step in (5, 0, 2):
        used[step]
    assert same(used[3], make_batches()[3])
    assert not same(used[3], used[4])
    assert not same(used[3], make_batches(seed=1)[3])


def test_reading_ahead_gives_the_same_batches(make_batches):
    batches = make_batches()
    steps = list(batches.steps(2, 6))
    assert [step for step, _ in steps] == [2, 3, 4, 5]
    assert all(same(batch, batches[step]) for step, batch in steps)


def test_range_without_steps_is_empty(make_batches):
    assert list(make_batches().steps(4, 4)) == []


@pytest.mark.parametrize("part", ["images", "real_images"])
def test_labelled_streams_show_each_labelled_image_once_an_epoch(part, make_batches):
    batches = make_batches()
    for epoch in range(3):
        steps = range(2 * epoch, 2 * epoch + 2)
        images = [n for step in steps for n in shown(getattr(batches[step], part))]
        assert sorted(images) == [0, 2, 4, 6]


def test_epochs_differ_in_order(make_batches):
    images = drawn(make_batches(), "images", 40)
    orders = {tuple(images[start : start + 4]) for start in range(0, 80, 4)}
    assert len(orders) > 5


def test_streams_are_drawn_apart(make_batches):
    batches = make_batches()
    assert drawn(batches, "images", 8) != drawn(batches, "real_images", 8)


def test_unlabelled_images_are_those_without_labels(make_batches):
    images = drawn(make_batches(), "unlabelled", 4)
    assert Counter(images) == dict.fromkeys([1, 3, 5, 7, 8, 9], 2)


def test_with_all_labels_every_image_also_serves_as_unlabelled(make_batches):
    images = drawn(make_batches(labelled=range(10), unlabelled_batch_size=5), "unlabelled", 2)
    assert sorted(images) == list(range(10))


def test_pool_smaller_than_a_batch_is_used_again(make_batches):
    assert drawn(make_batches(labelled=[7], batch_size=3), "images", 2) == [7] * 6


def test_supervised_training_draws_labelled_images_alone(make_batches):
    batch = make_batches(semi_supervised=False)[0]
    assert batch.unlabelled is batch.real_images is batch.real_targets is None
    assert torch.equal(batch.images, make_batches()[0].images)


@pytest.mark.parametrize("sampling", ["uniform", "class_uniform"])
@pytest.mark.parametrize("crop", [{}, {"crop_height": 16, "crop_width": 24}])
def test_image_and_target_stay_together(crop, sampling, make_batches):
    """Flips and crops move both: red still shows the target, blue the column."""
    flipped, corners = set(), set()
    batches = make_batches(**crop, sampling=sampling)
    for step in range(10):
        batch = batches[step]
        red = (batch.images[:, 0] * 255).round().long()
        expected = torch.where(batch.targets == 255, 240, batch.targets * 12)
        assert torch.equal(red, expected)
        blue = (batch.images[:, 2, 0] * 255).round().long()
        flipped |= set((blue[:, 0] > blue[:, -1]).tolist())
        corners |= set(blue.min(1).values.tolist())
    assert flipped == {True, False}
    assert (len(corners) > 5) == bool(crop)


def test_crop_has_the_configured_size(make_batches):
    batch = make_batches(crop_height=16, crop_width=24)[0]
    assert batch.images.shape == (2, 3, 16, 24)
    assert batch.unlabelled.shape == (3, 3, 16, 24)


def test_crop_may_be_the_whole_image(make_batches):
    assert make_batches(crop_height=32, crop_width=64)[0].images.shape == (2, 3, 32, 64)


@pytest.fixture
def with_a_rare_class(make_batches):
    """Batches of a set in which image 4 alone is labelled in two classes, one of them a block."""
    dataset = make_batches().dataset
    dataset.targets[:] = 0
    dataset.targets[4, :8, :8] = 7
    dataset.image_class_pixels = np.array([
        np.bincount(t.ravel(), None, 19) for t in dataset.targets
    ])
    return make_batches


def test_class_uniform_sampling_draws_each_class_as_often(with_a_rare_class):
    batches = with_a_rare_class(sampling="class_uniform")
    images = drawn(batches, "images", 200)
    assert set(images) == {0, 2, 4, 6}
    assert images.count(4) / len(images) == pytest.approx(1 / 2 + 1 / 8, abs=0.1)


def test_class_uniform_sampling_leaves_the_other_streams_alone(with_a_rare_class):
    uniform, batches = with_a_rare_class(), with_a_rare_class(sampling="class_uniform")
    for part in ("real_images", "unlabelled"):
        assert drawn(batches, part, 4) == drawn(uniform, part, 4)


def test_class_uniform_crops_hold_the_class_they_are_drawn_for(with_a_rare_class):
    crop = {"crop_height": 16, "crop_width": 16}

    def share(batches):
        targets = [target for step in range(100) for target in batches[step].targets]
        return sum(bool((target == 7).any()) for target in targets) / len(targets)

    assert share(with_a_rare_class(sampling="class_uniform", **crop)) >= 0.4
    assert share(with_a_rare_class(**crop)) <= 0.2


def test_class_uniform_batches_depend_on_nothing_but_seed_and_step(make_batches):
    crop = {"crop_height": 16, "crop_width": 16, "sampling": "class_uniform"}
    used = make_batches(**crop)
    used[5]
    assert same(used[3], make_batches(**crop)[3])
    assert not same(used[3], make_batches(**crop, seed=1)[3])


@pytest.mark.parametrize("sampling", ["uniform", "class_uniform"])
def test_processes_share_out_the_batch_of_one(sampling, make_batches, monkeypatch):
    fields = {
        "batch_size": 4, "unlabelled_batch_size": 4, "crop_height": 16, "crop_width": 24,
        "sampling": sampling,
    }  # fmt: skip
    whole = make_batches(**fields)[3]
    shares = []
    for rank in (0, 1):
        monkeypatch.setattr(distributed, "place", lambda rank=rank: (rank, 2))
        shares.append(make_batches(**fields)[3])
    joined = map(torch.cat, zip(*map(tensors, shares), strict=True))
    assert all(map(torch.equal, joined, tensors(whole)))


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"batch_size": 6}, "batch_size must be a multiple of 4, got 6"),
        ({"batch_size": 4, "unlabelled_batch_size": 2}, "unlabelled_batch_size must be"),
    ],
)
def test_batch_that_cannot_be_shared_out_is_refused(fields, named, make_batches, monkeypatch):
    monkeypatch.setattr(distributed, "place", lambda: (0, 2))
    with pytest.raises(ValueError, match=named):
        make_batches(accumulate=2, **fields)


def test_supervised_training_asks_nothing_of_the_unlabelled_batch(make_batches):
    batches = make_batches(semi_supervised=False, accumulate=2, unlabelled_batch_size=3)
    assert batches.images_per_step == 2
    assert make_batches(unlabelled_batch_size=3).images_per_step == 2 + 3 + 2


def test_dataset_kept_on_the_device_gives_the_same_batches(make_batches):
    crop = {"crop_height": 16, "crop_width": 24}
    read, kept = make_batches(**crop), make_batches(**crop)
    assert read.resident is None  # a CPU has nothing to gain
    kept.resident = on_device(kept.dataset, CPU)
    assert all(same(read[step], kept[step]) for step in range(3))


def test_dataset_is_kept_where_it_takes_a_quarter_of_the_free_memory(make_batches, monkeypatch):
    data = make_batches().dataset
    size = data.images.nbytes + data.targets.nbytes
    answers = {}
    for times in (3, 5):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _, times=times: (times * size, 0))
        answers[times] = fits(data, torch.device("cuda"))
    assert answers == {3: False, 5: True}


def test_fault_of_the_dataset_reaches_the_trainer(make_batches, monkeypatch):
    batches = make_batches()

    def broken(self, index):
        raise ValueError("file cut off")

    monkeypatch.setattr(type(batches.dataset), "__getitem__", broken)
    with pytest.raises(ValueError, match="file cut off"):
        next(batches.steps(0, 3))
