import numpy as np
import pytest
import torch

from lossstudy.counts import ClassCounts
from lossstudy.losses import make_loss
from tests.losses.contract import random_batch, sure_of, value_and_gradient

C = 5


def adaptive(epoch_pixels=10_000, **params):
    pixels = np.full(C, epoch_pixels // C)
    return make_loss("adaptive", C, ClassCounts(pixels, pixels, pixels), **params)


def by_hand(logits, targets, weight, alpha=0.25, smooth=1.0):
    """The definition as loops over pixels and classes, in double precision."""
    probs = logits.double().softmax(1).movedim(1, -1).reshape(-1, C)
    labels = targets.flatten()
    probs, labels = probs[labels != 255], labels[labels != 255]
    pixel = sum(-weight[y] * p[y].log() for p, y in zip(probs, labels, strict=True))
    pixel = pixel / sum(weight[y] for y in labels)
    lacks = []
    for c in range(C):
        own = labels == c
        if own.any():
            both = probs[own, c].sum()
            union = probs[:, c].sum() + own.sum() - both
            lacks.append(1 - (both + smooth) / (union + smooth))
    return alpha * pixel + (1 - alpha) * sum(lacks) / len(lacks)


def running(batches, epoch_pixels, measure="iou"):
    """The running index after some batches, as plain sums."""
    sums = np.zeros((3, C))
    for logits, targets in batches:
        probs = logits.double().softmax(1)
        valid = targets != 255
        new = np.zeros((3, C))
        for c in range(C):
            p = probs[:, c]
            new[:, c] = [p[targets == c].sum(), p[valid].sum(), (targets == c).sum()]
        sums = max(0, 1 - int(valid.sum()) / epoch_pixels) * sums + new
    whole = sums[2] if measure == "recall" else sums[1] + sums[2] - sums[0]
    return sums[0] / whole


def test_frozen_it_is_a_static_loss(generator):
    batch = random_batch(generator)
    expected = value_and_gradient(make_loss("cross_entropy_jaccard", C), *batch)
    torch.testing.assert_close(value_and_gradient(adaptive().eval(), *batch), expected)
    loss = adaptive(adapt="neither")
    for _ in range(3):  # however much it has seen
        loss(*random_batch(generator))
    torch.testing.assert_close(value_and_gradient(loss, *batch), expected)


def test_value_is_the_definition_with_the_running_index_of_all_batches(generator):
    batches = [random_batch(generator) for _ in range(4)]
    loss = adaptive(epoch_pixels=200)
    values = [float(loss(*batch)) for batch in batches]
    for seen, value in enumerate(values, start=1):
        weight = 1 - running(batches[:seen], 200)
        assert value == pytest.approx(float(by_hand(*batches[seen - 1], weight)), rel=1e-5)
    np.testing.assert_allclose(loss.weight(), 1 - running(batches, 200), rtol=1e-5)


def test_recall_does_not_see_false_positives_and_iou_does(generator):
    logits, targets = random_batch(generator)
    worse = logits.clone()
    worse[:, 0][targets == 1] += 9  # more of class 1 is taken for class 0
    lacks = {}
    for measure in ("iou", "recall"):
        before, after = (adaptive(measure=measure) for _ in range(2))
        before(logits, targets), after(worse, targets)
        lacks[measure] = float(after.weight()[0] - before.weight()[0])
    assert lacks["iou"] > 0.02
    assert lacks["recall"] == pytest.approx(0, abs=1e-6)


def test_memory_is_the_batch_an_epoch_or_everything(generator):
    batches = [random_batch(generator) for _ in range(6)]
    pixels = int((batches[0][1] != 255).sum())
    for memory, horizon in {"epoch": 3 * pixels, "batch": 1, "forever": 10**12}.items():
        loss = adaptive(epoch_pixels=3 * pixels // C * C, memory=memory)
        for batch in batches:
            loss(*batch)
        np.testing.assert_allclose(loss.index(), running(batches, horizon), rtol=2e-2)


def test_a_class_found_whole_asks_for_nothing_and_one_never_found_for_all(generator):
    _, targets = random_batch(generator)
    wrong = targets.where(targets != 3, 0)  # class 3 is taken for class 0
    loss = adaptive()
    loss(sure_of(wrong, C), targets)
    weight = loss.weight()
    assert weight[3] == 1
    assert weight[[1, 2, 4]].max() < 1e-6
    assert 0 < weight[0] < 1  # it has false positives


def test_weights_of_regions_make_it_the_gradient_of_half_the_sum_of_squares(generator):
    logits, targets = random_batch(generator, dtype=torch.float64)
    alone = adaptive(alpha=0.0, adapt="regions", memory="batch", smooth=0.0)
    _, gradient = value_and_gradient(alone, logits, targets)
    leaf = logits.clone().requires_grad_()
    probs = leaf.softmax(1)
    valid = targets != 255
    lacks = []
    for c in range(C):
        own = (targets == c).double()
        both = (probs[:, c] * own).sum()
        lacks.append(1 - both / ((probs[:, c] * valid).sum() + own.sum() - both))
    lacks = torch.stack(lacks)
    (lacks.square().sum() / 2).backward()
    torch.testing.assert_close(gradient * lacks.sum().detach(), leaf.grad, rtol=1e-5, atol=1e-9)


def test_frequency_has_no_say(generator):
    """Twice the pixels of everything change no weight, nor does which class is frequent."""
    first, second = (random_batch(generator) for _ in range(2))
    once, twice = adaptive(), adaptive()
    once(*first)
    twice(*(torch.cat([part, part]) for part in first))
    torch.testing.assert_close(once.weight(), twice.weight())
    losses = []
    for pixels in (np.array([96, 1, 1, 1, 1]), np.array([1, 1, 1, 1, 96])):
        loss = make_loss("adaptive", C, ClassCounts(pixels, pixels, pixels))
        losses.append([float(loss(*batch)) for batch in (first, second)])
    assert losses[0] == losses[1]


def test_one_pixel_of_a_rare_class_pulls_at_most_as_hard_as_a_class_of_many():
    """The pixel term alone, at logits of zero: all weights are even, however few the pixels."""
    targets = torch.zeros(1, 40, 40, dtype=torch.long)
    targets[0, 0, 0] = 4
    loss = adaptive(alpha=1.0, adapt="neither")
    _, static_gradient = value_and_gradient(loss, torch.zeros(1, C, 40, 40), targets)
    loss = adaptive(alpha=1.0)
    _, gradient = value_and_gradient(loss, torch.zeros(1, C, 40, 40), targets)
    pull, was = (g[0, :, 0, 0].abs().sum() for g in (gradient, static_gradient))
    # The frequent class has an IoU of 1 / 5 and weighs 4 / 5, the rare one almost 1.
    assert pull / was == pytest.approx(5 / 4, rel=1e-2)


def test_where_the_region_term_is_blind_the_pixel_term_is_not(generator):
    """A class missed with certainty: no gradient from Jaccard, all weight in cross entropy."""
    _, targets = random_batch(generator)
    logits = sure_of(targets.where(targets != 3, 0), C, margin=40.0)
    missed = (targets == 3)[:, None].expand(-1, C, -1, -1)
    _, regions = value_and_gradient(make_loss("jaccard", C), logits, targets)
    _, gradient = value_and_gradient(adaptive(), logits, targets)
    assert regions[missed].abs().max() < 1e-12
    plain = value_and_gradient(make_loss("cross_entropy_jaccard", C), logits, targets)[1]
    assert gradient[missed].abs().sum() > 2 * plain[missed].abs().sum() > 0


def test_pseudo_labels_do_not_teach_it(generator):
    loss = adaptive()
    loss(*random_batch(generator))
    before = loss.sums.clone()
    loss.eval()(*random_batch(generator))
    assert torch.equal(loss.sums, before)


def test_reading_gives_a_number_a_class(generator):
    loss = adaptive()
    loss(*random_batch(generator))
    reading = loss.reading()
    assert reading.keys() == {"weight", "running_iou"}
    np.testing.assert_allclose(
        np.add(reading["weight"], reading["running_iou"]), np.ones(C), rtol=1e-6
    )
