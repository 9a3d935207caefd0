import pytest
import torch
from torch import nn

from lossstudy.batches import Batches
from lossstudy.losses import make_loss
from lossstudy.models import Batch, make_model
from lossstudy.parts import parts_of
from lossstudy.trainer import fit, lr_factor, take_phase
from tests.trainer.runs import (
    CPU,
    SETTINGS,
    RunningCriterion,
    differing,
    final_state,
    make_config,
    numbers,
    take,
)


def test_what_a_criterion_learns_does_not_decay(start, tmp_path):
    """Without a gradient it stays: weight decay would pull a learnt weight towards a number."""

    class Still(RunningCriterion):
        def forward(self, logits, targets):
            return self.loss(logits, targets) + 0 * self.log_weight

    criterion = Still()
    nn.init.constant_(criterion.log_weight, 2.0)
    list(start(make_config(**SETTINGS["deeplab"], weight_decay=1.0), tmp_path / "s.pt", criterion))
    assert criterion.log_weight.item() == 2.0


def test_same_seed_gives_the_same_bits_and_another_does_not(start, tmp_path):
    runs = {}
    for name, seed in {"first": 3, "second": 3, "other": 4}.items():
        config = make_config(seed=seed, steps=2)
        runs[name] = numbers(start(config, tmp_path / f"{name}.pt"))
    assert runs["first"] == runs["second"]
    assert runs["first"][0] != runs["other"][0]
    states = {name: final_state(tmp_path / f"{name}.pt") for name in runs}
    assert differing(states["first"], states["second"]) == []
    assert any("weight" in key for key in differing(states["first"], states["other"]))


def test_training_lowers_the_loss(start, tmp_path):
    config = make_config(model="deeplab", steps=16, checkpoint_every=16, warmup_steps=0, lr=5e-3)
    criterion = make_loss("cross_entropy", 19)
    losses = [m.terms["supervised"] for m in start(config, tmp_path / "state.pt", criterion)]
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])


def test_yields_a_measurement_a_step(start, tmp_path):
    config = make_config()
    measurements = list(start(config, tmp_path / "state.pt"))
    assert [m.step for m in measurements] == [1, 2, 3, 4, 5, 6]
    terms = {"supervised", "feature_matching", "self_training", "discriminator"}
    assert all(m.terms.keys() == terms for m in measurements)
    assert all("pseudo_share" in m.log for m in measurements)
    assert [m.lr for m in measurements] == [config.lr * lr_factor(s, config) for s in range(6)]
    assert all(m.step_s > 0 and m.data_s >= 0 for m in measurements)


def test_bfloat16_changes_the_arithmetic_but_not_the_parameters(start, tmp_path):
    full = take(start(make_config(), tmp_path / "full.pt"), 1)
    half = take(start(make_config(precision="bfloat16"), tmp_path / "half.pt"), 3)
    assert half[0].terms["supervised"] != full[0].terms["supervised"]
    assert half[0].terms["supervised"] == pytest.approx(full[0].terms["supervised"], rel=0.05)
    model = {k: v for k, v in final_state(tmp_path / "half.pt").items() if "weight" in k}
    assert {value.dtype for value in model.values() if torch.is_tensor(value)} == {torch.float32}


def test_finished_run_takes_no_further_step(start, tmp_path):
    config = make_config(model="deeplab")
    list(start(config, tmp_path / "state.pt"))
    assert list(start(config, tmp_path / "state.pt")) == []


def test_gradients_of_parts_add_up_to_those_of_the_batch():
    """In evaluation mode batch normalisation is the same for a part as for the whole."""

    ends = {}
    for count in (1, 2):
        config = make_config(model="deeplab", steps=1, batch_size=4, accumulate=count, lr=0.1)
        torch.manual_seed(0)
        model = make_model("deeplab", 19)
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
                module.train = lambda mode: None
        targets = torch.randint(19, (4, 16, 32))
        targets[1:, 2:] = 255
        batch = Batch(torch.rand(4, 3, 16, 32), targets)
        (phase,) = model.phases()
        optimizer = torch.optim.SGD(model.parameters())
        for group in optimizer.param_groups:
            group["base_lr"] = 0.1
        take_phase(
            phase, optimizer, parts_of(batch, count), make_loss("cross_entropy", 19), 0, config
        )
        ends[count] = model.state_dict()
    for name, value in ends[1].items():
        torch.testing.assert_close(ends[2][name], value, rtol=1e-4, atol=1e-6)


def test_run_in_parts_ends_near_the_whole_one(start, tmp_path):
    fields = {"batch_size": 4, "unlabelled_batch_size": 4, "steps": 2}
    whole, parts = (
        take(start(make_config(**fields, accumulate=count), tmp_path / f"{count}.pt"), 1)[0].terms
        for count in (1, 2)
    )
    assert parts.keys() == whole.keys()
    assert parts["supervised"] == pytest.approx(whole["supervised"], rel=0.2)


def test_average_follows_the_weights_of_every_step(start, tmp_path):
    config = make_config(model="deeplab", steps=4, ema=0.5)
    model, averaged = make_model("deeplab", 19), make_model("deeplab", 19)
    batches = Batches(start.dataset, [0, 1], config, CPU, semi_supervised=False)
    criterion = make_loss("cross_entropy", 19)
    expected = None
    for _ in fit(model, criterion, batches, config, tmp_path / "state.pt", averaged):
        now = model.network.head.classifiers[0].weight.detach()
        expected = now.clone() if expected is None else (expected + now) / 2
    torch.testing.assert_close(averaged.network.head.classifiers[0].weight.detach(), expected)
    saved = torch.load(tmp_path / "state.pt", weights_only=True)["averaged"]
    assert all(torch.equal(saved[name], v) for name, v in averaged.state_dict().items())
