"""Checkpoints with the names and shapes of the public s4GAN code, made up."""

import pytest
import torch

from lossstudy.models import make_model
from lossstudy.models._discriminator import Discriminator
from lossstudy.models._networks import make_network
from lossstudy.models._release import is_release, load_release_discriminator

CLASSES = 19
RELEASED = {"backbone": "resnet101", "release_head": True, "release_stride": True}


def convolution(state, name, out_channels, in_channels, size):
    shape = (out_channels, in_channels, size, size)
    scale = (2 / (in_channels * size * size)) ** 0.5
    state[f"{name}.weight"] = scale * torch.randn(shape)


def normalisation(state, name, channels):
    state[f"{name}.weight"] = torch.ones(channels)
    state[f"{name}.bias"] = torch.zeros(channels)
    state[f"{name}.running_mean"] = 0.1 * torch.randn(channels)
    state[f"{name}.running_var"] = 1 + torch.rand(channels)


def release_state():
    """The segmentation network, written out from its definition: 3, 4, 23, 3 bottlenecks."""
    torch.manual_seed(0)
    state = {}
    convolution(state, "conv1", 64, 3, 7)
    normalisation(state, "bn1", 64)
    before = 64
    for stage, (blocks, width) in enumerate(((3, 64), (4, 128), (23, 256), (3, 512)), 1):
        for block in range(blocks):
            name = f"layer{stage}.{block}"
            shapes = ((width, before, 1), (width, width, 3), (4 * width, width, 1))
            for number, (channels, entering, size) in enumerate(shapes, 1):
                convolution(state, f"{name}.conv{number}", channels, entering, size)
                normalisation(state, f"{name}.bn{number}", channels)
            if block == 0:
                convolution(state, f"{name}.downsample.0", 4 * width, before, 1)
                normalisation(state, f"{name}.downsample.1", 4 * width)
            before = 4 * width
    for number in range(4):
        convolution(state, f"layer5.conv2d_list.{number}", CLASSES, 2048, 3)
        state[f"layer5.conv2d_list.{number}.bias"] = torch.randn(CLASSES)
    return {f"module.{name}": tensor for name, tensor in state.items()}


def discriminator_state(num_classes, width=4):
    torch.manual_seed(0)
    state = {}
    channels = (num_classes + 3, width, 2 * width, 4 * width, 8 * width)
    for number in range(1, 5):
        convolution(state, f"module.conv{number}", channels[number], channels[number - 1], 4)
        state[f"module.conv{number}.bias"] = torch.randn(channels[number])
    state["module.fc.weight"], state["module.fc.bias"] = torch.randn(1, 8 * width), torch.ones(1)
    return state


@pytest.fixture(scope="module")
def state():
    return release_state()


@pytest.fixture(scope="module")
def path(state, tmp_path_factory):
    path = tmp_path_factory.mktemp("release") / "city.pth"
    torch.save(state, path)
    return path


@pytest.fixture(scope="module")
def network(path):
    return make_network(CLASSES, weights=path, **RELEASED).eval()


def test_a_checkpoint_has_104_convolutions_beside_its_head(state):
    kernels = [name for name, tensor in state.items() if tensor.ndim == 4]
    assert len([name for name in kernels if "layer5" not in name]) == 104
    assert is_release(state)
    assert not is_release({name.replace("layer5", "fc"): t for name, t in state.items()})


def test_every_weight_arrives_under_our_name(state, network):
    ours = network.state_dict()
    for wrapped, tensor in state.items():
        name = wrapped.removeprefix("module.")
        if name in {"conv1.weight", "bn1.running_mean"}:
            continue  # these also take over what the release does to its images
        if name.startswith("layer5."):
            new = name.replace("layer5.conv2d_list", "head.classifiers")
        else:
            new = f"backbone.layers.{name}"
        assert torch.equal(ours[new], tensor), name
    counted = {name for name in ours if not name.endswith("num_batches_tracked")}
    assert len(counted) == len(state)


def test_the_first_layers_see_images_as_the_release_prepared_them(state, network):
    """Away from the border, where zero padding is another grey, they agree."""
    images = torch.rand(1, 3, 24, 24)
    mean = torch.tensor([73.15835921, 82.90891754, 72.39239876]).view(1, 3, 1, 1)
    bgr = (255 * images.flip(1) - mean) / 255
    expected = torch.nn.functional.conv2d(
        bgr[:, :, 1:, 1:], state["module.conv1.weight"], stride=2
    )
    running = [state[f"module.bn1.{name}"] for name in ("running_mean", "running_var")]
    expected = torch.nn.functional.batch_norm(expected, *running)

    model = make_model("deeplab", CLASSES, backbone_width=2)
    normalised = model.normalised(images)
    ours = network.backbone.layers.bn1(network.backbone.layers.conv1(normalised))
    torch.testing.assert_close(ours[:, :, 2:-1, 2:-1], expected)


def test_a_release_needs_the_network_of_the_release(path):
    with pytest.raises(ValueError, match=r"city\.pth .* set release_head and release_stride too"):
        make_network(CLASSES, backbone="resnet101", weights=path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"backbone": "resnet50"},
            r"unexpected backbone\.layers\.layer3\.6\.conv1\.weight, .* and",
        ),
        ({"num_classes": 21}, r"shape head\.classifiers\.0\.weight \(19, 2048, 3, 3\) for \(21, "),
    ],
)
def test_a_checkpoint_of_another_network_is_refused_by_name(path, change, message):
    params = {"num_classes": CLASSES, **RELEASED, **change}
    with pytest.raises(ValueError, match=r"city\.pth does not fit this network: .*" + message):
        make_network(params.pop("num_classes"), weights=path, **params)


def test_discriminator_scores_as_the_release_does_on_its_bgr_images(tmp_path):
    state = discriminator_state(num_classes=2)
    path = tmp_path / "city_D.pth"
    torch.save(state, path)
    discriminator = Discriminator(2, width=4).eval()
    load_release_discriminator(discriminator, path)

    maps, images = torch.rand(2, 2, 32, 32), torch.rand(2, 3, 32, 32)
    x = torch.cat([maps, images.flip(1)], dim=1)
    for number in range(1, 5):
        kernel, bias = (state[f"module.conv{number}.{kind}"] for kind in ("weight", "bias"))
        x = torch.nn.functional.conv2d(x, kernel, bias, stride=2, padding=1)
        x = torch.where(x > 0, x, 0.2 * x)
    expected = x.mean(dim=(2, 3)) @ state["module.fc.weight"][0] + state["module.fc.bias"]

    logit, _ = discriminator(torch.cat([maps, images], dim=1))
    torch.testing.assert_close(logit, expected)


def test_s4gan_takes_the_discriminators_checkpoint_of_its_own_width(tmp_path):
    path = tmp_path / "city_D.pth"
    torch.save(discriminator_state(num_classes=2), path)
    params = {"backbone_width": 2, "discriminator_weights": path}
    model = make_model("s4gan", 2, discriminator_width=4, **params)
    assert model.discriminator.classifier.bias.item() == 1
    with pytest.raises(ValueError, match=r"city_D\.pth .*shape layers\.0\.weight \(4, 5, 4, 4\)"):
        make_model("s4gan", 2, discriminator_width=8, **params)
