import pytest
import torch
from torch.nn import functional as F

from lossstudy.losses import make_loss
from lossstudy.losses.cross_entropy_jaccard import CrossEntropyJaccard
from tests.losses.contract import counts_of
from tests.losses.overlaps import assert_same, mean_over_classes, small_batch

WEIGHT = [2.0, 0.5, 1.0, 0.0, 3.0]


@pytest.mark.parametrize("alpha", [0.0, 0.25, 0.5, 1.0])
def test_is_torchs_weighted_cross_entropy_beside_jaccard(alpha, generator):
    logits, targets = small_batch(generator)
    loss = make_loss("cross_entropy_jaccard", 5, alpha=alpha, class_weight=WEIGHT)
    pixels = F.cross_entropy(
        logits, targets, weight=torch.tensor(WEIGHT, dtype=torch.float64), ignore_index=255
    )
    regions = mean_over_classes(
        lambda p, own: 1 - (p[own].sum() + 1) / (p.sum() + own.sum() - p[own].sum() + 1),
        logits,
        targets,
    )
    assert_same(loss(logits, targets), alpha * pixels + (1 - alpha) * regions, logits)


def test_default_is_the_published_mixture(generator):
    logits, targets = small_batch(generator)
    entropy, jaccard = (
        make_loss(name, 5)(logits, targets) for name in ("cross_entropy", "jaccard")
    )
    ours = make_loss("cross_entropy_jaccard", 5)(logits, targets)
    assert_same(ours, 0.25 * entropy + 0.75 * jaccard, logits)


@pytest.mark.parametrize("scheme", ["inverse", "median", "enet", "effective"])
def test_schemes_are_those_of_weighted_cross_entropy(scheme):
    mine, theirs = (
        make_loss(name, 5, counts_of(5), class_weight=scheme).weight
        for name in ("cross_entropy_jaccard", "weighted_cross_entropy")
    )
    assert torch.equal(mine, theirs)
    assert len(set(mine.tolist())) > 1


def test_with_the_weights_of_the_adaptive_loss_it_is_that_loss(generator):
    logits, targets = small_batch(generator)
    adaptive = make_loss("adaptive", 5, counts_of(5))
    adaptive(logits.detach(), targets)
    adaptive.eval()  # it keeps the weights it has
    weight = adaptive.weight().tolist()
    assert len(set(weight)) == 5
    held = make_loss("cross_entropy_jaccard", 5, class_weight=weight)
    assert_same(held(logits, targets), adaptive(logits, targets), logits)


def test_gradient_is_the_one_stated(generator):
    logits, targets = small_batch(generator)
    make_loss("cross_entropy_jaccard", 5, class_weight=WEIGHT).double()(logits, targets).backward()
    valid = targets != 255
    index = targets.where(valid, 0)
    weight = (torch.tensor(WEIGHT, dtype=torch.float64)[index] * valid)[:, None]
    p = logits.detach().softmax(1)
    own = F.one_hot(index, 5).movedim(-1, 1) * valid[:, None]
    both, predicted, labelled = ((x * valid[:, None]).sum((0, 2, 3)) for x in (p * own, p, own))
    union = (predicted + labelled - both + 1)[:, None, None]
    index = (both + 1)[:, None, None] / union
    present = (labelled > 0)[:, None, None]
    u = present / present.sum() * (index - own * (1 + index)) / union
    regions = p * (u - (u * p).sum(1, keepdim=True)) * valid[:, None]
    expected = 0.25 * weight / weight.sum() * (p - own) + 0.75 * regions
    torch.testing.assert_close(logits.grad, expected)


def test_another_ignore_index(generator):
    logits, targets = small_batch(generator)
    renamed = targets.where(targets != 255, 250)
    ours = CrossEntropyJaccard(5, ignore_index=250)(logits, renamed)
    assert_same(ours, CrossEntropyJaccard(5)(logits, targets), logits)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"alpha": 1.5}, r"alpha must be .* got 1.5"),
        ({"smooth": -1.0}, r"smooth must be .* got -1"),
        ({"class_weight": "1, 2"}, "one number for each of the 5 classes, got 2"),
        ({"class_weight": "inverse"}, "needs the class counts"),
    ],
)
def test_refuses_what_it_cannot_use(params, message):
    with pytest.raises(ValueError, match=message):
        make_loss("cross_entropy_jaccard", 5, **params)
