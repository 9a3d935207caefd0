import math

import pytest
import torch
from torch import nn

from lossstudy.batches import Batches
from lossstudy.checkpoint import CheckpointError
from lossstudy.config import ExperimentConfig
from lossstudy.losses import make_loss
from lossstudy.models import Batch, Phase, make_model
from lossstudy.parts import parts_of
from lossstudy.termination import Terminated
from lossstudy.trainer import NonFiniteLossError, fit, lr_factor, make_optimizer, take_phase

CPU = torch.device("cpu")
SETTINGS = {
    "s4gan": {"discriminator_width": 4, "st_threshold": 0.0},  # every image is self-trained on
    "deeplab": {"model": "deeplab", "optimizer": "sgd", "lr": 0.05},
}
every_model = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)


class RunningCriterion(nn.Module):
    """Cross entropy over a running mean of itself, with a weight that is learnt, too."""

    def __init__(self):
        super().__init__()
        self.loss = make_loss("cross_entropy", 19)
        self.register_buffer("mean", torch.ones(()))
        self.log_weight = nn.Parameter(torch.zeros(()))

    def forward(self, logits, targets):
        value = self.loss(logits, targets)
        if self.training:
            self.mean.lerp_(value.detach(), 0.5)
        return value / self.mean * self.log_weight.exp() - self.log_weight


class FailsAt(nn.Module):
    """Cross entropy that is not a number at its `call`-th call."""

    def __init__(self, call, value=math.nan):
        super().__init__()
        self.loss = make_loss("cross_entropy", 19)
        self.left = call
        self.value = value

    def forward(self, logits, targets):
        self.left -= 1
        return self.loss(logits, targets) * (1 if self.left else self.value)


def make_config(**overrides):
    values = {"steps": 6, "checkpoint_every": 2, "height": 16, "width": 32, "seed": 3}
    return ExperimentConfig.from_profile("smoke", **values | overrides)


@pytest.fixture
def start(stand_in):
    """Builder of the steps of a run on five images in memory, and of its parts."""
    dataset = stand_in(5, size=(16, 32))

    def build(config, checkpoint, criterion=None, **more):
        torch.manual_seed(config.seed)
        params = {"discriminator_width": 4, "st_threshold": config.st_threshold}
        model = make_model(config.model, 19, **params if config.model == "s4gan" else {})
        batches = Batches(dataset, [0, 2, 3], config, CPU, model.semi_supervised)
        return fit(model, criterion or RunningCriterion(), batches, config, checkpoint, **more)

    build.dataset = dataset
    return build


def take(steps, count):
    """Run the first steps, then stop as an interruption would."""
    measurements = [next(steps) for _ in range(count)]
    steps.close()
    return measurements


def flat(state, prefix=""):
    """Map the path of every leaf of a nested state to the leaf."""
    if isinstance(state, dict | list | tuple):
        items = state.items() if isinstance(state, dict) else enumerate(state)
        return {k: v for key, value in items for k, v in flat(value, f"{prefix}/{key}").items()}
    return {prefix: state}


def final_state(checkpoint):
    return flat(torch.load(checkpoint, weights_only=True))


def differing(state, other):
    assert state.keys() == other.keys()
    return [
        key
        for key, value in state.items()
        if not (torch.equal(value, other[key]) if torch.is_tensor(value) else value == other[key])
    ]


def numbers(measurements):
    return [(m.step, m.lr, m.terms, m.log) for m in measurements]


@every_model
@pytest.mark.parametrize(("stop", "saved"), [(1, 0), (3, 2), (5, 4)])
def test_resumed_run_ends_with_the_bits_of_an_uninterrupted_one(
    stop, saved, settings, start, tmp_path
):
    config = make_config(**settings)
    whole = list(start(config, tmp_path / "whole.pt"))
    take(start(config, tmp_path / "parts.pt"), stop)
    rest = list(start(config, tmp_path / "parts.pt"))
    assert rest[0].step == saved + 1
    assert numbers(rest) == numbers(whole[-len(rest) :])
    assert differing(final_state(tmp_path / "whole.pt"), final_state(tmp_path / "parts.pt")) == []


CHANGING_STATE = {
    "s4gan": [
        "/model/network",
        "running_mean",
        "/model/discriminator",
        "exp_avg_sq",
        "/criterion/log_weight",
    ],
    "deeplab": ["/model/network", "running_mean", "momentum_buffer", "/criterion/mean"],
}


