import copy

import pytest
import torch
from torch.nn import functional as F

from lossstudy.losses import make_loss


def random_batch(generator, size=(2, 4, 5)):
    batch, height, width = size
    logits = 2 * torch.randn(batch, 3, height, width, generator=generator, dtype=torch.float64)
    targets = torch.randint(0, 3, size, generator=generator)
    targets = targets.where(torch.rand(size, generator=generator) < 0.3, 0)
    targets[:, 0] = 255
    targets[:, 1, :3] = torch.tensor([0, 1, 2])
    return logits.requires_grad_(), targets


def slow_factors(logits, label, seen, p, q):
    """Mitigation times compensation of one pixel, as the paper writes them."""
    probs = logits.detach().softmax(0)
    mitigation = torch.tensor([min(1.0, n / seen[label]) ** p for n in seen])
    compensation = (probs / probs[label]).clamp(min=1) ** q
    return mitigation * compensation


def slow_seesaw(logits, targets, seen, p=0.8, q=2.0):
    losses = []
    for image, labels in zip(logits, targets, strict=True):
        for row, column in (labels != 255).nonzero().tolist():
            scores, label = image[:, row, column], int(labels[row, column])
            weighted = slow_factors(scores, label, seen, p, q) * scores.exp()
            losses.append(-(weighted[label] / weighted.sum()).log())
    return torch.stack(losses).mean()


def seen_in(targets):
    return [int((targets == label).sum()) for label in range(3)]


@pytest.mark.parametrize(("p", "q"), [(0.8, 2.0), (0.8, 0.0), (0.0, 2.0), (2.0, 0.5)])
def test_value_and_gradient_are_those_of_the_paper(p, q, generator):
    logits, targets = random_batch(generator)
    ours = make_loss("seesaw", 3, p=p, q=q)(logits, targets)
    slow = slow_seesaw(logits, targets, seen_in(targets), p, q)
    torch.testing.assert_close(ours, slow, rtol=1e-6, atol=0)
    torch.testing.assert_close(
        torch.autograd.grad(ours, logits),
        torch.autograd.grad(slow, logits),
        rtol=1e-5,
        atol=1e-9,
    )


def test_gradient_is_the_one_stated(generator):
    logits, targets = random_batch(generator, (1, 2, 3))
    make_loss("seesaw", 3)(logits, targets).backward()
    seen = seen_in(targets)
    expected = torch.zeros_like(logits)
    for row, column in (targets[0] != 255).nonzero().tolist():
        scores, label = logits.detach()[0, :, row, column], int(targets[0, row, column])
        weighted = slow_factors(scores, label, seen, 0.8, 2.0) * scores.exp()
        expected[0, :, row, column] = weighted / weighted.sum()
        expected[0, label, row, column] -= 1
    torch.testing.assert_close(logits.grad, expected / sum(seen), rtol=1e-5, atol=1e-9)


def test_p_and_q_0_are_cross_entropy(generator):
    logits, targets = random_batch(generator)
    ours = make_loss("seesaw", 3, p=0.0, q=0.0)(logits, targets)
    theirs = F.cross_entropy(logits, targets, ignore_index=255)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(
        torch.autograd.grad(ours, logits), torch.autograd.grad(theirs, logits)
    )


def test_images_of_many_chunks_are_as_images_of_one(generator, monkeypatch):
    logits, targets = random_batch(generator, (2, 7, 5))
    loss = make_loss("seesaw", 3)
    whole = copy.deepcopy(loss)(logits, targets)
    gradient = torch.autograd.grad(whole, logits)
    module = type(loss).__module__
    monkeypatch.setattr(f"{module}.CHUNK_BYTES", 2 * 3 * 5 * 4)
    cut = copy.deepcopy(loss)(logits, targets)
    torch.testing.assert_close(cut, whole)
    torch.testing.assert_close(torch.autograd.grad(cut, logits), gradient)


def test_pixel_of_a_frequent_class_spares_a_rarer_one_and_not_the_other_way_round():
    """Wrong about neither class, so that compensation is off."""
    targets = torch.tensor([[[0, 0, 0, 0, 1]]])
    logits = torch.zeros(1, 2, 1, 5, requires_grad=True)
    make_loss("seesaw", 2)(logits, targets).backward()
    pushed = 5 * logits.grad[0, :, 0]
    spared = 0.25**0.8
    assert pushed[1, 0].item() == pytest.approx(spared / (1 + spared))
    assert pushed[0, 4].item() == pytest.approx(0.5)


def test_compensation_takes_the_sparing_back_from_a_false_positive():
    targets = torch.tensor([[[0, 0, 0, 0, 1]]])
    logits = torch.zeros(1, 2, 1, 5)
    logits[0, 1, 0, 0] = 3.0

    def push_on_the_rare_class(q):
        leaf = logits.clone().requires_grad_()
        make_loss("seesaw", 2, q=q)(leaf, targets).backward()
        return leaf.grad[0, 1, 0, 0]

    assert push_on_the_rare_class(2.0) > push_on_the_rare_class(0.0)


def test_counts_valid_pixels_of_all_batches_before_it_uses_them(generator):
    loss = make_loss("seesaw", 3)
    first = random_batch(generator)
    loss(*first)
    assert loss.seen.tolist() == seen_in(first[1])
    logits, targets = random_batch(generator)
    value = loss(logits, targets)
    both = [a + b for a, b in zip(seen_in(first[1]), seen_in(targets), strict=True)]
    assert loss.seen.tolist() == both
    torch.testing.assert_close(value, slow_seesaw(logits, targets, both), rtol=1e-6, atol=0)


def test_class_not_seen_yet_counts_as_one_pixel(generator):
    logits, targets = random_batch(generator)
    targets[targets == 2] = 0
    seen = [*seen_in(targets)[:2], 1]
    value = make_loss("seesaw", 3)(logits, targets)
    torch.testing.assert_close(value, slow_seesaw(logits, targets, seen), rtol=1e-6, atol=0)


def test_evaluation_mode_uses_the_counts_and_leaves_them(generator):
    loss = make_loss("seesaw", 3)
    loss.update(torch.tensor([500, 20, 5]))
    logits, targets = random_batch(generator)
    value = loss.eval()(logits, targets)
    assert loss.seen.tolist() == [500, 20, 5]
    expected = slow_seesaw(logits, targets, [500, 20, 5])
    torch.testing.assert_close(value, expected, rtol=1e-6, atol=0)


def test_counts_stay_exact_beyond_the_integers_of_float32():
    loss = make_loss("seesaw", 2)
    loss.update(torch.tensor([2**40, 0]))
    loss(torch.zeros(1, 2, 1, 1), torch.zeros(1, 1, 1, dtype=torch.long))
    assert loss.seen.tolist() == [2**40 + 1, 0]


def test_defaults_are_those_of_the_paper():
    loss = make_loss("seesaw", 2)
    assert (loss.p, loss.q) == (0.8, 2.0)


@pytest.mark.parametrize("name", ["p", "q"])
def test_refuses_parameters_below_0(name):
    with pytest.raises(ValueError, match=f"{name} must be a finite number at least 0"):
        make_loss("seesaw", 3, **{name: -0.1})
