"""Weather and light other than the mixed weather of the domains; no object moves for them."""

from dataclasses import dataclass, replace
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from lossstudy.datasets.scenes._canvas import OBJECT, Canvas, Color
from lossstudy.datasets.scenes._domain import Domain, Range
from lossstudy.datasets.scenes._noise import TILE, crop, fractal_tile

# Every world has four skies: the draw that picks one must consume as much in any weather.
Skies = tuple[tuple[Color, Color], ...]
BLUE: Skies = (
    ((92, 142, 206), (196, 216, 234)), ((108, 152, 210), (204, 220, 232)),
    ((84, 130, 196), (188, 208, 228)), ((122, 162, 212), (210, 222, 230)),
)  # fmt: skip
MILK: Skies = (
    ((196, 200, 204), (206, 208, 210)), ((184, 188, 190), (198, 200, 202)),
    ((204, 204, 200), (212, 212, 208)), ((190, 194, 200), (202, 206, 210)),
)  # fmt: skip
LEAD: Skies = (
    ((112, 118, 126), (166, 170, 174)), ((128, 132, 138), (176, 178, 180)),
    ((104, 110, 120), (158, 162, 168)), ((120, 124, 126), (170, 172, 172)),
)  # fmt: skip
DUSK: Skies = (
    ((20, 26, 46), (52, 54, 66)), ((14, 18, 34), (44, 44, 54)), ((26, 30, 50), (64, 58, 62)),
    ((16, 22, 40), (48, 50, 62)),
)  # fmt: skip


@dataclass(frozen=True)
class Weather:
    """What a weather changes in a world; see `Domain`."""

    skies: Skies
    visibility: Range
    gain: Range
    gamma: Range
    relief: float
    shadows: bool


CHANGES = {
    "clear": Weather(BLUE, (350.0, 700.0), (0.98, 1.2), (0.9, 1.1), 1.0, True),
    "fog": Weather(MILK, (16.0, 42.0), (0.86, 1.06), (0.9, 1.1), 0.3, False),
    "rain": Weather(LEAD, (75.0, 150.0), (0.78, 0.98), (1.0, 1.25), 0.8, False),
    "night": Weather(DUSK, (90.0, 220.0), (0.9, 1.15), (0.85, 1.0), 1.0, False),
}
WET = ("road", "sidewalk", "parking", "rail track", "curb")
AMBIENT = np.array((0.2, 0.22, 0.32), dtype=np.float32)  # what the night sky gives
BEAM = np.array((0.74, 0.7, 0.6), dtype=np.float32)  # the headlights of the own car


def in_weather(domain: Domain, weather: str) -> Domain:
    """Return the world with the sky, haze and exposure of a weather; "mixed" changes nothing."""
    if weather == "mixed":
        return domain
    changes = CHANGES[weather]
    assert len(changes.skies) == len(domain.skies)
    return replace(domain, **vars(changes))


def wet_or_dark(
    picture: Image.Image, canvas: Canvas, domain: Domain, weather: str, seed: str
) -> Image.Image:
    """Let it rain on a finished picture, or night fall; other weather leaves it as it is."""
    if weather == "rain":
        return _rain(picture, canvas, domain, Random(seed))
    if weather == "night":
        return _night(picture, canvas, domain)
    return picture


def _rain(picture: Image.Image, canvas: Canvas, domain: Domain, rng: Random) -> Image.Image:
    """A wet street, which mirrors what stands above the horizon, and streaks in the air."""
    width, height = picture.size
    horizon = round(canvas.camera.horizon * height)
    upper = picture.crop((0, 0, width, horizon)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mirrored = upper.resize((width, height - horizon)).filter(
        ImageFilter.GaussianBlur(height / 50.0)
    )
    reflection = np.asarray(picture, dtype=np.float32).copy()
    reflection[horizon:] = np.asarray(mirrored)
    wet = np.isin(canvas.labels, [domain.ids[name] for name in WET])
    puddles = crop(fractal_tile(), rng.randrange(TILE), rng.randrange(TILE), height, width)
    share = (wet * np.clip(0.3 + 0.16 * puddles, 0.08, 0.6))[..., None]
    pixels = np.asarray(picture, dtype=np.float32) * np.where(wet, 0.8, 0.94)[..., None]
    pixels = pixels * (1.0 - share) + reflection * share
    streaks = Image.new("L", picture.size)
    pen = ImageDraw.Draw(streaks)
    slant = rng.uniform(-0.25, 0.25)
    for _ in range(rng.randint(90, 200)):
        u, v, length = rng.uniform(0.0, width), rng.uniform(-0.1, 1.0) * height, rng.random()
        fall = (0.03 + 0.07 * length) * height
        pen.line((u, v, u + slant * fall, v + fall), fill=rng.randrange(24, 72))
    pixels += np.asarray(streaks, dtype=np.float32)[..., None]
    return Image.fromarray(np.clip(pixels, 0.0, 255.0).astype(np.uint8))


def _night(picture: Image.Image, canvas: Canvas, domain: Domain) -> Image.Image:
    """Moonlight, the beam of the own headlights, and every lamp that nothing hides."""
    width, height = picture.size
    v = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    u = ((np.arange(width, dtype=np.float32) + 0.5) * 2.0 / width)[None, :]
    far = canvas.camera.horizon + 0.13
    above = np.exp(-(((v - far) / np.where(v < far, 0.11, 0.3)) ** 2))
    beam = above * np.exp(-(((u - 1.0) / (0.3 + 0.5 * v)) ** 2))
    light = AMBIENT + beam[..., None] * BEAM
    glow = np.zeros((height, width, 3), dtype=np.float32)
    numbers = np.asarray(canvas.codes) // OBJECT
    for lamp in canvas.lights:
        row, column = int(lamp.v * height), int(lamp.u * width / 2.0)
        if 0 <= row < height and 0 <= column < width and numbers[row, column] == lamp.number:
            color = np.array(lamp.color, dtype=np.float32) / 255.0
            _blob(light, lamp.u, lamp.v, 14.0 * lamp.radius, 0.5 * color)
            _blob(glow, lamp.u, lamp.v, 1.6 * lamp.radius + 0.006, 230.0 * color)
    light[canvas.labels == domain.ids["sky"]] = AMBIENT
    pixels = np.asarray(picture, dtype=np.float32) * light + glow
    return Image.fromarray(np.clip(pixels, 0.0, 255.0).astype(np.uint8))


def _blob(field: np.ndarray, u: float, v: float, radius: float, color: np.ndarray) -> None:
    """Add a round spot of light of a radius in picture heights."""
    height, width = field.shape[:2]
    reach = 2.5 * radius
    rows = slice(max(0, int((v - reach) * height)), max(0, int((v + reach) * height) + 1))
    columns = slice(max(0, int((u - reach) * width / 2)), max(0, int((u + reach) * width / 2) + 1))
    y = (np.arange(height)[rows, None] + 0.5) / height - v
    x = (np.arange(width)[None, columns] + 0.5) * 2.0 / width - u
    field[rows, columns] += np.exp(-(x * x + y * y) / radius**2)[..., None] * color
