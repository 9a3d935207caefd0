"""From the painted picture to a photograph: surface texture, exposure, lens and sensor."""

from random import Random

import numpy as np
from PIL import Image, ImageFilter

from lossstudy.datasets.scenes._canvas import Canvas
from lossstudy.datasets.scenes._domain import Domain
from lossstudy.datasets.scenes._noise import TILE, crop, fractal_tile, grain_tile

TEXTURE = {
    "building": 0.06, "wall": 0.07, "vegetation": 0.13, "terrain": 0.05, "fence": 0.06,
    "person": 0.03, "rider": 0.03, "animal": 0.05, "bridge": 0.06, "obstacle": 0.05,
}  # fmt: skip
SMOOTH = 0.012


def develop(picture: Image.Image, canvas: Canvas, rng: Random, domain: Domain) -> np.ndarray:
    """Expose a picture of the canvas in its final size; returns uint8 (height, width, 3)."""
    height, width = canvas.size
    blur = rng.uniform(-0.5, 0.75) * height / 128.0
    if blur > 0.15:
        picture = picture.filter(ImageFilter.GaussianBlur(blur))
    picture = picture.point(_exposure(rng, domain))
    pixels = np.asarray(picture, dtype=np.float32)
    light = 1.0 + _texture(canvas, domain, rng) - _vignette(height, width, rng.uniform(0.02, 0.2))
    pixels = pixels * light[..., None]
    strength = rng.uniform(1.0, 5.0)
    grain = crop(grain_tile(), rng.randrange(TILE), rng.randrange(TILE), height, width)
    pixels += strength * grain[..., None]
    color = crop(grain_tile(), rng.randrange(TILE), rng.randrange(TILE), height, 3 * width)
    pixels += 0.4 * strength * color.reshape(height, width, 3)
    return np.asarray(np.clip(pixels, 0.0, 255.0), dtype=np.uint8)


def _exposure(rng: Random, domain: Domain) -> list[int]:
    """Gain, gamma and colour cast as one table per channel."""
    gain, gamma, share = rng.uniform(*domain.gain), rng.uniform(*domain.gamma), rng.random()
    cool, warm = domain.casts
    ramp = (np.arange(256) / 255.0) ** gamma
    table: list[int] = []
    for a, b in zip(cool, warm, strict=True):
        curve = np.clip(255.0 * gain * (a + (b - a) * share) * ramp, 0.0, 255.0)
        table.extend(int(value) for value in curve)
    return table


def _texture(canvas: Canvas, domain: Domain, rng: Random) -> np.ndarray:
    """Relative brightness change of each pixel, from the class it shows."""
    strength = np.full(256, SMOOTH, dtype=np.float32)
    for name, value in TEXTURE.items():
        strength[domain.ids[name]] = value
    height, width = canvas.size
    noise = crop(fractal_tile(), rng.randrange(TILE), rng.randrange(TILE), height, width)
    return np.asarray(domain.relief * strength.take(canvas.labels) * noise)


def _vignette(height: int, width: int, strength: float) -> np.ndarray:
    y = np.linspace(-1.0, 1.0, height, dtype=np.float32)[:, None]
    x = np.linspace(-1.0, 1.0, width, dtype=np.float32)[None, :]
    return np.asarray(strength * 0.5 * (x * x + y * y))
