"""Periodic noise tiles that every texture of the generator is cut from."""

from functools import lru_cache

import numpy as np

TILE = 1024


@lru_cache(maxsize=1)
def fractal_tile() -> np.ndarray:
    """Periodic noise with detail at every scale, float32 (TILE, TILE), mean 0, deviation 1.

    A tile made once and cropped at random costs far less than fresh noise for each picture.
    """
    white = np.random.default_rng(11).standard_normal((TILE, TILE))
    frequency = np.fft.fftfreq(TILE) * TILE
    radius = np.hypot(frequency[:, None], frequency[None, :])
    radius[0, 0] = 1.0
    field = np.fft.ifft2(np.fft.fft2(white) / radius**1.1).real
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


@lru_cache(maxsize=1)
def grain_tile() -> np.ndarray:
    """White noise for the sensor, float32 (TILE, TILE), one draw for each entry."""
    draws = np.random.default_rng(12).standard_normal((TILE, TILE))
    return np.asarray(draws, dtype=np.float32)


def crop(tile: np.ndarray, top: int, left: int, height: int, width: int) -> np.ndarray:
    """Cut a (height, width) window out of a periodic tile, wrapping at its edges."""
    rows = (np.arange(height) + top) % tile.shape[0]
    columns = (np.arange(width) + left) % tile.shape[1]
    return np.asarray(tile[np.ix_(rows, columns)])
