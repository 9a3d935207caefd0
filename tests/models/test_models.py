"""What every registered model promises the trainer."""

import copy
from contextlib import nullcontext

import pytest
import torch

from lossstudy.models import Batch, make_model, model_names, model_parameters

# Not narrower: see `make_backbone`. The gradient of its shortcut is of one convolution that
# oneDNN gets wrong, channels last, with fewer channels than a vector register holds.
SMALL = {"backbone_width": 16, "discriminator_width": 4, "st_threshold": 0.0}


@pytest.fixture(params=model_names())
def make(request, num_classes):
    """Build the model of this name, small, always with the same weights."""
    params = {k: v for k, v in SMALL.items() if k in model_parameters(request.param)}

    def build():
        torch.manual_seed(0)
        return make_model(request.param, num_classes, **params)

    return build


def train(model, batch, criterion, steps=2, autocast=False):
    """Run the phases as the trainer does and return the terms of each step."""
    phases = model.phases()
    optimizers = [torch.optim.SGD(phase.parameter_groups, lr=0.01) for phase in phases]
    history = []
    for step in range(steps):
        carry, logged = {"log": {}}, {}
        for phase, optimizer in zip(phases, optimizers, strict=True):
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
                terms = phase.loss(batch, criterion, carry, step)
            sum(terms.values()).backward()
            optimizer.step()
            logged |= {name: term.item() for name, term in terms.items()}
        history.append(logged)
    return history


def test_all_models_are_found():
    assert model_names() == ("deeplab", "mlmt", "s4gan")


def test_two_runs_with_one_seed_agree_to_the_bit(make, batch, criterion):
    first, second = make(), make()
    torch.manual_seed(1)
    history = train(first, batch, criterion)
    torch.manual_seed(1)
    assert train(second, batch, criterion) == history
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, second.state_dict()[name]), name


def test_a_step_reduces_the_supervised_loss(make, batch, criterion):
    first, second = train(make(), batch, criterion, steps=2)
    assert second["supervised"] < first["supervised"]


def test_terms_survive_bfloat16_autocast(make, batch, criterion):
    torch.manual_seed(1)
    exact = train(make(), batch, criterion, steps=1)[0]
    torch.manual_seed(1)
    rounded = train(make(), batch, criterion, steps=1, autocast=True)[0]
    assert rounded == pytest.approx(exact, rel=0.05)


def test_channels_last_changes_no_number_beyond_rounding(make, batch, criterion):
    torch.manual_seed(1)
    expected = train(make(), batch, criterion)[-1]
    torch.manual_seed(1)
    model = make().to(memory_format=torch.channels_last)
    assert train(model, batch, criterion)[-1] == pytest.approx(expected, rel=1e-3)


def test_phases_share_out_the_trainable_parameters(make):
    model = make()
    dealt = [
        id(parameter)
        for phase in model.phases()
        for group in phase.parameter_groups
        for parameter in group["params"]
    ]
    assert len(dealt) == len(set(dealt))
    assert set(dealt) == {id(p) for p in model.parameters() if p.requires_grad}


def test_only_a_semi_supervised_model_needs_more_than_labelled_images(make, batch, criterion):
    model = make()
    labelled = Batch(batch.images, batch.targets)
    missing = pytest.raises(AssertionError) if model.semi_supervised else nullcontext()
    with missing:
        train(model, labelled, criterion)


@pytest.mark.parametrize("size", [(32, 48), (33, 47)])
def test_logits_have_the_size_of_the_images(make, num_classes, size):
    assert make()(torch.rand(2, 3, *size)).shape == (2, num_classes, *size)


def test_evaluation_has_no_side_effect(make):
    model = make().eval()
    before = copy.deepcopy(model.state_dict())
    images = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(model(images), model(images))
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_images_of_a_batch_do_not_meet_in_evaluation(make):
    model = make().eval()
    images = torch.rand(3, 3, 32, 32)
    alone = torch.cat([model(image[None]) for image in images])
    torch.testing.assert_close(model(images), alone)


def test_state_dict_restores_the_model(make, batch, criterion):
    model, restored = make().eval(), make().eval()
    train(model.train(), batch, criterion)
    restored.load_state_dict(model.state_dict())
    images = torch.rand(1, 3, 32, 32)
    assert torch.equal(model.eval()(images), restored(images))


def test_unknown_names_list_the_known_ones(num_classes):
    with pytest.raises(ValueError, match="'unet' in models; known: deeplab, mlmt, s4gan"):
        make_model("unet", num_classes)
    with pytest.raises(ValueError, match="'deeplab' has no parameter lambda_fm; it takes network"):
        make_model("deeplab", num_classes, lambda_fm=0.1)
