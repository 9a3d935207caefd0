import pytest
import torch

from lossstudy.losses._overlap import average, focused, masses, tversky_index
from lossstudy.pixels import pixel_statistics


def test_masses_of_the_batch_are_the_sums_over_its_images(generator):
    logits = torch.randn(3, 4, 2, 5, generator=generator, dtype=torch.float64)
    stats = pixel_statistics(logits, torch.randint(0, 4, (3, 2, 5), generator=generator))
    for batch, images in zip(masses(stats, "batch"), masses(stats, "image"), strict=True):
        assert batch.shape == (1, 4)
        assert images.shape == (3, 4)
        torch.testing.assert_close(batch[0], images.sum(0))


def test_average_over_present_classes_first_and_groups_second():
    values = torch.tensor([[0.2, 0.4, 0.9], [0.6, 0.5, 0.5]])
    target = torch.tensor([[3.0, 1.0, 0.0], [5.0, 0.0, 0.0]])
    assert average(values, target, "present").item() == pytest.approx((0.3 + 0.6) / 2)
    assert average(values, target, "all").item() == pytest.approx((0.5 + 1.6 / 3) / 2)


@pytest.mark.parametrize("classes", ["present", "all"])
def test_group_without_a_labelled_pixel_takes_no_part(classes):
    values = torch.tensor([[0.2, 0.4], [1.0, 1.0]])
    target = torch.tensor([[3.0, 1.0], [0.0, 0.0]])
    assert average(values, target, classes).item() == pytest.approx(0.3)
    assert average(values[1:], target[1:], classes) == 0


def test_tversky_index_by_hand():
    """4 of 10 pixels found, 2 false ones: 4 / (4 + 0.25 * 2 + 0.5 * 6)."""
    sums = (torch.tensor(4.0), torch.tensor(6.0), torch.tensor(10.0))
    index = tversky_index(*sums, alpha=0.25, beta=0.5, smooth=0.0)
    assert index.item() == pytest.approx(4 / 7.5)


@pytest.mark.parametrize("power", [0.0, 0.25, 0.75, 1.0, 2.0])
def test_power_has_a_finite_slope_also_at_0(power):
    gap = torch.tensor([-1e-7, 0.0, 1e-30, 1e-8, 0.3, 1.0], requires_grad=True)
    values = focused(gap, power)
    values.sum().backward()
    torch.testing.assert_close(values[-2:], gap[-2:] ** power)
    assert gap.grad.isfinite().all()
    assert (gap.grad[:3] == 0).all()


@pytest.mark.parametrize("power", [0.25, 0.75, 1.0])
def test_power_of_nothing_is_next_to_nothing(power):
    assert focused(torch.zeros(()), power) < 1e-3
