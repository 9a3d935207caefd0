import pytest
import torch
from torch import nn

from lossstudy.models import Batch, Phase
from lossstudy.parts import parts_of
from lossstudy.trainer import lr_factor, make_optimizer, take_phase
from tests.trainer.runs import make_config


def two_term_phase(weight, optimizer="segmentation", lr_scale=1.0):
    """A phase whose terms have the gradients 2 and 3 with respect to its one parameter."""

    def loss(batch, criterion, carry, step):
        carry["seen"] = step
        return {"first": 2 * weight, "second": 3 * weight}

    return Phase("both", [{"params": [weight], "lr_scale": lr_scale}], optimizer, loss)


@pytest.fixture
def empty_batch():
    return Batch(torch.zeros(1, 3, 2, 2), torch.zeros(1, 2, 2, dtype=torch.long))


@pytest.mark.parametrize("lr_scale", [1.0, 10.0])
def test_step_minimises_the_sum_of_the_terms(lr_scale, empty_batch):
    config = make_config(
        optimizer="sgd", lr=0.01, weight_decay=0.0, warmup_steps=0, poly_power=1.0
    )
    weight, parts = nn.Parameter(torch.tensor(1.0)), parts_of(empty_batch, 1)
    phase = two_term_phase(weight, lr_scale=lr_scale)
    take_phase(phase, make_optimizer(phase, config), parts, nn.Identity(), 3, config)
    terms = parts[0].terms
    assert {name: term.item() for name, term in terms.items()} == {"first": 2.0, "second": 3.0}
    assert not any(term.requires_grad for term in terms.values())
    assert parts[0].carry["seen"] == 3
    assert weight.item() == pytest.approx(1 - 0.01 * lr_scale * 0.5 * (2 + 3))


def test_gradients_of_the_last_step_are_dropped(empty_batch):
    config = make_config(optimizer="sgd", lr=0.01, weight_decay=0.0, warmup_steps=0)
    weight = nn.Parameter(torch.tensor(1.0))
    phase = two_term_phase(weight)
    weight.grad = torch.tensor(1000.0)
    optimizer = make_optimizer(phase, config)
    take_phase(phase, optimizer, parts_of(empty_batch, 1), nn.Identity(), 0, config)
    assert weight.item() == pytest.approx(1 - 0.01 * 5)


@pytest.mark.parametrize(
    ("phase", "configured", "expected"),
    [
        ("segmentation", "adamw", torch.optim.AdamW),
        ("segmentation", "sgd", torch.optim.SGD),
        ("discriminator", "adamw", torch.optim.Adam),
        ("discriminator", "sgd", torch.optim.Adam),
    ],
)
def test_optimizer_is_the_configured_one(phase, configured, expected):
    config = make_config(optimizer=configured, lr=0.1, discriminator_lr=0.2, weight_decay=0.3)
    made = make_optimizer(two_term_phase(nn.Parameter(torch.ones(())), phase, 10.0), config)
    assert type(made) is expected
    (group,) = made.param_groups
    of_network = phase == "segmentation"
    assert group["base_lr"] == pytest.approx(10.0 * (0.1 if of_network else 0.2))
    assert group["weight_decay"] == (0.3 if of_network else 0)


# The schedule


def test_warm_up_rises_to_the_decay_and_never_starts_at_zero():
    config = make_config(steps=100, warmup_steps=9, poly_power=0.9)
    factors = [lr_factor(step, config) for step in range(100)]
    assert factors[0] == pytest.approx(0.1)
    assert factors[:10] == sorted(factors[:10])
    assert factors[10:] == sorted(factors[10:], reverse=True)
    assert factors[9:] == pytest.approx([(1 - s / 100) ** 0.9 for s in range(9, 100)])
    assert 0 < factors[-1] < 0.02
    assert max(factors) <= 1


def test_power_0_is_a_constant_rate():
    config = make_config(steps=10, warmup_steps=0, poly_power=0.0)
    assert [lr_factor(step, config) for step in range(10)] == [1.0] * 10