@pytest.mark.parametrize("name", SETTINGS)
def test_checkpoint_holds_everything_that_training_changes(name, start, tmp_path):
    config = make_config(**SETTINGS[name])
    take(start(config, tmp_path / "state.pt"), 3)
    early = final_state(tmp_path / "state.pt")
    list(start(config, tmp_path / "state.pt"))
    changed = differing(early, final_state(tmp_path / "state.pt"))
    missing = [part for part in CHANGING_STATE[name] if not any(part in key for key in changed)]
    assert missing == []


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


# A run that is asked to stop


def test_run_asked_to_stop_saves_its_step_and_goes_on_with_the_same_bits(start, tmp_path):
    config = make_config(checkpoint_every=100)
    whole = list(start(config, tmp_path / "whole.pt"))
    asked = []
    steps = start(config, tmp_path / "parts.pt", stopping=lambda: bool(asked))
    assert [next(steps).step for _ in range(2)] == [1, 2]
    asked.append(True)
    assert next(steps).step == 3
    with pytest.raises(Terminated, match="after step 3") as stopped:
        next(steps)
    assert stopped.value.code == 143
    rest = list(start(config, tmp_path / "parts.pt"))
    assert numbers(rest) == numbers(whole[3:])
    assert differing(final_state(tmp_path / "whole.pt"), final_state(tmp_path / "parts.pt")) == []


def test_run_asked_to_stop_at_its_end_has_ended(start, tmp_path):
    steps = start(make_config(steps=1), tmp_path / "state.pt", stopping=lambda: True)
    assert [m.step for m in steps] == [1]


# Checkpoints that cannot be used


def test_checkpoint_of_another_run_is_refused_by_name(start, tmp_path):
    config, other = make_config(), make_config(seed=9)
    take(start(config, tmp_path / "state.pt"), 3)
    with pytest.raises(CheckpointError) as error:
        next(start(other, tmp_path / "state.pt"))
    for part in (config.id, other.id, str(tmp_path / "state.pt"), "delete it"):
        assert part in str(error.value)


