"""Trees, bushes and hedges."""

import math
from random import Random

from lossstudy.datasets.scenes._buildings import Plane
from lossstudy.datasets.scenes._canvas import Canvas, Pen, shade
from lossstudy.datasets.scenes._domain import Domain


def paint_tree(pen: Pen, rng: Random, domain: Domain) -> None:
    """Paint a tree: trunk, dark crown, then lighter tufts towards the light."""
    stem, radius = rng.uniform(2.2, 4.0), rng.uniform(1.3, 2.7)
    squash = rng.uniform(0.8, 1.3)
    leaf = rng.choice(domain.leaves)
    bark = rng.choice(((84, 66, 50), (104, 88, 70), (66, 54, 44)))
    girth = rng.uniform(0.12, 0.26)
    trunk = [(-girth, 0.0), (girth, 0.0), (girth * 0.7, stem + 0.6), (-girth * 0.7, stem + 0.6)]
    pen.face(trunk, bark, "vegetation")
    pen.face([(0.0, 0.0), (girth, 0.0), (girth * 0.7, stem), (0.0, stem)], shade(bark, 0.75))
    paint_crown(pen, rng, (stem + radius * squash, radius, radius * squash), leaf)


def paint_crown(
    pen: Pen, rng: Random, shape: tuple[float, float, float], leaf: tuple[int, int, int]
) -> None:
    """Paint a crown, given as (height of its centre, half width, half height)."""
    centre, rx, ry = shape
    dark = shade(leaf, 0.62)
    pen.disc(0.0, centre, rx * 0.78, ry * 0.78, dark, "vegetation")
    for number in range(9):
        angle = number * 0.698 + rng.uniform(-0.25, 0.25)
        x, y = 0.62 * rx * math.cos(angle), centre + 0.62 * ry * math.sin(angle)
        size = rng.uniform(0.28, 0.46)
        pen.disc(x, y, rx * size, ry * size, shade(dark, 1.0 + 0.15 * math.sin(angle)),
                 "vegetation")  # fmt: skip
    tufts = min(46, int(3 + rx * pen.detail * 0.6))
    tones = [pen.tint(shade(leaf, 0.75 + 0.16 * step)) for step in range(5)]
    ellipse, scale = pen.canvas.ellipse, pen.scale
    u, v = pen.at(0.0, centre)
    for _ in range(tufts):
        angle, distance = rng.uniform(0.0, 6.283), math.sqrt(rng.random()) * 0.84
        x, y = distance * math.cos(angle), distance * math.sin(angle)
        tone = tones[min(4, max(0, int(2.0 + 1.6 * y + 0.9 * x + rng.uniform(-0.8, 0.8))))]
        size = rng.uniform(0.08, 0.2)
        wide, high = rx * scale, ry * scale
        ellipse(u + x * wide, v - y * high, size * wide, 0.8 * size * high, tone)


def paint_bush(pen: Pen, rng: Random, domain: Domain) -> None:
    """Paint a bush that stands on the ground."""
    size = rng.uniform(0.5, 1.3)
    paint_crown(pen, rng, (size * 0.6, size, size * 0.7), rng.choice(domain.leaves))


def paint_hedge(
    canvas: Canvas, rng: Random, domain: Domain, x: float, along: tuple[float, float], light: float
) -> None:
    """Paint a hedge or a thicket: a plane with a bumpy top."""
    near, far = along
    top = rng.uniform(1.2, 4.0)
    leaf = rng.choice(domain.leaves)
    plane = Plane(canvas, x, near, far, light)
    if plane.hidden:
        return
    plane.quad((near, far), (0.0, top), shade(leaf, 0.62), "vegetation")
    z = near
    while z < far:
        pen = Pen(canvas, x, max(z, 2.0))
        size = rng.uniform(0.5, 0.8) * min(top, 2.0)
        pen.disc(0.0, top, size, size * 0.7, shade(leaf, 0.7 * light), "vegetation")
        for _ in range(4):
            tone = shade(leaf, rng.uniform(0.6, 1.05) * light)
            y = rng.uniform(0.3, top)
            pen.disc(rng.uniform(-0.4, 0.4), y, size * 0.35, size * 0.25, tone)
        z += max(0.7, 0.09 * z)
