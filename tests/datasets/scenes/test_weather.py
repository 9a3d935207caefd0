"""Weather changes the light and nothing else."""

import numpy as np
import pytest

from lossstudy.datasets.scenes import WEATHERS, Scene, SceneSettings, compose
from lossstudy.datasets.scenes._camera import Camera
from lossstudy.datasets.scenes._canvas import Canvas
from lossstudy.datasets.scenes._domain import CITY, DOMAINS
from lossstudy.datasets.scenes._weather import wet_or_dark

SIZE = (48, 96)


def scene(domain: str, index: int, weather: str) -> Scene:
    return compose(domain, index, SIZE, SceneSettings(weather=weather))


@pytest.mark.parametrize("weather", WEATHERS[1:])
@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_no_object_moves(domain: str, weather: str) -> None:
    for index in range(2):
        one, other = scene(domain, index, weather), scene(domain, index, "mixed")
        assert np.array_equal(one.codes, other.codes)
        assert not np.array_equal(one.image, other.image)


@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_what_each_weather_does_to_the_light(domain: str) -> None:
    images = {
        weather: np.stack([scene(domain, index, weather).image for index in range(4)])
        for weather in WEATHERS
    }
    brightness = {weather: image.mean() for weather, image in images.items()}
    contrast = {weather: image.std() for weather, image in images.items()}
    order = ("night", "rain", "clear", "fog")
    assert sorted(order, key=lambda weather: brightness[weather]) == list(order)
    assert brightness["night"] < 0.7 * brightness["rain"] < 0.7 * brightness["clear"]
    assert max(contrast["fog"], contrast["rain"]) < contrast["clear"]


def test_a_hidden_lamp_does_not_glow() -> None:
    def night(hidden: bool) -> np.ndarray:
        camera = Camera(0.4, 1.5, 1.3, 0.0, 0.0, 0.0)
        canvas = Canvas((40, 80), camera, CITY.ids, (0, 0, 0), 100.0)
        canvas.next_object()
        canvas.ellipse(1.0, 0.2, 0.1, 0.1, (60, 60, 60), "pole")
        canvas.shine(1.0, 0.2, 0.05, (255, 255, 255))
        if hidden:
            canvas.next_object()
            canvas.ellipse(1.0, 0.2, 0.2, 0.2, (60, 60, 60), "building")
        picture = canvas.image.reduce(2)
        return np.asarray(wet_or_dark(picture, canvas, CITY, "night", ""))

    assert night(hidden=False)[8, 40].min() > 200
    assert night(hidden=True)[8, 40].max() < 60
