"""The pinhole camera: world metres to relative picture units and back.

Picture units do not depend on the rendered size: u runs from 0 to 2 across the picture and
v from 0 (top) to 1 (bottom). World axes: x to the right of the road's centre line, y up from
the ground, z forward along the road. The road bends, so x is measured from the bent line.
"""

from dataclasses import dataclass
from random import Random

import numpy as np

NEAREST = 1.3  # metres; nothing is projected from closer to the lens


@dataclass(frozen=True)
class Camera:
    """Pose and focal length; `focal` is in picture heights, `offset` is the camera's x."""

    horizon: float
    focal: float
    height: float
    offset: float
    yaw: float
    curvature: float

    def bend(self, z: float) -> float:
        """Sideways shift in metres of the road's centre line at depth z."""
        return self.curvature * z * z / (1.0 + z / 70.0)

    def project(self, x: float, y: float, z: float) -> tuple[float, float]:
        """Project a world point to (u, v)."""
        z = max(z, NEAREST)
        scale = self.focal / z
        u = 1.0 + self.yaw + (x + self.bend(z) - self.offset) * scale
        return u, self.horizon + (self.height - y) * scale

    def upright(
        self, x: float, z: float, low: float, high: float
    ) -> tuple[tuple[float, float], tuple[float, float]]:
        """Project the ends of an upright line, as `project` does."""
        z = max(z, NEAREST)
        scale = self.focal / z
        u = 1.0 + self.yaw + (x + self.bend(z) - self.offset) * scale
        return (
            (u, self.horizon + (self.height - low) * scale),
            (u, self.horizon + (self.height - high) * scale),
        )

    def ground(self, height: int, width: int) -> tuple[int, np.ndarray, np.ndarray]:
        """Meet every pixel below the horizon with the ground.

        Returns:
            The first row below the horizon, the depth z of each row as (rows, 1) and the world
            x of each pixel as (rows, width), both float32.
        """
        v = (np.arange(height, dtype=np.float32) + 0.5) / height - self.horizon
        first = int(np.searchsorted(v, 0.002))
        z = (self.focal * self.height / v[first:, None]).astype(np.float32)
        u = (np.arange(width, dtype=np.float32)[None, :] + 0.5) * (2.0 / width)
        bend = self.curvature * z * z / (1.0 + z / 70.0)
        x = (u - (1.0 + self.yaw)) * (z / self.focal) + (self.offset - bend)
        return first, z, x.astype(np.float32)


def draw_camera(rng: Random, lane: float) -> Camera:
    """Mount a camera in a car that drives on the lane centred at x = `lane`."""
    return Camera(
        horizon=rng.uniform(0.36, 0.46),
        focal=rng.uniform(1.35, 1.7),
        height=rng.uniform(1.25, 1.5),
        offset=lane + rng.uniform(-0.5, 0.5),
        yaw=rng.uniform(-0.12, 0.12),
        curvature=rng.gauss(0.0, 0.0011),
    )
