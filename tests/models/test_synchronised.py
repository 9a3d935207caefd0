import pytest
import torch
from torch import nn

from lossstudy.models import make_model, synchronised

NETWORKS = {
    "small": {},
    "resnet50": {"backbone": "resnet50"},
    "darknet53": {"network": "deeplabv3plus", "backbone": "darknet53"},
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_normalisation_is_converted_and_nothing_else_changes(name):
    """torch runs the layer on a CPU in evaluation mode alone, where it is the one from before."""
    torch.manual_seed(0)
    model = make_model("deeplab", 19, **NETWORKS[name]).eval()
    images = torch.rand(1, 3, 32, 64)
    with torch.inference_mode():
        before = model(images)
    state = model.state_dict()
    trained = [weight.requires_grad for weight in model.parameters()]

    converted = synchronised(model)

    layers = [m for m in converted.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    assert layers
    assert all(isinstance(layer, nn.SyncBatchNorm) for layer in layers)
    assert list(converted.state_dict()) == list(state)
    assert [weight.requires_grad for weight in converted.parameters()] == trained
    with torch.inference_mode():
        assert torch.equal(converted(images), before)
