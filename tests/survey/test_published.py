import pytest

from lossstudy import registry
from lossstudy.datasets import SegmentationDataset
from lossstudy.survey.statistics import published_statistics

TABLE = published_statistics().query("statistic == 'images'")


@pytest.mark.parametrize("name", sorted(set(TABLE.dataset) - {"kitti"}))
def test_published_counts_are_those_the_check_compares_with(name):
    """KITTI publishes no split of its 200 labelled images; ours is not a published figure."""
    official = registry.get("lossstudy.datasets", SegmentationDataset, name).official
    published = TABLE[TABLE.dataset == name].set_index("split").value.astype(int).to_dict()
    assert published == {split: official[split] for split in published}


def test_kittis_split_has_all_of_its_images():
    official = registry.get("lossstudy.datasets", SegmentationDataset, "kitti").official
    (published,) = TABLE[TABLE.dataset == "kitti"].value
    assert official["train"] + official["val"] == published
