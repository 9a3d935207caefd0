import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from lossstudy.models._weights import load_weights, read_weights, without


@pytest.fixture
def layers():
    return nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_what_was_written_is_read(tmp_path, layers, suffix):
    path = tmp_path / f"weights{suffix}"
    state = layers.state_dict()
    save_file(state, path) if suffix == ".safetensors" else torch.save(state, path)
    for name, tensor in read_weights(path).items():
        assert torch.equal(tensor, state[name]), name


def test_a_file_that_would_execute_code_is_refused(tmp_path):
    path = tmp_path / "module.pt"
    torch.save(nn.Linear(1, 1), path)
    with pytest.raises(ValueError, match=r"module\.pt is neither .* \(UnpicklingError\)"):
        read_weights(path)


@pytest.mark.parametrize("content", [[1, 2], {"step": 3, "model": {}}])
def test_what_holds_other_than_tensors_is_refused(tmp_path, content):
    path = tmp_path / "checkpoint.pt"
    torch.save(content, path)
    with pytest.raises(ValueError, match=r"checkpoint\.pt is no state dict"):
        read_weights(path)


def test_weights_that_do_not_fit_leave_the_module_alone(layers):
    before = layers[0].weight.detach().clone()
    state = {name: torch.zeros_like(tensor) for name, tensor in layers.state_dict().items()}
    state["0.bias"] = torch.zeros(5)
    with pytest.raises(ValueError, match=r"^weights: a\.pt .*shape 0\.bias \(5,\) for \(4,\)$"):
        load_weights(layers, state, "a.pt")
    assert torch.equal(layers[0].weight, before)


def test_a_long_list_of_names_is_shortened(layers):
    with pytest.raises(ValueError, match=r"missing 0\.weight, 0\.bias, 1\.weight and 3 more$"):
        load_weights(layers, {}, "a.pt")


def test_files_from_before_normalisation_counted_its_batches_fit(layers):
    state = {name: tensor + 1 for name, tensor in layers.state_dict().items()}
    del state["1.num_batches_tracked"]
    load_weights(layers, state, "a.pt")
    assert torch.equal(layers[1].running_mean, torch.ones(4))


def test_the_weights_of_a_classifier_are_left_out():
    assert list(without({"fc.weight": torch.ones(1), "fcx": torch.ones(1)}, "fc.")) == ["fcx"]
