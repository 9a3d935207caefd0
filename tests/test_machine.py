import pytest
import torch

from lossstudy import machine
from lossstudy.config import ExperimentConfig
from lossstudy.models import make_model

CPU = torch.device("cpu")


def make_config(**fields):
    return ExperimentConfig.from_profile("smoke", **fields)


def test_gpu_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="device is 'cuda', but torch sees no GPU"):
        machine.choose_device("cuda")
    assert machine.choose_device("auto") == machine.choose_device("cpu") == CPU


def test_each_process_of_a_machine_has_its_own_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert machine.choose_device("auto") == torch.device("cuda", 3)
    assert machine.choose_device("cpu") == CPU


def test_settings_are_those_of_the_last_run():
    try:
        machine.set_up(make_config(deterministic=True, tf32=True), CPU)
        assert torch.are_deterministic_algorithms_enabled()
        assert torch.backends.cuda.matmul.allow_tf32
        assert not torch.backends.cudnn.benchmark
    finally:
        machine.set_up(make_config(), CPU)
    assert not torch.are_deterministic_algorithms_enabled()
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32


def test_weights_lie_channels_last():
    model = machine.prepare(make_model("deeplab", 19), make_config(), CPU)
    weight = model.network.head.classifiers[0].weight
    assert weight.is_contiguous(memory_format=torch.channels_last)


def test_compiling_keeps_the_names_of_a_checkpoint(monkeypatch):
    compiled = []

    def compile(module):
        compiled.append(module)

    monkeypatch.setattr(torch.nn.Module, "compile", compile)
    model = make_model("deeplab", 19)
    names = list(model.state_dict())
    prepared = machine.prepare(model, make_config(compile=True), CPU)
    assert compiled == [prepared.network]
    assert list(prepared.state_dict()) == names


def test_peak_memory_holds_torch_itself():
    assert machine.peak_memory_mb(CPU) > 50
    assert machine.device_name(CPU).startswith("cpu: ")
