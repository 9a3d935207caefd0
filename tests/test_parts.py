import pytest
import torch
from torch import nn

from lossstudy.losses import make_loss
from lossstudy.models import Batch
from lossstudy.parts import Weighted, means, parts_of


@pytest.fixture
def batch(generator):
    """Four images, of which the second half has few labelled pixels."""
    targets = torch.randint(5, (4, 8, 8), generator=generator)
    targets[2:, 1:] = 255
    images = torch.rand(4, 3, 8, 8, generator=generator)
    return Batch(images, targets, images[:2])


def test_whole_batch_is_one_part_as_it_is(batch):
    (part,) = parts_of(batch, 1)
    assert part.batch is batch
    criterion = nn.Identity()
    assert part.criterion(criterion) is criterion


def test_parts_joined_are_the_batch(batch):
    parts = parts_of(batch, 2)
    assert torch.equal(torch.cat([part.batch.images for part in parts]), batch.images)
    assert torch.equal(torch.cat([part.batch.unlabelled for part in parts]), batch.unlabelled)
    assert all(part.batch.real_images is None for part in parts)


@pytest.mark.parametrize("loss", ["cross_entropy", "focal"])
def test_mean_over_parts_is_the_mean_over_all_valid_pixels(loss, batch, generator):
    criterion = make_loss(loss, 5)
    logits = torch.randn(4, 5, 8, 8, generator=generator)
    halves = zip(parts_of(batch, 2), logits.chunk(2), strict=True)
    pairs = [(part, half, part.batch.targets) for part, half in halves]
    values = [part.criterion(criterion)(half, targets) for part, half, targets in pairs]
    expected = criterion(logits, batch.targets)
    assert (sum(values) / 2).item() == pytest.approx(expected.item(), rel=1e-6)
    plain = sum(criterion(half, targets) for _, half, targets in pairs) / 2
    assert plain.item() != pytest.approx(expected.item(), rel=1e-3)


def test_part_without_a_valid_pixel_counts_nothing(batch):
    batch.targets[:] = 255
    assert [part.share.item() for part in parts_of(batch, 2)] == [0, 0]


def test_guesses_of_the_network_are_not_weighted(batch):
    criterion = Weighted(make_loss("cross_entropy", 5), torch.tensor(3.0))
    logits, targets = torch.zeros(4, 5, 8, 8), batch.targets
    labelled = criterion(logits, targets)
    guessed = criterion.eval()(logits, targets)
    assert labelled.item() == pytest.approx(3 * guessed.item())


def test_numbers_are_means_over_the_parts(batch):
    parts = parts_of(batch, 2)
    for value, part in zip((1.0, 4.0), parts, strict=True):
        part.terms["loss"] = torch.tensor(value)
        part.carry["log"]["seen"] = 2 * value
    assert means(parts, False) == ({"loss": 2.5}, {"seen": 5.0}, False)
    assert means(parts, True)[2] is True
