import pytest
import torch

from lossstudy.losses import make_loss
from lossstudy.losses._lovasz import lovasz_jaccard, lovasz_jaccard_on_cpu
from tests.losses.libraries import kornia, smp
from tests.losses.overlaps import assert_same, gradient_of, mean_over_classes, small_batch


def jaccard_of_wrong(own, wrong):
    """One minus intersection over union, where the pixels `wrong` are the mistakes."""
    return 1 - (own & ~wrong).sum().item() / (own | wrong).sum().item()


def slow_weights(errors, own):
    """What each pixel adds to the Jaccard loss of the set of those with larger errors."""
    weights, wrong, before = torch.zeros_like(errors), torch.zeros_like(own), 0.0
    for n in errors.argsort(descending=True).tolist():
        wrong[n] = True
        after = jaccard_of_wrong(own, wrong)
        weights[n], before = after - before, after
    return weights


def slow_lovasz(p, own):
    errors = torch.where(own, 1 - p, p)
    return slow_weights(errors.detach(), own) @ errors


@pytest.mark.parametrize("absent", [(), (2,), (0, 1, 3, 4)])
def test_is_the_mean_extension_of_the_present_classes(absent, generator):
    logits, targets = small_batch(generator, absent)
    ours = make_loss("lovasz_softmax", 5)(logits, targets)
    assert_same(ours, mean_over_classes(slow_lovasz, logits, targets), logits)


def test_in_float32_it_keeps_its_digits(generator):
    logits, targets = small_batch(generator)
    exact = make_loss("lovasz_softmax", 5)(logits, targets)
    rounded = make_loss("lovasz_softmax", 5)(logits.float(), targets)
    assert rounded.item() == pytest.approx(exact.item(), rel=1e-6)
    torch.testing.assert_close(
        torch.autograd.grad(rounded, logits),
        torch.autograd.grad(exact, logits),
        rtol=1e-4,
        atol=1e-8,
    )


def test_gradient_is_the_closed_form(generator):
    logits, targets = small_batch(generator)
    valid, probs = targets != 255, logits.detach().softmax(1).movedim(1, -1)
    weights = torch.zeros_like(probs)
    for c in (0, 1, 3, 4):
        own = targets[valid] == c
        errors = torch.where(own, 1 - probs[valid][:, c], probs[valid][:, c])
        weights[..., c][valid] = slow_weights(errors, own)
    share = weights.movedim(-1, 1) / 4
    make_loss("lovasz_softmax", 5)(logits, targets).backward()
    torch.testing.assert_close(logits.grad, gradient_of(share, -share, logits, targets))


def test_of_sure_predictions_is_one_minus_the_mean_measure():
    targets = torch.tensor([[[0, 0, 0, 1, 1, 2]]])
    preds = torch.tensor([[[0, 0, 1, 1, 1, 0]]])
    logits = 1e4 * torch.nn.functional.one_hot(preds, 4).movedim(-1, 1).float()
    loss = make_loss("lovasz_softmax", 4)(logits, targets)
    assert loss.item() == pytest.approx(1 - (2 / 4 + 2 / 3 + 0) / 3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("scale", [0.1, 3.0])
def test_both_versions_give_the_same(scale, dtype, generator):
    """The one in numpy, for the CPU, and the one in torch, for any device."""
    logits = scale * torch.randn(2, 6, 9, 11, generator=generator, dtype=dtype)
    index = torch.randint(-1, 5, (2, 9, 11), generator=generator)  # class 5 is absent
    probs = logits.softmax(1)
    anywhere = lovasz_jaccard._init_fn(probs, index)
    torch.testing.assert_close(lovasz_jaccard_on_cpu(probs, index), anywhere)
    torch.testing.assert_close(lovasz_jaccard(probs, index), anywhere)
    assert anywhere[0][5] == 0


def test_versions_agree_where_errors_are_equal(generator):
    """Which of two equal errors comes first is open; the loss does not depend on it."""
    probs = torch.randint(0, 4, (2, 3, 6, 7), generator=generator).float() / 4
    index = torch.randint(-1, 3, (2, 6, 7), generator=generator)
    here, anywhere = lovasz_jaccard_on_cpu(probs, index), lovasz_jaccard._init_fn(probs, index)
    torch.testing.assert_close(here[0], anywhere[0])


def test_operator_keeps_the_rules_of_torch(generator):
    probs = torch.rand(2, 3, 4, 5, generator=generator).softmax(1).requires_grad_()
    index = torch.randint(-1, 3, (2, 4, 5), generator=generator)
    torch.library.opcheck(lovasz_jaccard, (probs, index))


@pytest.mark.parametrize("absent", [(), (2,)])
def test_is_that_of_smp(absent, generator):
    logits, targets = small_batch(generator, absent)
    logits = logits.detach().float().requires_grad_()  # theirs knows no float64
    theirs = smp.LovaszLoss("multiclass", ignore_index=255)(logits, targets)
    assert_same(make_loss("lovasz_softmax", 5)(logits, targets), theirs, logits)


def test_is_that_of_kornia_for_one_image_with_every_class(generator):
    logits, _ = small_batch(generator)
    targets = torch.arange(24).view(1, 4, 6) % 5
    theirs = kornia.losses.lovasz_softmax_loss(logits[:1], targets)
    assert_same(make_loss("lovasz_softmax", 5)(logits[:1], targets), theirs, logits)


def test_kornia_counts_an_absent_class_with_its_largest_probability(generator):
    logits, targets = small_batch(generator)
    logits, targets = logits[:1], targets[:1].where(targets[:1] != 255, 0)
    theirs = kornia.losses.lovasz_softmax_loss(logits, targets)
    ours = make_loss("lovasz_softmax", 5)(logits, targets)
    torch.testing.assert_close(theirs, (4 * ours + logits.softmax(1)[:, 2].max()) / 5)
