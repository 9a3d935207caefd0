import dataclasses

import pytest
import torch
from torch.nn import functional as F

from lossstudy.models.s4gan import S4GAN

NEVER, ALWAYS = 1.0, 0.0  # thresholds on a score that lies strictly between


@pytest.fixture
def model(num_classes):
    torch.manual_seed(0)
    model = S4GAN(num_classes, backbone_width=4, discriminator_width=4)
    model.discriminator.eval()  # dropout off, so that two passes agree
    return model


def generator_terms(model, batch, criterion, step=1):
    carry = {"log": {}}
    return model.phases()[0].loss(batch, criterion, carry, step), carry


def gradients(loss, model):
    network = [p for p in model.network.parameters() if p.requires_grad]
    return torch.autograd.grad(loss, network, retain_graph=True)


def slow_one_hot(targets, num_classes):
    maps = torch.zeros(len(targets), num_classes, *targets.shape[1:])
    for n, labels in enumerate(targets.tolist()):
        for y, row in enumerate(labels):
            for x, label in enumerate(row):
                if label != 255:
                    maps[n, label, y, x] = 1
    return maps


def slow_stretch(images):
    return torch.stack([(i - i.min()) / (i.max() - i.min()) for i in images])


def slow_terms(model, batch):
    """The terms of both phases from their definitions, image by image."""
    judge = model.discriminator
    logits = model(batch.unlabelled)
    probs = logits.exp() / logits.exp().sum(1, keepdim=True)
    fake = torch.cat([probs, slow_stretch(batch.unlabelled)], 1)
    real_maps = slow_one_hot(batch.real_targets, model.num_classes)
    real = torch.cat([real_maps, slow_stretch(batch.real_images)], 1)
    fake_features = torch.cat([judge(one[None])[1] for one in fake])
    real_features = torch.cat([judge(one[None])[1] for one in real])
    fake_scores = torch.cat([judge(one[None])[0].sigmoid() for one in fake])
    real_scores = torch.cat([judge(one[None])[0].sigmoid() for one in real])

    kept = [n for n, score in enumerate(fake_scores) if score > model.st_threshold]
    pixels = torch.cat([probs[n].flatten(1) for n in kept], 1) if kept else None
    return {
        "supervised": F.cross_entropy(model(batch.images), batch.targets, ignore_index=255),
        "feature_matching": model.lambda_fm
        * (real_features.mean(0) - fake_features.mean(0)).abs().mean(),
        "self_training": model.lambda_st * -pixels.amax(0).log().mean() if kept else None,
        "discriminator": (-real_scores.log().mean() - (1 - fake_scores).log().mean()) / 2,
    }


def median_score(model, batch, criterion):
    _, carry = generator_terms(model, batch, criterion)
    return model.discriminator(carry["fake"])[0].sigmoid().median().item()


def test_generator_terms_and_their_gradients_follow_from_the_definitions(model, batch, criterion):
    model.lambda_fm, model.lambda_st = 0.3, 0.7
    model.st_threshold = median_score(model, batch, criterion)
    terms, carry = generator_terms(model, batch, criterion)
    expected = slow_terms(model, batch)

    assert list(terms) == ["supervised", "feature_matching", "self_training"]
    assert carry["log"]["pseudo_share"].item() == pytest.approx(1 / 3)
    for name, term in terms.items():
        torch.testing.assert_close(term, expected[name], msg=lambda m, name=name: f"{name}: {m}")
        torch.testing.assert_close(gradients(term, model), gradients(expected[name], model))


def test_discriminator_term_follows_from_the_definition(model, batch, criterion):
    carry = {"log": {}}
    generator, discriminator = model.phases()
    generator.loss(batch, criterion, carry, 1)
    terms = discriminator.loss(batch, criterion, carry, 1)
    assert list(terms) == ["discriminator"]
    torch.testing.assert_close(terms["discriminator"], slow_terms(model, batch)["discriminator"])
    assert 0 < carry["log"]["d_real"] < 1
    assert 0 < carry["log"]["d_fake"] < 1


def test_defaults_are_the_papers(num_classes):
    model = S4GAN(num_classes, backbone_width=4)
    assert (model.lambda_fm, model.lambda_st, model.st_threshold) == (0.1, 1.0, 0.7)
    assert model.discriminator.classifier.in_features == 8 * 64
    assert model.release_scaling is False
    assert model.network.head.summed == len(model.network.head.classifiers) == 4


def test_no_map_above_the_threshold_gives_exactly_zero_and_no_gradient(model, batch, criterion):
    model.st_threshold = NEVER
    terms, carry = generator_terms(model, batch, criterion)
    assert terms["self_training"].item() == 0
    assert all(g.abs().max() == 0 for g in gradients(terms["self_training"], model))
    assert carry["log"]["pseudo_share"] == 0


