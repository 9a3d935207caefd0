import math

import pytest
import torch
from torch import nn

from lossstudy.losses import make_loss
from lossstudy.trainer import NonFiniteLossError
from tests.trainer.runs import final_state, make_config


class FailsAt(nn.Module):
    """Cross entropy that is not a number at its `call`-th call."""

    def __init__(self, call, value=math.nan):
        super().__init__()
        self.loss = make_loss("cross_entropy", 19)
        self.left = call
        self.value = value

    def forward(self, logits, targets):
        self.left -= 1
        return self.loss(logits, targets) * (1 if self.left else self.value)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_loss_that_is_not_finite_names_step_term_and_checkpoint(value, start, tmp_path):
    config, file = make_config(model="deeplab"), tmp_path / "state.pt"
    steps = start(config, file, FailsAt(4, value))
    assert [next(steps).step for _ in range(3)] == [1, 2, 3]
    with pytest.raises(NonFiniteLossError, match="supervised not finite at step 4") as error:
        next(steps)
    assert f"last good checkpoint: {file}" in str(error.value)
    saved = final_state(file)
    assert saved["/step"] == 2
    assert all(v.isfinite().all() for v in saved.values() if torch.is_tensor(v))


def test_loss_that_is_not_finite_is_never_saved(start, tmp_path):
    config, file = make_config(model="deeplab", checkpoint_every=1), tmp_path / "state.pt"
    with pytest.raises(NonFiniteLossError, match=r"step 1.*no checkpoint yet"):
        next(start(config, file, FailsAt(1)))
    assert not file.exists()


def test_term_that_is_not_finite_is_told_from_those_that_are(start, tmp_path):
    # At each step the criterion is called for the labelled, then for the pseudo-labelled images;
    # at the first step there are none of the latter.
    steps = start(make_config(st_threshold=0.0), tmp_path / "state.pt", FailsAt(3))
    next(steps)
    with pytest.raises(NonFiniteLossError, match="self_training not finite at step 2"):
        next(steps)


class BreaksTheWeights(nn.Module):
    """A loss with a finite value and a gradient that is not a number."""

    def forward(self, logits, targets):
        return (0 * logits.sum()).sqrt()


def test_weights_that_are_no_numbers_are_not_saved(start, tmp_path):
    config, file = make_config(model="deeplab", checkpoint_every=1), tmp_path / "state.pt"
    steps = start(config, file, BreaksTheWeights())
    assert next(steps).terms == {"supervised": 0.0}
    with pytest.raises(NonFiniteLossError, match=r"weights.*step 1.*no checkpoint yet"):
        next(steps)
    assert not file.exists()
