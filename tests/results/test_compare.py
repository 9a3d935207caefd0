import numpy as np
import pytest

from lossstudy.results import bootstrap_mean_iou, interval, paired_difference, read_records
from lossstudy.results._compare import block_weights
from tests.records import make_record


def test_the_paired_difference_uses_only_seeds_both_losses_have(tmp_path):
    for seed, (entropy, combo) in enumerate([(0.3, 0.35), (0.5, 0.52), (0.4, 0.43)]):
        make_record(tmp_path, seed=seed, iou=entropy)
        make_record(tmp_path, seed=seed, iou=combo, loss="combo")
    make_record(tmp_path, seed=7, iou=0.9, loss="combo")
    table = paired_difference(read_records(tmp_path), "combo", "cross_entropy")
    row = table.set_index("class_name").loc["mean iou"]
    assert row.seeds == (0, 1, 2)
    assert (row["mean"], row.low, row.high) == pytest.approx(interval([0.05, 0.02, 0.03]))


def test_two_settings_of_a_loss_make_no_pairs(tmp_path):
    make_record(tmp_path)
    for gamma in (2.0, 5.0):
        make_record(tmp_path, loss="focal", loss_params={"gamma": gamma})
    with pytest.raises(
        ValueError, match=r"focal was run with seed 0 in several .*gamma=2, gamma=5"
    ):
        paired_difference(read_records(tmp_path), "focal", "cross_entropy")


def test_the_bootstrap_is_around_the_iou_of_all_images(tmp_path):
    run = make_record(tmp_path, num_images=20)
    with np.load(run / "images.npz") as arrays:
        counts = {name: array.sum(axis=0) for name, array in arrays.items()}
    expected = np.mean(counts["cityscapes_intersection"] / counts["cityscapes_union"])
    mean, low, high = bootstrap_mean_iou(read_records(tmp_path), "cityscapes")
    assert mean == pytest.approx(expected)
    assert low < mean < high


def test_more_images_make_the_interval_narrower(tmp_path):
    widths = []
    for num_images in (5, 500):
        make_record(tmp_path / str(num_images), num_images=num_images)
        _, low, high = bootstrap_mean_iou(read_records(tmp_path / str(num_images)), "cityscapes")
        widths.append(high - low)
    assert widths[1] < widths[0] / 5


def test_the_bootstrap_repeats_itself_and_averages_over_records(tmp_path):
    for seed in (0, 1):
        make_record(tmp_path, seed=seed)
    records = read_records(tmp_path)
    both = bootstrap_mean_iou(records, "cityscapes", seed=4)
    assert both == bootstrap_mean_iou(records, "cityscapes", seed=4)
    single = [bootstrap_mean_iou([record], "cityscapes").mean for record in records]
    assert both.mean == pytest.approx(np.mean(single))


def test_the_bootstrap_refuses_what_it_cannot_compare(tmp_path):
    make_record(tmp_path, num_images=5)
    run = make_record(tmp_path, num_images=6, seed=1)
    with pytest.raises(ValueError, match="2 different validation sets"):
        bootstrap_mean_iou(read_records(tmp_path), "cityscapes")
    with pytest.raises(ValueError, match="at least one record"):
        bootstrap_mean_iou([], "cityscapes")
    (run / "images.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"images.npz"):
        bootstrap_mean_iou(read_records(tmp_path)[1:], "cityscapes")


def test_blocks_are_circular_runs_of_images_and_every_image_is_as_likely():
    weights = block_weights(10, 4000, seed=0, block=4)
    assert weights[0].tolist() == [1.0] * 10
    assert (weights.sum(1) == 10).all()
    assert weights[1:].mean(0) == pytest.approx(np.ones(10), abs=0.06)
    near, far = (np.cov(weights[1:, 0], weights[1:, k])[0, 1] for k in (1, 5))
    assert near > 0.3 > far
