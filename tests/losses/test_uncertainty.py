import copy
import math

import pytest
import torch

from lossstudy.losses import make_loss
from tests.losses.overlaps import assert_same, small_batch


def with_variances(*logarithms):
    loss = make_loss("uncertainty", 5)
    with torch.no_grad():
        loss.log_variance.copy_(torch.tensor(logarithms))
    return loss


def parts(logits, targets):
    return [make_loss(name, 5)(logits, targets) for name in ("cross_entropy", "dice")]


@pytest.mark.parametrize("logarithms", [(0.0, 0.0), (0.5, -2.0), (-1.5, 3.0)])
def test_is_the_sum_of_the_equation(logarithms, generator):
    logits, targets = small_batch(generator)
    expected = sum(
        part / (2 * math.exp(s)) + s / 2
        for part, s in zip(parts(logits, targets), logarithms, strict=True)
    )
    assert_same(with_variances(*logarithms)(logits, targets), expected, logits)


def test_starts_as_the_mean_of_its_parts(generator):
    logits, targets = small_batch(generator)
    ours = make_loss("uncertainty", 5)(logits, targets)
    assert_same(ours, sum(parts(logits, targets)) / 2, logits)


def test_gradient_of_the_variances_is_the_closed_form(generator):
    logits, targets = small_batch(generator)
    loss = with_variances(0.5, -2.0)
    loss(logits, targets).backward()
    values = torch.stack(parts(logits, targets)).float()
    expected = (1 - values * torch.exp(-loss.log_variance)) / 2
    torch.testing.assert_close(loss.log_variance.grad, expected.detach())


def test_where_the_variances_rest_it_is_the_sum_of_the_logarithms(generator):
    logits, targets = small_batch(generator)
    values = parts(logits, targets)
    loss = with_variances(*(value.log().item() for value in values))
    value = loss(logits, targets)
    expected = sum(1 + part.log() for part in values) / 2
    torch.testing.assert_close(value, expected, rtol=1e-6, atol=0)
    torch.testing.assert_close(
        torch.autograd.grad(value, logits, retain_graph=True),
        torch.autograd.grad(expected, logits),
        rtol=1e-5,
        atol=1e-9,
    )
    (rest,) = torch.autograd.grad(value, loss.log_variance)
    torch.testing.assert_close(rest, torch.zeros(2), rtol=0, atol=1e-6)


def test_term_near_0_gets_a_large_weight(generator):
    """What its docstring warns of: the parameter follows the logarithm of its loss."""
    _, targets = small_batch(generator)
    one_hot = torch.nn.functional.one_hot(targets.where(targets != 255, 0), 5).movedim(-1, 1)
    loss = make_loss("uncertainty", 5)
    steps = torch.optim.SGD(loss.parameters(), lr=0.5)
    for _ in range(60):
        steps.zero_grad()
        loss(12.0 * one_hot.float(), targets).backward()
        steps.step()
    assert (torch.exp(-loss.log_variance) > 100).all()


def test_has_two_parameters_in_its_state():
    loss = with_variances(0.5, -2.0)
    assert [tuple(p.shape) for p in loss.parameters()] == [(2,)]
    copied = copy.deepcopy(make_loss("uncertainty", 5))
    copied.load_state_dict(loss.state_dict())
    assert torch.equal(copied.log_variance, loss.log_variance)


def test_batch_without_a_valid_pixel_moves_nothing(generator):
    logits, targets = small_batch(generator)
    loss = with_variances(0.5, -2.0)
    value = loss(logits, torch.full_like(targets, 255))
    value.backward()
    assert value == 0
    assert (logits.grad == 0).all()
    assert (loss.log_variance.grad == 0).all()


def test_refuses_negative_smooth():
    with pytest.raises(ValueError, match="smooth must be a finite number at least 0, got -1"):
        make_loss("uncertainty", 5, smooth=-1.0)
