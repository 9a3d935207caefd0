import itertools

import numpy as np
import pytest
import torch

from lossstudy.decision import DecisionRule, fit_decision_rule


def drawn(probs, generator):
    """Targets drawn from the probabilities: those of a perfectly calibrated network."""
    return torch.multinomial(probs, 1, generator=generator)[:, 0]


def mean_iou(preds, targets, num_classes):
    values = []
    for c in range(num_classes):
        if (targets == c).any():
            intersection = ((preds == c) & (targets == c)).sum()
            values.append(float(intersection / ((preds == c) | (targets == c)).sum()))
    return np.mean(values)


@pytest.fixture
def uncertain(generator):
    """A rare class that never has the largest probability, in calibrated probabilities."""
    rare = 0.45 * torch.rand(20_000, generator=generator) ** 3
    probs = torch.stack([1 - rare, rare], 1)
    return probs, drawn(probs, generator)


def test_rare_class_that_argmax_never_predicts_is_found(uncertain):
    probs, targets = uncertain
    rule = fit_decision_rule(probs, targets)
    assert not probs.argmax(1).any()
    assert rule(probs).any()
    assert mean_iou(rule(probs), targets, 2) > mean_iou(probs.argmax(1), targets, 2) + 0.05


def test_rule_is_as_good_as_the_best_threshold(uncertain):
    probs, targets = uncertain
    best = max(
        mean_iou((probs[:, 1] > threshold).long(), targets, 2)
        for threshold in np.linspace(0.01, 0.5, 50)
    )
    found = mean_iou(fit_decision_rule(probs, targets)(probs), targets, 2)
    assert found == pytest.approx(best, abs=0.005)


@pytest.mark.parametrize("num_classes", [2, 5])
def test_never_worse_than_argmax_where_it_was_fitted(num_classes, generator):
    probs = (3 * torch.randn(2000, num_classes, generator=generator)).softmax(1)
    targets = torch.randint(0, num_classes, (2000,), generator=generator)
    rule = fit_decision_rule(probs, targets)
    fitted, plain = rule(probs), probs.argmax(1)
    assert mean_iou(fitted, targets, num_classes) >= mean_iou(plain, targets, num_classes)


def test_certain_and_right_predictions_are_left_alone(generator):
    targets = torch.randint(0, 4, (500,), generator=generator)
    probs = torch.nn.functional.one_hot(targets, 4).float()
    assert torch.equal(fit_decision_rule(probs, targets)(probs), targets)


def test_a_class_held_out_images_lack_can_still_be_predicted(generator):
    targets = torch.randint(0, 2, (500,), generator=generator)
    probs = torch.full((500, 3), 0.05)
    probs[torch.arange(500), targets] = 0.9
    rule = fit_decision_rule(probs, targets)
    assert rule(torch.tensor([[0.01, 0.01, 0.98]])).tolist() == [2]


def test_a_class_held_out_images_lack_does_not_win_from_a_likelier_one(uncertain):
    two, targets = uncertain
    probs = torch.cat([0.9 * two, torch.full((len(two), 1), 0.1)], 1)
    rule = fit_decision_rule(probs, targets)
    assert rule(probs).any()  # not argmax
    assert not (rule(probs) == 2).any()
    assert rule(torch.tensor([[0.55, 0.01, 0.44]])).tolist() == [0]


def test_a_rule_decides_where_the_probabilities_are():
    rule = DecisionRule(torch.tensor([0.5, 1.0]), torch.tensor([0.0, -0.1]))
    assert rule(torch.ones(1, 2, 4, 4, device="meta")).device.type == "meta"


def test_maps_and_lists_of_pixels_are_decided_alike(generator):
    rule = DecisionRule(torch.tensor([0.5, 1.0, 3.0]), torch.tensor([0.0, -0.1, -0.5]))
    probs = torch.rand(2, 3, 4, 5, generator=generator).softmax(1)
    decided = rule(probs)
    for n, i, j in itertools.product(range(2), range(4), range(5)):
        assert decided[n, i, j] == rule(probs[n, :, i, j][None])[0]
