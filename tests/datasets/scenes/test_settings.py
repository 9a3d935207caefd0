"""What scene settings accept, and how they name themselves."""

import pytest

from lossstudy.datasets.scenes import NATURAL, WEATHERS, SceneSettings


def test_equal_settings_have_one_form() -> None:
    one = SceneSettings(imbalance=2.0, class_factors=(("train", 2.0), ("car", 1.0)))
    other = SceneSettings(imbalance=2.0, class_factors=(("car", 1.0), ("train", 2.0)))
    assert one == other
    assert one.suffix == other.suffix == "-imbalance2.0-car1.0-train2.0"


def test_the_defaults_add_nothing_to_a_name() -> None:
    assert NATURAL.suffix == ""


def test_every_field_is_part_of_the_name() -> None:
    settings = [
        NATURAL,
        SceneSettings(imbalance=0.5),
        SceneSettings(label_noise=0.5),
        SceneSettings(class_factors=(("traffic light", 0.5),)),
        *(SceneSettings(weather=weather) for weather in WEATHERS[1:]),
    ]
    assert len({s.suffix for s in settings}) == len(settings)
    assert all("/" not in s.suffix and " " not in s.suffix for s in settings)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"imbalance": -0.1}, "imbalance must be from 0 to 2, got -0.1"),
        ({"imbalance": float("nan")}, "imbalance must be"),
        ({"label_noise": 1.0}, "label_noise must be at least 0 and below 1, got 1.0"),
        ({"weather": "hail"}, "weather must be one of mixed, clear.*'hail'"),
        ({"class_factors": (("road", 2.0),)}, "classes of animal, .*, wall; got 'road'"),
        ({"class_factors": (("car", -1.0),)}, "class_factors of 'car' must be 0 or more"),
        ({"class_factors": (("car", 1.0), ("car", 2.0))}, "each class once"),
    ],
)
def test_bad_settings(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SceneSettings(**fields)
