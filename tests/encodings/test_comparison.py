import copy

import numpy as np
import pytest

from lossstudy import encodings, plots
from lossstudy.results import MEAN, read_record, write_record
from tests.records import record_data

TRAIN_IDS = encodings.hypotheses()[encodings.RIGHT]


def make_runs(folder, counts_by_seed):
    """Runs from Cityscapes to IDD whose counts of raw classes are given."""
    runs = []
    for seed, counts in enumerate(counts_by_seed):
        data = copy.deepcopy(record_data(seed=seed, transfer="idd"))
        entry = data["evaluations"]["idd"]
        summed = [counts[:, index == TRAIN_IDS].sum(1) for index in range(19)]
        entry["confusion"] = np.pad(summed, ((0, 0), (0, 1))).tolist()
        entry["raw"] = {"source": "id", "ids": list(range(40)), "counts": counts.tolist()}
        write_record(folder / data["id"], data)
        runs.append(read_record(folder / data["id"]))
    return runs


def random_counts(seed):
    return np.random.default_rng(seed).integers(1, 1000, (19, 40))


@pytest.fixture
def runs(tmp_path):
    return make_runs(tmp_path, [random_counts(0), random_counts(1)])


def test_runs_are_those_with_the_count_and_add_up_to_their_own_confusion(runs):
    assert encodings.runs_with_counts(runs) == runs
    assert all(encodings.reproduces(run) for run in runs)
    runs[0].evaluations["idd"]["raw"]["counts"][3][0] += 1
    assert not encodings.reproduces(runs[0])


def test_printed_column_is_that_of_the_paper():
    printed = encodings.printed_column()
    assert len(printed) == 20
    assert printed["road"] < 0.05 < printed["building"]
    assert printed[MEAN] < 0.05


def test_profiles_are_means_over_the_seeds(runs):
    table = encodings.profiles(runs)
    values = encodings.hypotheses()["level-4 ids"]
    each = [encodings.iou(encodings.counts_of(run), values) for run in runs]
    np.testing.assert_allclose(table["level-4 ids"], np.mean(each, axis=0))
    assert table.columns[0] == encodings.PRINTED


def test_comparison_holds_magnitude_control_and_distance(runs):
    table = encodings.comparison(runs)
    assert list(table.index) == list(encodings.hypotheses())
    assert table.perfect[encodings.RIGHT] == 1
    assert table.perfect["level-4 ids"] == pytest.approx(1 / 19)
    profile = encodings.profiles(runs)["raw ids"]
    assert table["mean"]["raw ids"] == pytest.approx(profile.mean())
    printed = encodings.printed_column()[:19].to_numpy()
    assert table.distance["raw ids"] == pytest.approx(np.abs(profile - printed).mean())
    assert (table.low < table["mean"]).all()


def test_a_network_that_gives_the_printed_column_in_one_encoding_is_found(tmp_path):
    """Counts of which level-4 ids give IoUs in proportion to the printed ones."""
    printed = encodings.printed_column()[:19].to_numpy()
    values = encodings.hypotheses()["level-4 ids"]
    counts = np.zeros((19, 40), np.int64)
    for c in range(19):
        raw = np.flatnonzero(values == c)[0]
        union, both = 10_000, round(10_000 * printed[c])
        counts[c, raw] = both
        counts[(c + 1) % 19, raw] += (union - both) // 2
    found = encodings.conclusions(make_runs(tmp_path, [counts]))
    assert found[-1] == "Magnitude, distance and order together fit: level-4 ids."


def test_random_predictions_decide_nothing(runs):
    assert encodings.conclusions(runs)[-1].startswith("No hypothesis has the printed magnitude")


def test_map_of_profiles_has_the_printed_column_on_top(runs):
    table = encodings.profiles(runs)
    axes = plots.encoding_profiles(table).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == list(table.columns)
    texts = {(t.get_position()): t.get_text() for t in axes.texts}
    assert texts[0, 0] == f"{table[encodings.PRINTED]['road']:.2f}".removeprefix("0")
    assert "printed: building 0.20" in plots.encoding_profiles_text(table)
