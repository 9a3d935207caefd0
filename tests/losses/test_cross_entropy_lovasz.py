import pytest
import torch

from lossstudy.losses import make_loss
from lossstudy.losses.cross_entropy_lovasz import CrossEntropyLovasz
from tests.losses.overlaps import assert_same, small_batch


@pytest.mark.parametrize("weight", [0.0, 0.25, 1.0, 3.0])
def test_is_the_weighted_sum_of_its_parts(weight, generator):
    logits, targets = small_batch(generator)
    ours = make_loss("cross_entropy_lovasz", 5, weight=weight)(logits, targets)
    entropy, lovasz = (
        make_loss(name, 5)(logits, targets) for name in ("cross_entropy", "lovasz_softmax")
    )
    assert_same(ours, entropy + weight * lovasz, logits)


def test_default_weights_are_equal():
    assert make_loss("cross_entropy_lovasz", 5).weight == 1.0


def test_parts_ignore_what_it_ignores(generator):
    logits, targets = small_batch(generator)
    renamed = targets.where(targets != 255, 250)
    ours = CrossEntropyLovasz(5, ignore_index=250)(logits, renamed)
    assert_same(ours, make_loss("cross_entropy_lovasz", 5)(logits, targets), logits)


def test_a_class_missed_with_certainty_still_gets_a_gradient():
    targets = torch.tensor([[[0, 0, 1]]])
    preds = torch.tensor([[[0, 0, 0]]])
    sure = 200.0 * torch.nn.functional.one_hot(preds, 2).movedim(-1, 1)

    def pull(name):
        logits = sure.clone().requires_grad_()
        make_loss(name, 2)(logits, targets).backward()
        return logits.grad[0, 1, 0, 2].item()

    assert pull("lovasz_softmax") == 0
    assert pull("cross_entropy_lovasz") == pytest.approx(-1 / 3)


def test_refuses_negative_weight():
    with pytest.raises(ValueError, match="weight must be a finite number at least 0, got -1"):
        make_loss("cross_entropy_lovasz", 5, weight=-1.0)
