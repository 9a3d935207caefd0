import pytest
import torch

from lossstudy.averaging import averaged_copy, update_average
from lossstudy.models import make_model


@pytest.fixture
def model():
    return make_model("deeplab", 5)


def fill(model, value):
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor.fill_(value)


def values(model):
    return {round(v, 6) for t in model.state_dict().values() for v in t.unique().tolist()}


def test_first_step_makes_it_the_model(model):
    averaged = averaged_copy(model)
    fill(model, 3)
    update_average(averaged, model, 0.9, 0)
    assert values(averaged) == {3.0}


def test_later_steps_move_it_by_what_the_decay_leaves(model):
    averaged = averaged_copy(model)
    fill(averaged, 1)
    fill(model, 2)
    update_average(averaged, model, 0.9, 1000)
    assert values(averaged) == {1.1, 2.0}  # batches seen are counted, not averaged


def test_early_steps_are_a_plain_mean(model):
    averaged = averaged_copy(model)
    for step, value in enumerate((1, 2, 6)):
        fill(model, value)
        update_average(averaged, model, 0.999, step)
    weights = torch.cat([p.flatten() for p in averaged.parameters()])
    assert weights.unique().tolist() == pytest.approx([3.0])


def test_nothing_trains_it(model):
    averaged = averaged_copy(model.train())
    assert not averaged.training
    assert not any(p.requires_grad for p in averaged.parameters())
    assert model.training
    assert any(p.requires_grad for p in model.parameters())
