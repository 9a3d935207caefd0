"""How often classes appear when the settings ask for it."""

import numpy as np
import pytest

from lossstudy import labels
from lossstudy.datasets.scenes import ADJUSTABLE, SceneSettings, compose
from lossstudy.datasets.scenes._domain import CITY, DOMAINS, INDIA
from lossstudy.datasets.scenes._frequency import CHANCE_OF, SHOWN, _aims, adjusted

SIZE = (32, 64)
SCENES = 16
SPACE = {"cityscapes": "cityscapes19", "idd": "idd30"}


def pixels(domain: str, settings: SceneSettings, scenes: int = SCENES) -> np.ndarray:
    """Pixels of each raw id, (256,)."""
    maps = [compose(domain, index, SIZE, settings).labels for index in range(scenes)]
    return np.bincount(np.concatenate(maps, axis=None), minlength=256)


def effective_classes(domain: str, settings: SceneSettings) -> float:
    """Two to the entropy of the classes of the domain's label space."""
    train_ids = labels.encoding(domain, "id", SPACE[domain])
    counts = np.zeros(256)
    np.add.at(counts, train_ids.astype(np.uint8), pixels(domain, settings))
    share = counts[: labels.label_space(SPACE[domain]).num_classes]
    share = share[share > 0] / share.sum()
    return float(2 ** -(share * np.log2(share)).sum())


@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_the_effective_number_of_classes_falls_with_imbalance(domain: str) -> None:
    steps = [SceneSettings(imbalance=i / 2) for i in range(5)]
    found = [effective_classes(domain, settings) for settings in steps]
    assert found == sorted(found, reverse=True)
    assert found[0] > 1.3 * found[2] > 1.3 * 1.2 * found[4]


def test_aims_are_powers_of_the_natural_shares() -> None:
    shares = {"road": 60.0, "car": 30.0, "bus": 10.0}
    assert _aims(shares, 1.0) == pytest.approx({"road": 1.0, "car": 1.0, "bus": 1.0})
    balanced, extreme = _aims(shares, 0.0), _aims(shares, 2.0)
    assert [share * balanced[name] for name, share in shares.items()] == pytest.approx(
        [100 / 3] * 3
    )
    assert extreme["car"] / extreme["bus"] == pytest.approx(3)
    assert sum(share * extreme[name] for name, share in shares.items()) == pytest.approx(100)


def test_natural_settings_leave_the_world_alone() -> None:
    assert adjusted(CITY, SceneSettings(weather="fog", label_noise=0.2)) is CITY


@pytest.mark.parametrize(
    ("domain", "names"),
    [("cityscapes", ("car", "person", "traffic sign", "traffic light", "fence", "sidewalk")),
     ("idd", ("motorcycle", "rider", "autorickshaw", "animal", "billboard", "train"))],
)  # fmt: skip
def test_classes_of_factor_0_do_not_appear(domain: str, names: tuple[str, ...]) -> None:
    ids = DOMAINS[domain].ids
    found = pixels(domain, SceneSettings(class_factors=tuple((name, 0.0) for name in names)), 8)
    natural = pixels(domain, SceneSettings(), 8)
    assert {name for name in names if found[ids[name]]} == set()
    assert sum(natural[ids[name]] > 0 for name in names) >= 4


def test_half_and_twice_as_many() -> None:
    half, twice = (
        adjusted(CITY, SceneSettings(class_factors=(("person", f), ("car", f), ("pole", f))))
        for f in (0.5, 2.0)
    )
    assert half.people == (CITY.people[0] // 2, round(CITY.people[1] / 2))
    assert twice.people == (2 * CITY.people[0], 2 * CITY.people[1])
    assert half.traffic["car"] == 0.5 * CITY.traffic["car"]
    assert sum(half.traffic.values()) == pytest.approx(sum(CITY.traffic.values()))
    assert "nothing" not in twice.traffic
    assert twice.traffic_gap[1] < CITY.traffic_gap[1] / 1.5
    assert half.lamp_gap[0] == 2 * CITY.lamp_gap[0]
    assert twice.lamp_gap[0] == CITY.lamp_gap[0] / 2


def test_trams_double_by_way_of_the_rails() -> None:
    world = adjusted(CITY, SceneSettings(class_factors=(("train", 2.0),)))
    before = CITY.chances["rails"] * CITY.chances["tram"]
    assert world.chances["rails"] * world.chances["tram"] == pytest.approx(2 * before)


def test_fewer_of_one_kind_of_traffic_are_not_more_of_another() -> None:
    world = adjusted(CITY, SceneSettings(class_factors=(("car", 0.0),)))
    assert world.traffic["bus"] / sum(world.traffic.values()) == pytest.approx(
        CITY.traffic["bus"] / sum(CITY.traffic.values())
    )
    assert world.traffic_gap == CITY.traffic_gap


def test_a_class_the_domain_does_not_have_changes_nothing() -> None:
    factors = SceneSettings(class_factors=(("autorickshaw", 9.0),))
    one, other = compose("cityscapes", 3, SIZE, factors), compose("cityscapes", 3, SIZE)
    assert np.array_equal(one.codes, other.codes)


def test_every_adjustable_class_has_something_that_places_it() -> None:
    placed = {name for shown in SHOWN.values() for name in shown} | set(CHANCE_OF.values())
    assert set(ADJUSTABLE) == placed | {"person", "pole", "train"}
    for world in (CITY, INDIA):
        assert {*world.traffic, *world.parked, *world.roadside} <= set(SHOWN)