@pytest.mark.parametrize("content", ["cut off", "not torch", "empty"])
def test_corrupt_checkpoint_is_refused_by_name(content, start, tmp_path):
    file = tmp_path / "state.pt"
    take(start(make_config(), file), 3)
    whole = file.read_bytes()
    file.write_bytes(
        {"cut off": whole[: len(whole) // 2], "not torch": b"gibberish", "empty": b""}[content]
    )
    with pytest.raises(CheckpointError, match=r"state\.pt cannot be read as a checkpoint"):
        next(start(make_config(), file))


def test_torch_file_that_is_no_checkpoint_is_refused(start, tmp_path):
    torch.save([1, 2], tmp_path / "state.pt")
    with pytest.raises(CheckpointError, match="belongs to 'list'"):
        next(start(make_config(), tmp_path / "state.pt"))


def test_checkpoint_cannot_execute_code(start, tmp_path):
    """A file from elsewhere is data: a pickle that names other objects is refused."""
    torch.save({"run": make_config().id, "step": print}, tmp_path / "state.pt")
    with pytest.raises(CheckpointError, match="cannot be read"):
        next(start(make_config(), tmp_path / "state.pt"))


# Losses that are not finite


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_loss_that_is_not_finite_names_step_term_and_checkpoint(value, start, tmp_path):
    config, file = make_config(model="deeplab"), tmp_path / "state.pt"
    steps = start(config, file, FailsAt(4, value))
    assert [next(steps).step for _ in range(3)] == [1, 2, 3]
    with pytest.raises(NonFiniteLossError, match="supervised not finite at step 4") as error:
        next(steps)
    assert f"last good checkpoint: {file}" in str(error.value)
    saved = final_state(file)
    assert saved["/step"] == 2
    assert all(v.isfinite().all() for v in saved.values() if torch.is_tensor(v))


def test_loss_that_is_not_finite_is_never_saved(start, tmp_path):
    config, file = make_config(model="deeplab", checkpoint_every=1), tmp_path / "state.pt"
    with pytest.raises(NonFiniteLossError, match=r"step 1.*no checkpoint yet"):
        next(start(config, file, FailsAt(1)))
    assert not file.exists()


def test_term_that_is_not_finite_is_told_from_those_that_are(start, tmp_path):
    # At each step the criterion is called for the labelled, then for the pseudo-labelled images;
    # at the first step there are none of the latter.
    steps = start(make_config(st_threshold=0.0), tmp_path / "state.pt", FailsAt(3))
    next(steps)
    with pytest.raises(NonFiniteLossError, match="self_training not finite at step 2"):
        next(steps)


class BreaksTheWeights(nn.Module):
    """A loss with a finite value and a gradient that is not a number."""

    def forward(self, logits, targets):
        return (0 * logits.sum()).sqrt()


def test_weights_that_are_no_numbers_are_not_saved(start, tmp_path):
    config, file = make_config(model="deeplab", checkpoint_every=1), tmp_path / "state.pt"
    steps = start(config, file, BreaksTheWeights())
    assert next(steps).terms == {"supervised": 0.0}
    with pytest.raises(NonFiniteLossError, match=r"weights.*step 1.*no checkpoint yet"):
        next(steps)
    assert not file.exists()


# One phase


def two_term_phase(weight, optimizer="segmentation", lr_scale=1.0):
    """A phase whose terms have the gradients 2 and 3 with respect to its one parameter."""

    def loss(batch, criterion, carry, step):
        carry["seen"] = step
        return {"first": 2 * weight, "second": 3 * weight}

    return Phase("both", [{"params": [weight], "lr_scale": lr_scale}], optimizer, loss)


@pytest.fixture
def empty_batch():
    return Batch(torch.zeros(1, 3, 2, 2), torch.zeros(1, 2, 2, dtype=torch.long))


@pytest.mark.parametrize("lr_scale", [1.0, 10.0])
def test_step_minimises_the_sum_of_the_terms(lr_scale, empty_batch):
    config = make_config(
        optimizer="sgd", lr=0.01, weight_decay=0.0, warmup_steps=0, poly_power=1.0
    )
    weight, parts = nn.Parameter(torch.tensor(1.0)), parts_of(empty_batch, 1)
    phase = two_term_phase(weight, lr_scale=lr_scale)
    take_phase(phase, make_optimizer(phase, config), parts, nn.Identity(), 3, config)
    terms = parts[0].terms
    assert {name: term.item() for name, term in terms.items()} == {"first": 2.0, "second": 3.0}
    assert not any(term.requires_grad for term in terms.values())
    assert parts[0].carry["seen"] == 3
    assert weight.item() == pytest.approx(1 - 0.01 * lr_scale * 0.5 * (2 + 3))


def test_gradients_of_the_last_step_are_dropped(empty_batch):
    config = make_config(optimizer="sgd", lr=0.01, weight_decay=0.0, warmup_steps=0)
    weight = nn.Parameter(torch.tensor(1.0))
    phase = two_term_phase(weight)
    weight.grad = torch.tensor(1000.0)
    optimizer = make_optimizer(phase, config)
    take_phase(phase, optimizer, parts_of(empty_batch, 1), nn.Identity(), 0, config)
    assert weight.item() == pytest.approx(1 - 0.01 * 5)


@pytest.mark.parametrize(
    ("phase", "configured", "expected"),
    [
        ("segmentation", "adamw", torch.optim.AdamW),
        ("segmentation", "sgd", torch.optim.SGD),
        ("discriminator", "adamw", torch.optim.Adam),
        ("discriminator", "sgd", torch.optim.Adam),
    ],
)
def test_optimizer_is_the_configured_one(phase, configured, expected):
    config = make_config(optimizer=configured, lr=0.1, discriminator_lr=0.2, weight_decay=0.3)
    made = make_optimizer(two_term_phase(nn.Parameter(torch.ones(())), phase, 10.0), config)
    assert type(made) is expected
    (group,) = made.param_groups
    of_network = phase == "segmentation"
    assert group["base_lr"] == pytest.approx(10.0 * (0.1 if of_network else 0.2))
    assert group["weight_decay"] == (0.3 if of_network else 0)


# The schedule


def test_warm_up_rises_to_the_decay_and_never_starts_at_zero():
    config = make_config(steps=100, warmup_steps=9, poly_power=0.9)
    factors = [lr_factor(step, config) for step in range(100)]
    assert factors[0] == pytest.approx(0.1)
    assert factors[:10] == sorted(factors[:10])
    assert factors[10:] == sorted(factors[10:], reverse=True)
    assert factors[9:] == pytest.approx([(1 - s / 100) ** 0.9 for s in range(9, 100)])
    assert 0 < factors[-1] < 0.02
    assert max(factors) <= 1


def test_power_0_is_a_constant_rate():
    config = make_config(steps=10, warmup_steps=0, poly_power=0.0)
    assert [lr_factor(step, config) for step in range(10)] == [1.0] * 10


def test_schedule_is_that_of_the_whole_run_after_a_resume(start, tmp_path):
    config = make_config()
    take(start(config, tmp_path / "state.pt"), 3)
    assert next(start(config, tmp_path / "state.pt")).lr == config.lr * lr_factor(2, config)