def test_self_training_is_skipped_in_the_first_step(model, batch, criterion):
    model.st_threshold = ALWAYS
    terms, _ = generator_terms(model, batch, criterion, step=0)
    assert terms["self_training"].item() == 0


def test_all_maps_above_the_threshold_give_the_criterion_on_every_argmax(model, batch, criterion):
    model.st_threshold = ALWAYS
    terms, carry = generator_terms(model, batch, criterion)
    logits = model(batch.unlabelled)
    torch.testing.assert_close(terms["self_training"], F.cross_entropy(logits, logits.argmax(1)))
    assert carry["log"]["pseudo_share"] == 1


@pytest.mark.parametrize(("choice", "calls"), [("studied", 2), ("cross_entropy", 1)])
def test_self_training_uses_the_loss_it_is_told_to(model, batch, choice, calls):
    class Probe(torch.nn.Module):
        seen = 0

        def forward(self, logits, targets):
            self.seen += 1
            return logits.square().mean()

    model.st_threshold, model.self_training_loss = ALWAYS, choice
    probe = Probe()
    terms, _ = generator_terms(model, batch, probe)
    logits = model(batch.unlabelled)
    expected = {
        "studied": logits.square().mean(),
        "cross_entropy": F.cross_entropy(logits, logits.argmax(1)),
    }
    assert probe.seen == calls
    torch.testing.assert_close(terms["self_training"], expected[choice])


def test_released_scaling_divides_real_images_by_the_spread_of_the_labelled_ones(
    model, batch, criterion
):
    batch = dataclasses.replace(batch, images=batch.images / 2)
    model.release_scaling = True
    _, carry = generator_terms(model, batch, criterion)
    real, spread = batch.real_images, batch.images.max() - batch.images.min()
    torch.testing.assert_close(carry["real"][:, -3:], (real - real.min()) / spread)
    assert carry["real"].max() > 1.5
    assert carry["fake"][:, -3:].max() == 1


@pytest.mark.parametrize("training", [True, False])
def test_pseudo_labels_never_update_a_stateful_criterion(model, batch, criterion, training):
    model.st_threshold = ALWAYS
    criterion.train(training)
    generator_terms(model, batch, criterion)
    assert criterion.updates == int(training)  # the labelled batch alone
    assert criterion.training is training


def test_generator_phase_leaves_the_discriminator_without_gradient(model, batch, criterion):
    model.st_threshold = ALWAYS
    terms, carry = generator_terms(model, batch, criterion)
    sum(terms.values()).backward()
    assert all(p.grad is None and p.requires_grad for p in model.discriminator.parameters())
    assert all(p.grad is not None for p in model.network.parameters())
    assert not carry["fake"].requires_grad
    assert not carry["real"].requires_grad


def test_discriminator_phase_leaves_the_network_without_gradient(model, batch, criterion):
    carry = {"log": {}}
    generator, discriminator = model.phases()
    generator.loss(batch, criterion, carry, 1)
    discriminator.loss(batch, criterion, carry, 1)["discriminator"].backward()
    assert all(p.grad is None for p in model.network.parameters())
    assert all(p.grad.abs().max() > 0 for p in model.discriminator.parameters())


def test_discriminator_learns_to_tell_maps_apart(model, batch, criterion):
    generator, discriminator = model.phases()
    optimizer = torch.optim.Adam(model.discriminator.parameters(), lr=3e-3)
    for step in range(40):
        carry = {"log": {}}
        with torch.no_grad():
            generator.loss(batch, criterion, carry, step)
        optimizer.zero_grad()
        discriminator.loss(batch, criterion, carry, step)["discriminator"].backward()
        optimizer.step()
    assert carry["log"]["d_real"] > 0.9
    assert carry["log"]["d_fake"] < 0.1


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"st_threshold": 1.5}, "st_threshold must be between 0 and 1, got 1.5"),
        ({"lambda_fm": -1.0}, "lambda_fm must be at least 0, got -1.0"),
        ({"lambda_st": float("nan")}, "lambda_st must be at least 0, got nan"),
        ({"self_training_loss": "dice"}, "one of studied, cross_entropy, got 'dice'"),
    ],
)
def test_parameters_out_of_range_are_refused(params, message, num_classes):
    with pytest.raises(ValueError, match=message):
        S4GAN(num_classes, backbone_width=4, **params)


def test_pseudo_labels_teach_a_criterion_nothing(model, batch):
    """A criterion with weights of its own learns them from the labelled images alone."""

    class Weighted(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(()))

        def forward(self, logits, targets):
            return self.weight * F.cross_entropy(logits, targets, ignore_index=255)

    model.st_threshold = ALWAYS
    learns = Weighted()
    terms, _ = generator_terms(model, batch, learns)
    (gradient,) = torch.autograd.grad(terms["supervised"], learns.weight, retain_graph=True)
    assert gradient == terms["supervised"]
    assert learns.weight.requires_grad
    learns.weight.grad = None
    terms["self_training"].backward()
    assert learns.weight.grad is None
