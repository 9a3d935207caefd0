import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from lossstudy.models._backbones import make_backbone


def convolutions(module):
    return [m for m in module.modules() if isinstance(m, nn.Conv2d)]


def num_parameters(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("size", "expected"), [((64, 128), (16, 32)), ((65, 127), (17, 32)), ((37, 50), (10, 13))]
)
def test_small_has_output_stride_4(size, expected):
    features = make_backbone("small", width=8)(torch.zeros(1, 3, *size))
    assert features.shape == (1, 32, *expected)


def test_small_dilates_its_last_two_stages():
    *_, third, fourth = make_backbone("small", width=4).layers
    assert {conv.dilation for conv in (third.conv1, third.conv2)} == {(2, 2)}
    assert {conv.dilation for conv in (fourth.conv1, fourth.conv2)} == {(4, 4)}


@pytest.mark.parametrize(("name", "count"), [("resnet50", 53), ("resnet101", 104)])
def test_resnets_have_the_published_number_of_convolutions(name, count):
    with torch.device("meta"):
        assert len(convolutions(make_backbone(name))) == count


def test_resnet101_has_torchvisions_parameters_without_the_classifier():
    with torch.device("meta"):
        backbone = make_backbone("resnet101")
    assert num_parameters(backbone) == 44_549_160 - (2048 * 1000 + 1000)


@pytest.mark.parametrize("name", ["resnet50", "resnet101"])
def test_resnets_have_output_stride_8(name):
    with torch.device("meta"):
        features = make_backbone(name)(torch.zeros(2, 3, 65, 129))
    assert features.shape == (2, 2048, 9, 17)


def test_resnet_pool_rounds_up():
    with torch.device("meta"):
        features = make_backbone("resnet50")(torch.zeros(1, 3, 256, 512))
    assert features.shape == (1, 2048, 33, 65)


def test_resnet_stages_3_and_4_dilate_by_2_and_4_and_never_stride():
    with torch.device("meta"):
        layers = make_backbone("resnet101").layers
    for stage, dilation in ((layers.layer3, 2), (layers.layer4, 4)):
        assert {conv.stride for conv in convolutions(stage)} == {(1, 1)}
        spread = [conv for conv in convolutions(stage) if conv.kernel_size == (3, 3)]
        assert {conv.dilation for conv in spread} == {(dilation, dilation)}
        assert {conv.padding for conv in spread} == {(dilation, dilation)}


def test_resnet_batch_norm_keeps_its_affine_part_and_updates_its_statistics():
    backbone = make_backbone("resnet50")
    backbone(torch.rand(2, 3, 33, 33)).sum().backward()
    norms = [m for m in backbone.modules() if isinstance(m, nn.BatchNorm2d)]
    assert all(norm.weight.grad is None and norm.bias.grad is None for norm in norms)
    assert all(int(norm.num_batches_tracked) == 1 for norm in norms)
    assert all(conv.weight.grad is not None for conv in convolutions(backbone))


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_weights_come_from_a_file_without_its_classifier(tmp_path, suffix):
    source = make_backbone("small", width=4)
    state = {**source.layers.state_dict(), "fc.weight": torch.zeros(2, 2)}
    path = tmp_path / f"weights{suffix}"
    save_file(state, path) if suffix == ".safetensors" else torch.save(state, path)

    loaded = make_backbone("small", width=4, weights=path)

    for name, tensor in source.layers.state_dict().items():
        assert torch.equal(tensor, loaded.layers.state_dict()[name]), name


def test_weights_of_another_width_are_refused_by_name_and_shape(tmp_path):
    path = tmp_path / "weights.pt"
    torch.save(make_backbone("small", width=4).layers.state_dict(), path)
    with pytest.raises(
        ValueError, match=r"weights\.pt does not fit .*shape 0\.weight \(4, 3, 3, 3\) for \(8, 3"
    ):
        make_backbone("small", width=8, weights=path)


def test_weights_with_other_names_are_refused(tmp_path):
    path = tmp_path / "weights.pt"
    torch.save({"conv1.weight": torch.zeros(1)}, path)
    with pytest.raises(
        ValueError, match=r"missing 0\.weight.* and \d+ more; unexpected conv1\.weight$"
    ):
        make_backbone("small", width=4, weights=path)


def test_released_stride_sits_on_the_first_convolution_of_the_one_stage_that_strides():
    with torch.device("meta"):
        ours, released = make_backbone("resnet50"), make_backbone("resnet50", release_stride=True)
        assert released(torch.zeros(1, 3, 65, 129)).shape == (1, 2048, 9, 17)
    strides = [
        [name for name, m in b.layers.named_modules() if getattr(m, "stride", 1) == (2, 2)]
        for b in (ours, released)
    ]
    assert strides[0] == ["conv1", "layer2.0.conv2", "layer2.0.downsample.0"]
    assert strides[1] == ["conv1", "layer2.0.conv1", "layer2.0.downsample.0"]


def test_an_undilated_resnet_is_torchvisions_and_trains_its_normalisation():
    from lossstudy.models._torchvision import torchvision

    torch.manual_seed(0)
    reference = torchvision.models.resnet50().eval()
    backbone = make_backbone("resnet50", dilated=False).eval()
    names = [name for name in reference.state_dict() if not name.startswith("fc.")]
    backbone.layers.load_state_dict({name: reference.state_dict()[name] for name in names})
    images = torch.rand(1, 3, 65, 65)
    mean = backbone(images).mean(dim=(2, 3))
    torch.testing.assert_close(reference.fc(mean), reference(images))
    assert all(parameter.requires_grad for parameter in backbone.parameters())


def test_user_errors_say_what_to_do(tmp_path):
    with pytest.raises(ValueError, match="one of small, resnet50, resnet101, got 'vgg'"):
        make_backbone("vgg")
    with pytest.raises(ValueError, match="pretrained needs a ResNet backbone"):
        make_backbone("small", pretrained=True)
    with pytest.raises(ValueError, match="release_stride needs a ResNet backbone, got 'small'"):
        make_backbone("small", release_stride=True)
    with pytest.raises(FileNotFoundError, match=r"no file .*missing\.pt"):
        make_backbone("small", weights=tmp_path / "missing.pt")
