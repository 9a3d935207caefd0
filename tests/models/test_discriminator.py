import pytest
import torch
from torch import nn
from torch.nn import functional as F

from lossstudy.models._discriminator import (
    Discriminator,
    discriminator_input,
    one_hot,
    release_input,
)


def test_layers_are_the_published_ones():
    discriminator = Discriminator(num_classes=19, width=64)
    convs = [m for m in discriminator.modules() if isinstance(m, nn.Conv2d)]
    assert [(c.in_channels, c.out_channels) for c in convs] == [
        (22, 64),
        (64, 128),
        (128, 256),
        (256, 512),
    ]
    assert {(c.kernel_size, c.stride, c.padding) for c in convs} == {((4, 4), (2, 2), (1, 1))}
    drops = [m for m in discriminator.modules() if isinstance(m, nn.Dropout2d)]
    assert [drop.p for drop in drops] == [0.5, 0.5, 0.5]
    slopes = [m.negative_slope for m in discriminator.modules() if isinstance(m, nn.LeakyReLU)]
    assert slopes == [0.2] * 4


def test_forward_equals_the_layers_written_out():
    torch.manual_seed(0)
    discriminator = Discriminator(num_classes=2, width=4).eval()
    maps = torch.rand(3, 5, 35, 48)

    x = maps
    for conv in (m for m in discriminator.modules() if isinstance(m, nn.Conv2d)):
        x = F.conv2d(x, conv.weight, conv.bias, stride=2, padding=1)
        x = torch.maximum(x, 0.2 * x)
    pooled = x.flatten(2).mean(2)
    expected = pooled @ discriminator.classifier.weight[0] + discriminator.classifier.bias

    logit, features = discriminator(maps)
    torch.testing.assert_close(features, pooled)
    torch.testing.assert_close(logit, expected)


def test_dropout_is_active_in_train_mode_alone():
    torch.manual_seed(0)
    discriminator = Discriminator(num_classes=2, width=4)
    maps = torch.rand(2, 5, 16, 16)
    assert not torch.equal(discriminator(maps)[0], discriminator(maps)[0])
    discriminator.eval()
    assert torch.equal(discriminator(maps)[0], discriminator(maps)[0])


def test_output_is_float32_under_autocast():
    with torch.autocast("cpu", torch.bfloat16):
        logit, features = Discriminator(num_classes=2, width=4)(torch.rand(2, 5, 16, 16))
    assert logit.dtype == features.dtype == torch.float32


def test_an_ignored_pixel_is_zero_in_every_channel_and_any_other_is_one_in_its_own():
    targets = torch.tensor([[[0, 255, 2], [1, 1, 255]]])
    maps = one_hot(targets, num_classes=3)
    assert torch.equal(maps.sum(1), (targets != 255).float())
    for y, x in ((0, 0), (0, 2), (1, 0), (1, 1)):
        assert maps[0, targets[0, y, x], y, x] == 1


def test_each_image_is_stretched_by_its_own_extremes():
    images = torch.stack([torch.linspace(0.2, 0.6, 12), torch.linspace(0, 0.1, 12)])
    stacked = discriminator_input(torch.zeros(2, 1, 2, 2), images.view(2, 3, 2, 2))
    expected = torch.linspace(0, 1, 12).view(3, 2, 2)
    for image in stacked[:, 1:]:
        torch.testing.assert_close(image, expected)


@pytest.mark.parametrize("value", [0.0, 0.7])
def test_a_constant_image_becomes_zero(value):
    stacked = discriminator_input(torch.ones(1, 2, 2, 2), torch.full((1, 3, 2, 2), value))
    assert stacked[:, 2:].abs().max() == 0
    assert stacked[:, :2].min() == 1


def test_released_scaling_takes_the_lowest_value_of_the_batch_and_the_spread_of_another():
    images = torch.tensor([[0.2, 0.4, 0.6], [0.3, 0.5, 1.0]]).view(2, 3, 1, 1)
    other = torch.tensor([[0.1, 0.2, 0.5]]).view(1, 3, 1, 1)
    stacked = release_input(torch.ones(2, 1, 1, 1), images, spread_of=other)
    torch.testing.assert_close(stacked[:, 1:], (images - 0.2) / 0.4)
    assert stacked[:, 0].min() == 1
    own = release_input(torch.ones(2, 1, 1, 1), images, spread_of=images)[:, 1:]
    assert (own.min().item(), own.max().item()) == (0, 1)
