import pytest
import torch
from torch.nn import functional as F

from lossstudy.models import make_model
from lossstudy.models._augmentation import strongly_augmented
from lossstudy.models._classifier import classes_present

SMALL = {"backbone_width": 4, "discriminator_width": 4, "st_threshold": 0.0}


@pytest.fixture
def model(num_classes):
    return make("mlmt", num_classes)


def make(name, num_classes, **params):
    torch.manual_seed(0)
    return make_model(name, num_classes, **{**SMALL, **params})


def train(model, batch, criterion, steps, start=0, repeats=1):
    """Step as the trainer does: seeded by the step, a phase's loss once for each part."""
    phases = model.phases()
    optimizers = [torch.optim.SGD(phase.parameter_groups, lr=0.05) for phase in phases]
    terms = {}
    for step in range(start, steps):
        torch.manual_seed(step)
        carry = {"log": {}}
        for phase, optimizer in zip(phases, optimizers, strict=True):
            optimizer.zero_grad()
            for _ in range(repeats):
                found = phase.loss(batch, criterion, carry, step)
                sum(found.values()).backward()
            optimizer.step()
            terms |= found
    return terms


def test_segmentation_is_trained_to_the_bit_as_by_s4gan(batch, criterion, num_classes):
    mlmt, s4gan = make("mlmt", num_classes), make("s4gan", num_classes)
    for model in (mlmt, s4gan):
        train(model, batch, criterion, steps=3)
    for name, tensor in s4gan.state_dict().items():
        assert torch.equal(tensor, mlmt.state_dict()[name]), name


def test_classifier_terms_follow_from_the_definitions(model, batch, criterion):
    model.steps, model.lambda_consistency, step = 10, 3.0, 5  # 4 of the 5 steps of the ramp
    phase = model.phases()[-1]
    torch.manual_seed(7)
    terms = phase.loss(batch, criterion, {"log": {}}, step)

    torch.manual_seed(7)
    strong = strongly_augmented(batch.unlabelled)
    probs = model.student(model.normalised(batch.images)).sigmoid()
    present = classes_present(batch.targets, model.num_classes)
    student = model.student(model.normalised(strong))
    teacher = model.teacher(model.normalised(batch.unlabelled))
    cosine = (student * teacher).sum(1) / student.norm(dim=1) / teacher.norm(dim=1)
    assert list(terms) == ["presence", "consistency"]
    torch.testing.assert_close(terms["presence"], F.binary_cross_entropy(probs, present))
    torch.testing.assert_close(terms["consistency"], 3.0 * 0.8 * (1 - cosine).mean())


def test_only_the_student_is_trained_by_the_classifier(model, batch, criterion):
    model.steps = 1
    terms = model.phases()[-1].loss(batch, criterion, {"log": {}}, 1)
    sum(terms.values()).backward()
    with_gradient = {
        n.partition(".")[0] for n, p in model.named_parameters() if p.grad is not None
    }
    assert with_gradient == {"student"}


@pytest.mark.parametrize(
    ("step", "weight"), [(0, 0), (9, 0), (10, 0), (35, 1), (60, 2), (61, 2), (99, 2)]
)
def test_consistency_starts_after_a_tenth_and_is_full_half_the_training_later(
    num_classes, step, weight
):
    model = make("mlmt", num_classes, steps=100, lambda_consistency=2.0)
    assert model.consistency_weight(step) == pytest.approx(weight)


def test_teacher_moves_once_a_step_however_many_parts_it_has(model, batch, criterion):
    model.teacher_decay = 0.5
    teachers, students = [], []
    for step in range(3):
        students.append(model.student.classifier.weight.detach().clone())
        train(model, batch, criterion, steps=step + 1, start=step, repeats=3)
        teachers.append(model.teacher.classifier.weight.detach().clone())
    torch.testing.assert_close(teachers[0], students[0])
    torch.testing.assert_close(teachers[1], (students[0] + students[1]) / 2)
    torch.testing.assert_close(teachers[2], (teachers[1] + students[2]) / 2)


def test_a_resumed_run_has_the_teacher_of_one_that_went_on(batch, criterion, num_classes):
    whole, resumed = make("mlmt", num_classes), make("mlmt", num_classes)
    train(whole, batch, criterion, steps=4)
    train(resumed, batch, criterion, steps=2)
    again = make("mlmt", num_classes)
    again.load_state_dict(resumed.state_dict())
    train(again, batch, criterion, steps=4, start=2)
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name]), name


def test_classes_under_the_threshold_win_no_pixel(model, batch):
    model.eval()
    plain = model.network(model.normalised(batch.images))
    with torch.no_grad():  # the teacher is sure of 1 and 3, in every image
        model.teacher.classifier.weight.zero_()
        model.teacher.classifier.bias.copy_(torch.tensor([-9.0, 9.0, -9.0, 9.0, -9.0]))
    fused = model(batch.images)
    assert torch.equal(fused[:, [1, 3]], plain[:, [1, 3]])
    assert set(fused.argmax(1).unique().tolist()) <= {1, 3}
    assert torch.equal(fused.argmax(1), 1 + 2 * plain[:, [1, 3]].argmax(1))
    assert torch.isfinite(fused).all()


@pytest.mark.parametrize(("score", "stays"), [(0.19, False), (0.21, True)])
def test_the_threshold_is_on_the_score(model, batch, score, stays):
    model.eval()
    with torch.no_grad():
        model.teacher.classifier.weight.zero_()
        model.teacher.classifier.bias.fill_(9).data[2] = torch.tensor(score).logit()
    plain = model.network(model.normalised(batch.images))
    assert torch.equal(model(batch.images)[:, 2], plain[:, 2]) is stays


def test_where_no_class_passes_the_segmentation_stands(model, batch):
    model.eval()
    with torch.no_grad():
        model.teacher.classifier.weight.zero_()
        model.teacher.classifier.bias.fill_(-9)
        model.network.head.classifiers[0].bias.copy_(torch.tensor([0.0, 1, 2, 3, 4]))
    plain = model.network(model.normalised(batch.images))
    assert torch.equal(model(batch.images).argmax(1), plain.argmax(1))


def test_training_logits_are_the_networks(model, batch):
    model.teacher.classifier.bias.data.fill_(-9)
    expected = make("s4gan", model.num_classes)(batch.images)
    assert torch.equal(model(batch.images), expected)


def test_classifier_learns_which_classes_are_there(batch, criterion, num_classes):
    model = make("mlmt", num_classes, steps=40)
    batch.targets[:2][batch.targets[:2] == 4] = 255
    before = train(model, batch, criterion, steps=1)["presence"].item()
    after = train(model, batch, criterion, steps=40, start=1)["presence"].item()
    assert after < 0.5 * before


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"presence_threshold": 1.5}, "presence_threshold must be between 0 and 1, got 1.5"),
        ({"teacher_decay": -0.1}, "teacher_decay must be between 0 and 1, got -0.1"),
        ({"consistency_burn_in": 2.0}, "consistency_burn_in must be between 0 and 1, got 2"),
        ({"consistency_ramp": 0.0}, "consistency_ramp must be above 0"),
        ({"lambda_consistency": -1.0}, "lambda_consistency must be at least 0, got -1"),
        ({"classifier_backbone": "vgg"}, "must be one of small, resnet50, resnet101, got 'vgg'"),
    ],
)
def test_parameters_out_of_range_are_refused(params, message, num_classes):
    with pytest.raises(ValueError, match=message):
        make("mlmt", num_classes, **params)
