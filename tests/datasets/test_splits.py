import pytest

from lossstudy.datasets import labelled_subset


def test_size_order_and_determinism():
    subset = labelled_subset(372, 1 / 8, seed=3)
    assert len(set(subset)) == 46  # 46.5 rounds to even
    assert subset == sorted(subset) == labelled_subset(372, 1 / 8, seed=3)
    assert set(subset) <= set(range(372))


def test_seeds_differ():
    assert labelled_subset(100, 0.5, seed=0) != labelled_subset(100, 0.5, seed=1)


def test_a_smaller_ratio_is_a_subset_of_a_larger_one():
    nested = [set(labelled_subset(100, ratio, seed=0)) for ratio in (0.001, 0.1, 0.5, 1.0)]
    assert [len(subset) for subset in nested] == [1, 10, 50, 100]
    assert nested[0] < nested[1] < nested[2] < nested[3]


@pytest.mark.parametrize("ratio", [0.0, -0.1, 1.01, float("nan")])
def test_a_ratio_outside_its_range_is_refused(ratio):
    with pytest.raises(ValueError, match="ratio must be above 0"):
        labelled_subset(10, ratio, seed=0)
