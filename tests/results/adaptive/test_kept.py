"""What the study takes from runs that are kept with the book is what these say."""

from pathlib import Path

import numpy as np
import pytest

from lossstudy.results import read_records
from lossstudy.results.adaptive import OURS, of, outcomes
from lossstudy.study import FINAL_WEIGHTS

KEPT = Path(__file__).parents[3] / "book" / "results" / "adaptive"


@pytest.fixture(scope="module")
def found():
    return outcomes(read_records(KEPT))


@pytest.mark.parametrize("setting", FINAL_WEIGHTS)
def test_final_weights_are_those_at_which_the_adaptive_loss_ended(found, setting):
    runs = of(found, setting, OURS)
    assert sorted(runs) == [0, 1, 2]
    last = [max(o.record.loss_curve, key=lambda point: point["step"]) for o in runs.values()]
    ended = np.mean([point["weight"] for point in last], axis=0)
    given = [float(number) for number in FINAL_WEIGHTS[setting].split(",")]
    np.testing.assert_allclose(given, ended, atol=0.005 + 1e-9)
