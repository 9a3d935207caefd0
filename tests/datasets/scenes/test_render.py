"""What one rendered scene promises."""

import hashlib

import numpy as np
import pytest

from lossstudy.datasets.scenes import compose, render
from lossstudy.datasets.scenes._domain import CITY, DOMAINS, INDIA
from lossstudy.datasets.scenes._frequency import SHARES

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


@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_the_shares_that_imbalance_starts_from(
    domain: str, label_counts: dict[str, np.ndarray]
) -> None:
    measured = pixel_share(domain, label_counts)
    common = {name: share for name, share in SHARES[domain].items() if share > 1.2}
    assert len(common) > 7
    for name, share in common.items():
        assert 0.7 < 100 * measured[name] / share < 1.4


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


@pytest.mark.parametrize(
    ("domain", "expected"), [("cityscapes", "a185ca4ee33ed50f"), ("idd", "24ed2f793cb6afab")]
)
def test_the_scenes_of_recorded_runs(domain: str, expected: str) -> None:
    """The hashes were taken at version 0.1.0, before scenes had settings, with Pillow 13.0.

    A change here means that the recorded runs were trained on other pictures than those a reader
    gets: render the scenes of the records anew, or undo it.
    """
    digest = hashlib.sha256()
    for index in range(8):
        for array in render(domain, index, SMALL):
            digest.update(hashlib.sha256(array.tobytes()).digest())
    assert digest.hexdigest()[:16] == expected


def test_instances_are_numbered_within_their_class() -> None:
    scene = compose("cityscapes", 5, (128, 256))
    instances = scene.instance_ids()
    assert instances.dtype == np.uint16
    counted = instances > 255
    assert np.array_equal(instances[~counted], scene.labels[~counted])
    assert np.array_equal(instances[counted] // 1000, scene.labels[counted])
    assert {int(i) for i in np.unique(scene.labels[counted])} <= set(range(24, 34))
    assert not np.isin(scene.labels[~counted], range(24, 34)).any()
    cars = np.unique(instances[instances // 1000 == CITY.ids["car"]])
    assert len(cars) > 3
    assert cars.tolist() == [26000 + number for number in range(len(cars))]


def test_a_rider_and_the_vehicle_are_one_object_of_two_classes() -> None:
    scene = compose("idd", 0, (128, 256))
    ids = INDIA.ids
    riders, vehicles = (
        set(np.unique(scene.codes[np.isin(scene.labels, [ids[name] for name in names])] // 256))
        for names in (("rider",), ("motorcycle", "bicycle"))
    )
    assert riders
    assert len(riders & vehicles) >= 0.5 * len(riders)
