"""The sky: a gradient with clouds."""

from random import Random

import numpy as np
from PIL import Image

from lossstudy.datasets.scenes._canvas import Canvas, Color
from lossstudy.datasets.scenes._noise import TILE, crop, fractal_tile


def paint_sky(canvas: Canvas, rng: Random, top: Color, low: Color) -> None:
    """Fill the whole picture with sky; everything else is painted over it."""
    height, width = canvas.fine_size
    rows, columns = 32, 48
    clouds = crop(fractal_tile(), rng.randrange(TILE), rng.randrange(TILE), rows, columns)
    amount = np.clip(clouds * 0.45 + rng.uniform(-0.35, 0.25), 0.0, 0.8)[..., None]
    ramp = np.linspace(0.0, 1.0, rows, dtype=np.float32)[:, None, None] ** 0.8
    blue = np.array(top, dtype=np.float32) * (1.0 - ramp) + np.array(low, np.float32) * ramp
    white = np.array((238.0, 238.0, 236.0), dtype=np.float32)
    pixels = blue * (1.0 - amount) + white * amount
    picture = Image.fromarray(pixels.astype(np.uint8)).resize(
        (width, int(height * 0.55)), Image.Resampling.BILINEAR
    )
    canvas.image.paste(picture, (0, 0))
    canvas.codes.paste(canvas.ids["sky"], (0, 0, *canvas.codes.size))
