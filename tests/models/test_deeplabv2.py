import pytest
import torch

from lossstudy.models._backbones import make_backbone
from lossstudy.models._deeplabv2 import AtrousHead, DeepLabV2


def dilated_convolution(features, weight, bias, dilation):
    """The definition: out[o, y, x] = bias + sum over the 3x3 taps at distance `dilation`."""
    _, height, width = features.shape
    out = bias[:, None, None].expand(-1, height, width).clone()
    for y in range(height):
        for x in range(width):
            for i in (-1, 0, 1):
                for j in (-1, 0, 1):
                    row, column = y + i * dilation, x + j * dilation
                    if 0 <= row < height and 0 <= column < width:
                        out[:, y, x] += weight[:, :, i + 1, j + 1] @ features[:, row, column]
    return out


def test_head_sums_all_its_dilated_classifiers():
    torch.manual_seed(0)
    dilations = (1, 3, 6, 9)
    head = AtrousHead(3, 2, dilations).double()
    features = torch.rand(1, 3, 8, 11, dtype=torch.float64)

    expected = sum(
        dilated_convolution(features[0], classifier.weight, classifier.bias, dilation)
        for classifier, dilation in zip(head.classifiers, dilations, strict=True)
    )

    torch.testing.assert_close(head(features)[0], expected)


def test_released_head_sums_its_first_two_classifiers():
    torch.manual_seed(0)
    head = AtrousHead(3, 2, (1, 3, 6, 9), release_head=True)
    features = torch.rand(1, 3, 8, 11)
    first, second, *_ = head.classifiers
    torch.testing.assert_close(head(features), first(features) + second(features))
    assert len(head.classifiers) == 4


def test_head_starts_from_normal_weights_of_deviation_001():
    torch.manual_seed(0)
    weights = torch.cat([c.weight.flatten() for c in AtrousHead(256, 19, (6, 12)).classifiers])
    assert weights.std().item() == pytest.approx(0.01, rel=0.02)
    assert abs(weights.mean().item()) < 2e-4


def test_network_has_069_million_parameters_at_19_classes():
    network = DeepLabV2(19, make_backbone("small"))
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(0.69e6, rel=0.005)


@pytest.mark.parametrize("size", [(64, 128), (33, 47), (17, 16)])
def test_logits_have_the_size_of_the_images(size):
    network = DeepLabV2(3, make_backbone("small", width=4))
    assert network(torch.zeros(2, 3, *size)).shape == (2, 3, *size)


def test_upsampling_keeps_the_corners():
    network = DeepLabV2(3, make_backbone("small", width=4)).eval()
    images = torch.rand(1, 3, 32, 48)
    logits, coarse = network(images), network.head(network.backbone(images))
    for corner in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        torch.testing.assert_close(logits[:, :, *corner], coarse[:, :, *corner])


def test_resnet101_gives_19_logits_at_full_size():
    with torch.device("meta"):
        network = DeepLabV2(19, make_backbone("resnet101"))
        assert network(torch.zeros(1, 3, 256, 512)).shape == (1, 19, 256, 512)
    assert [c.dilation for c in network.head.classifiers] == [(6, 6), (12, 12), (18, 18), (24, 24)]


@pytest.mark.parametrize(("backbone", "scale"), [("small", 1.0), ("resnet50", 10.0)])
def test_the_head_on_a_resnet_learns_ten_times_faster(backbone, scale):
    with torch.device("meta"):
        network = DeepLabV2(2, make_backbone(backbone))
    body, head = network.parameter_groups()
    assert body["lr_scale"] == 1.0
    assert head["lr_scale"] == scale
    assert {id(p) for p in head["params"]} == {id(p) for p in network.head.parameters()}
