import pytest
import torch
from torch import nn

from lossstudy.models._augmentation import strongly_augmented
from lossstudy.models._classifier import (
    classes_present,
    follow,
    inconsistency,
    make_classifier,
    teacher_of,
)


def small():
    return make_classifier(3, "small", width=2, pretrained=False, weights=None)


def test_resnet101_classifier_has_the_published_parameters():
    with torch.device("meta"):
        model = make_classifier(1000, "resnet101", width=2, pretrained=False, weights=None)
    assert sum(p.numel() for p in model.parameters()) == 44_549_160


def test_small_classifier_ignores_pretrained():
    torch.manual_seed(0)
    plain = small().state_dict()
    torch.manual_seed(0)
    asked = make_classifier(3, "small", width=2, pretrained=True, weights=None).state_dict()
    assert all(torch.equal(plain[name], asked[name]) for name in plain)


def test_teacher_is_the_exponential_average_of_the_students():
    """Unrolled: the weight of the student after step s is (1 - d_s) times all later decays."""
    student = small()
    teacher = teacher_of(student)
    decay, history = 0.6, []
    for step in range(5):
        for parameter in student.parameters():
            nn.init.normal_(parameter)
        history.append(student.classifier.weight.detach().clone())
        follow(teacher, student, decay, step)
    decays = [min(1 - 1 / (step + 1), decay) for step in range(5)]
    assert decays == [0, 0.5, 0.6, 0.6, 0.6]
    expected = torch.zeros_like(history[0])
    for step, weight in enumerate(history):
        share = 1 - decays[step]
        for later in decays[step + 1 :]:
            share *= later
        expected += share * weight
    torch.testing.assert_close(teacher.classifier.weight.detach(), expected)


def test_teacher_takes_no_gradient_and_keeps_its_own_statistics():
    student = small()
    teacher = teacher_of(student)
    student(torch.rand(2, 3, 16, 16))
    follow(teacher, student, 0.999, 0)
    assert not any(p.requires_grad for p in teacher.parameters())
    assert all(p.requires_grad for p in student.parameters())
    means = [dict(m.named_buffers())["backbone.layers.1.running_mean"] for m in (teacher, student)]
    assert means[0].abs().max() == 0
    assert means[1].abs().max() > 0


def test_ignored_pixels_show_no_class():
    targets = torch.tensor([[[255, 255]], [[2, 255]]])
    assert classes_present(targets, 3).tolist() == [[0, 0, 0], [0, 0, 1]]


def test_inconsistency_is_torchs_cosine_embedding_loss_and_blind_to_scale():
    one, other = torch.randn(4, 5), torch.randn(4, 5)
    reference = nn.CosineEmbeddingLoss()(one, other, torch.ones(4))
    torch.testing.assert_close(inconsistency(one, other), reference)
    torch.testing.assert_close(inconsistency(3 * one, other), reference)
    assert inconsistency(one, 2 * one).item() == pytest.approx(0, abs=1e-6)


def test_augmentation_is_a_function_of_torchs_seed():
    images = torch.rand(3, 3, 16, 24)
    torch.manual_seed(4)
    first = strongly_augmented(images)
    torch.manual_seed(4)
    assert torch.equal(strongly_augmented(images), first)
    assert not torch.equal(strongly_augmented(images), first)


def test_each_image_is_changed_by_itself_and_stays_an_image():
    torch.manual_seed(0)
    changed = strongly_augmented(torch.rand(1, 3, 16, 16).repeat(4, 1, 1, 1))
    assert len({image.sum().item() for image in changed}) == 4
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_augmentation_blurs():
    noise = torch.rand(8, 3, 32, 32)
    torch.manual_seed(0)
    changed = strongly_augmented(noise)
    assert changed.diff(dim=-1).abs().mean() < 0.8 * noise.diff(dim=-1).abs().mean()
