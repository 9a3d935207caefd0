import pytest

from lossstudy.results import agreement_text, by_network, network_table_html, read_records
from lossstudy.results._networks import agreements, kendall, loss_pairs
from lossstudy.study import LOSSES, NETWORKS
from tests.records import make_record


def records(folder, *orders):
    """Runs of both networks; `orders` gives each one's mean IoU of the three losses."""
    for fields, ious in zip(NETWORKS.values(), orders, strict=True):
        for loss, iou in zip(LOSSES, ious, strict=True):
            for seed in range(3):
                parent = folder / fields["backbone"] / "networks"
                make_record(parent, loss=loss, seed=seed, iou=iou + seed / 1000,
                            model="deeplab", **fields)  # fmt: skip
    for file in folder.rglob("record.json"):
        prefix = file.parents[2].name  # two networks' runs have the same made-up ids
        file.write_text(file.read_text().replace('"id": "', f'"id": "{prefix}-'))
    return read_records(folder)


def test_same_order_agrees_and_the_reverse_contradicts(tmp_path):
    same = records(tmp_path / "same", (0.3, 0.4, 0.5), (0.1, 0.15, 0.2))
    (found,) = agreements(by_network(same))
    assert found[2:] == (1.0, 3, 3, 0)
    turned = records(tmp_path / "turned", (0.3, 0.4, 0.5), (0.2, 0.15, 0.1))
    (found,) = agreements(by_network(turned))
    assert found[2:] == (-1.0, 3, 3, 3)
    assert agreement_text(turned).endswith("3 of 3; of those, the other way round: 3.")


def test_difference_within_its_interval_settles_nothing(tmp_path):
    runs = records(tmp_path, (0.3, 0.3, 0.5), (0.1, 0.15, 0.2))
    (found,) = agreements(by_network(runs))
    assert (found.settled, found.contradicted) == (2, 0)
    cells = by_network(runs)["DeepLabv2, small backbone"]
    assert loss_pairs(cells)["cross_entropy", "combo"].interval.mean == pytest.approx(0.2)


def test_kendall_counts_pairs():
    assert kendall([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]) == 1
    assert kendall([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) == -1
    assert kendall([1.0, 2.0, 3.0], [2.0, 1.0, 3.0]) == pytest.approx(1 / 3)


def test_page_ranks_the_losses_within_a_network(tmp_path):
    html = network_table_html(records(tmp_path, (0.3, 0.4, 0.5), (0.2, 0.15, 0.1)))
    assert html.count("DeepLabv3+, Darknet-53") == 3
    assert "+0.200 (+0.200 to +0.200)" in html
    assert html.count('href="../runs/') == 2 * 2 * 3 * 2


def test_page_without_runs_says_how_to_make_them():
    assert "lossstudy study --name networks" in network_table_html([])
    assert agreement_text([]) == "Not enough runs yet for a comparison."
