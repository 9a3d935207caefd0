"""What one rendered scene promises."""

import numpy as np
import pytest

from lossstudy.datasets.scenes import render
from lossstudy.datasets.scenes._domain import CITY, DOMAINS, INDIA

CITY_CLASSES = {
    "road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign",
    "vegetation", "terrain", "sky", "person", "rider", "car", "truck", "bus", "train",
    "motorcycle", "bicycle",
}  # fmt: skip
INDIA_CLASSES = CITY_CLASSES | {
    "autorickshaw", "animal", "billboard", "curb", "drivable fallback", "guard rail", "obstacle",
    "vehicle fallback", "bridge",
}  # fmt: skip
SMALL = (64, 128)


SCENES = 50


@pytest.fixture(scope="module")
def label_counts() -> dict[str, np.ndarray]:
    """Domain -> pixels of each raw id in each of the first scenes, (SCENES, 256)."""
    return {
        domain: np.stack([
            np.bincount(render(domain, index, SMALL)[1].ravel(), minlength=256)
            for index in range(SCENES)
        ])
        for domain in DOMAINS
    }


def pixel_share(domain: str, label_counts: dict[str, np.ndarray]) -> dict[str, float]:
    counts = label_counts[domain].sum(axis=0)
    return {name: counts[value] / counts.sum() for name, value in DOMAINS[domain].ids.items()}


@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_a_scene_depends_on_its_domain_and_index_alone(domain: str) -> None:
    image, labels = render(domain, 7, SMALL)
    render(domain, 3, (32, 64))
    again, same_labels = render(domain, 7, SMALL)
    assert np.array_equal(image, again)
    assert np.array_equal(labels, same_labels)
    assert not np.array_equal(labels, render(domain, 8, SMALL)[1])


def test_domains_are_different_scenes() -> None:
    assert not np.array_equal(render("cityscapes", 1, SMALL)[0], render("idd", 1, SMALL)[0])


@pytest.mark.parametrize("size", [(48, 96), (61, 130)])
def test_shapes_and_types(size: tuple[int, int]) -> None:
    image, labels = render("cityscapes", 0, size)
    assert image.shape == (*size, 3)
    assert image.dtype == labels.dtype == np.uint8
    assert labels.shape == size


@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_the_same_scene_at_two_sizes(domain: str) -> None:
    agreement = []
    for index in range(4):
        large, small = render(domain, index, (128, 256))[1], render(domain, index, (64, 128))[1]
        agreement.append(np.mean(large[1::2, 1::2] == small))
    assert np.mean(agreement) > 0.92


@pytest.mark.parametrize(
    ("domain", "expected"), [("cityscapes", CITY_CLASSES), ("idd", INDIA_CLASSES)]
)
def test_every_class_appears_and_no_other_id(
    domain: str, expected: set[str], label_counts: dict[str, np.ndarray]
) -> None:
    ids = DOMAINS[domain].ids
    found = set(np.flatnonzero(label_counts[domain].sum(axis=0)).tolist())
    assert found <= set(ids.values())
    assert {name for name in expected if ids[name] not in found} == set()


def test_pixel_shares_of_the_city(label_counts: dict[str, np.ndarray]) -> None:
    share = pixel_share("cityscapes", label_counts)
    assert max(share, key=lambda name: share[name]) == "road"
    assert 0.28 < share["road"] < 0.45
    assert 0.12 < share["building"] < 0.3
    assert 0.1 < share["vegetation"] < 0.25
    assert 0.04 < share["car"] < 0.13
    assert share["person"] > share["rider"]


def test_traffic_differs_between_the_domains(label_counts: dict[str, np.ndarray]) -> None:
    city, india = pixel_share("cityscapes", label_counts), pixel_share("idd", label_counts)
    assert india["motorcycle"] > 2 * city["motorcycle"]
    assert city["car"] > 1.5 * india["car"]
    assert city["sidewalk"] > 2 * india["sidewalk"]


def test_ids_are_those_of_the_releases() -> None:
    assert (CITY.ids["road"], CITY.ids["bicycle"]) == (7, 33)
    assert (INDIA.ids["road"], INDIA.ids["sky"]) == (0, 33)


def test_unknown_domain() -> None:
    with pytest.raises(ValueError, match="domain must be one of"):
        render("mars", 0)


def test_size_must_be_positive() -> None:
    with pytest.raises(ValueError, match="size must be a positive"):
        render("idd", 0, (0, 64))
