import pytest
import torch

from lossstudy.checkpoint import CheckpointError
from lossstudy.termination import Terminated
from lossstudy.trainer import lr_factor
from tests.trainer.runs import SETTINGS, differing, final_state, make_config, numbers, take

every_model = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)


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


def test_schedule_is_that_of_the_whole_run_after_a_resume(start, tmp_path):
    config = make_config()
    take(start(config, tmp_path / "state.pt"), 3)
    assert next(start(config, tmp_path / "state.pt")).lr == config.lr * lr_factor(2, config)


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
