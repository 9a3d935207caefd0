import pytest
import torch
from torch import nn

from lossstudy.models import make_model
from lossstudy.models._deeplabv3plus import AtrousPyramid, Darknet53, DeepLabV3Plus, make_darknet

DARKNET = {"network": "deeplabv3plus", "backbone": "darknet53"}


def num_parameters(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.fixture(scope="module")
def backbone():
    torch.manual_seed(0)
    return Darknet53().eval()


def test_darknet_has_the_published_layers(backbone):
    """52 convolutions, 53 layers with the classifier; 41.6 million parameters with it."""
    assert len([m for m in backbone.modules() if isinstance(m, nn.Conv2d)]) == 52
    assert num_parameters(backbone) + 1024 * 1000 + 1000 == pytest.approx(41.61e6, rel=1e-3)


def test_darknet_gives_strides_4_and_16(backbone):
    fine, coarse = backbone(torch.rand(1, 3, 64, 96))
    assert fine.shape == (1, 128, 16, 24)
    assert coarse.shape == (1, 1024, 4, 6)


def test_only_the_last_stage_dilates(backbone):
    dilations = [
        {m.dilation for m in stage.modules() if isinstance(m, nn.Conv2d) and m.kernel_size[0] > 1}
        for stage in backbone.stages
    ]
    assert dilations[:4] == [{(1, 1)}] * 4
    assert (2, 2) in dilations[4]


def test_pyramid_is_torchvisions():
    from lossstudy.models._torchvision import torchvision

    reference = torchvision.models.segmentation.deeplabv3.ASPP(8, [6, 12, 18]).eval()
    pyramid = AtrousPyramid(8).eval()
    assert num_parameters(pyramid) == num_parameters(reference)
    *branches, pooled = reference.convs
    for ours, theirs in zip(pyramid.branches, branches, strict=True):
        ours.load_state_dict(theirs.state_dict())
    pyramid.pooled.load_state_dict(nn.Sequential(*list(pooled)[1:]).state_dict())
    pyramid.joined.load_state_dict(nn.Sequential(*reference.project[:3]).state_dict())
    features = torch.rand(2, 8, 9, 13)
    torch.testing.assert_close(pyramid(features), reference(features))


def test_decoder_joins_48_low_level_channels_with_the_pyramids_256(backbone):
    network = DeepLabV3Plus(19, backbone)
    kernels = [m.weight.shape for m in network.decoder.modules() if isinstance(m, nn.Conv2d)]
    assert kernels == [(256, 304, 3, 3), (256, 256, 3, 3), (19, 256, 1, 1)]
    assert network.low_level[0].weight.shape == (48, 128, 1, 1)


@pytest.mark.parametrize("name", ["deeplab", "s4gan"])
def test_it_trains_under_any_loss(name, batch, criterion, num_classes):
    torch.manual_seed(0)
    model = make_model(name, num_classes, **DARKNET)
    phase = model.phases()[0]
    loss = sum(phase.loss(batch, criterion, {"log": {}}, 1).values())
    loss.backward()
    assert all(p.grad is not None for g in phase.parameter_groups for p in g["params"])
    assert model.eval()(batch.images[:, :, :31, :45]).shape == (4, num_classes, 31, 45)


def test_weights_under_timms_names_are_loaded_without_the_classifier(tmp_path, backbone):
    path = tmp_path / "darknet53.pt"
    torch.save({**backbone.state_dict(), "head.fc.weight": torch.zeros(1)}, path)
    loaded = make_darknet(pretrained=True, weights=path).state_dict()
    for name, tensor in backbone.state_dict().items():
        assert torch.equal(tensor, loaded[name]), name


def test_its_names_are_timms(backbone):
    import timm

    with torch.device("meta"):
        names = timm.create_model("darknet53").state_dict()
    assert set(backbone.state_dict()) == {name for name in names if not name.startswith("head.")}
