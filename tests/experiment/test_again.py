import pytest

from lossstudy import evaluation, experiment, paths, provenance
from lossstudy.config import ExperimentConfig
from tests.experiment.runs import CONFIG, assert_same_results, run


def refuse_to_train(*arguments):
    raise AssertionError("trained again")


def interrupt(monkeypatch, module, name, call):
    """Make the `call`-th call of a function of a module an interruption by the user."""
    function, calls = getattr(module, name), []

    def interrupted(*arguments, **keywords):
        calls.append(name)
        if len(calls) == call:
            raise KeyboardInterrupt
        return function(*arguments, **keywords)

    monkeypatch.setattr(module, name, interrupted)


# Once is enough


@pytest.fixture
def finished_here(home, finished):
    """The finished run as a run of the home folder of the test."""
    paths.runs_dir().mkdir()
    folder = paths.runs_dir() / finished.id
    folder.symlink_to(finished.folder)
    return folder


@pytest.mark.usefixtures("finished_here")
def test_finished_run_is_not_trained_again(finished, monkeypatch):
    monkeypatch.setattr(experiment, "fit", refuse_to_train)
    assert_same_results(run(), finished)


@pytest.mark.usefixtures("finished_here")
@pytest.mark.parametrize("change", ["code", "data", "validation data", "configuration"])
def test_changed_run_is_trained_again(change, monkeypatch):
    config = CONFIG
    if change == "code":
        monkeypatch.setattr(provenance, "code_fingerprint", lambda config: "0" * 16)
    elif change == "data":
        really = experiment.train_set

        def other_data(config):
            data = really(config)
            data.fingerprint = "1" * 16
            return data

        monkeypatch.setattr(experiment, "train_set", other_data)
    elif change == "validation data":
        really_all = experiment.validation_sets

        def other_sets(config):
            sets = really_all(config)
            next(reversed(sets.values())).fingerprint = "1" * 16
            return sets

        monkeypatch.setattr(experiment, "validation_sets", other_sets)
    else:
        config = ExperimentConfig(**{**CONFIG.to_dict(), "lr": 0.1})
    monkeypatch.setattr(experiment, "fit", refuse_to_train)
    with pytest.raises(AssertionError, match="trained again"):
        run(config)


@pytest.mark.usefixtures("home")
def test_checkpoint_of_other_code_is_not_continued(finished, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(provenance, "code_fingerprint", lambda config: "0" * 16)
        interrupt(patch, experiment, "_point", 4)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert list((paths.runs_dir() / CONFIG.id).glob("checkpoint-0000*.pt"))
    assert_same_results(run(), finished)


# Interruptions: no record, then the same record as if nothing had happened

INTERRUPTIONS = {
    "before the first checkpoint": (experiment, "_point", 2),
    "between checkpoints": (experiment, "_point", 4),
    "in the first validation": (evaluation, "evaluate", 1),
    "in the second validation": (evaluation, "evaluate", 2),
    "after the last step": (evaluation, "evaluate", 3),
    "in the final pictures": (evaluation, "sample_predictions", 4),
    "before the record": (experiment, "write_record", 1),
}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("moment", INTERRUPTIONS)
def test_interrupted_run_leaves_no_record_and_then_ends_the_same(moment, finished, monkeypatch):
    with monkeypatch.context() as patch:
        interrupt(patch, *INTERRUPTIONS[moment])
        with pytest.raises(KeyboardInterrupt):
            run()
    assert not (paths.runs_dir() / CONFIG.id / "record.json").exists()
    assert_same_results(run(), finished)


@pytest.mark.usefixtures("home")
def test_run_stopped_after_a_checkpoint_of_its_last_step_can_be_finished(monkeypatch):
    config = ExperimentConfig(**{**CONFIG.to_dict(), "steps": 4})
    with monkeypatch.context() as patch:
        interrupt(patch, experiment, "write_record", 1)
        with pytest.raises(KeyboardInterrupt):
            run(config)
    record = run(config)
    assert [point["step"] for point in record.curve] == [1, 2, 3, 4]
    assert [point["step"] for point in record.validation_curve] == [2, 4]


@pytest.mark.usefixtures("home")
def test_damaged_record_is_refused_by_name():
    file = paths.runs_dir() / CONFIG.id / "record.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"schema": 1')
    with pytest.raises(ValueError, match=r"record\.json: not a run record"):
        run()
