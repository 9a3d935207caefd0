"""Composes one scene."""

from random import Random

import numpy as np

from lossstudy.datasets.scenes._buildings import paint_bridge, paint_skyline
from lossstudy.datasets.scenes._camera import draw_camera
from lossstudy.datasets.scenes._canvas import Canvas
from lossstudy.datasets.scenes._domain import DOMAINS, Domain
from lossstudy.datasets.scenes._furniture import paint_wires
from lossstudy.datasets.scenes._ground import paint_ground, paint_marks
from lossstudy.datasets.scenes._layout import draw_layout
from lossstudy.datasets.scenes._photo import develop
from lossstudy.datasets.scenes._roadside import paint_roadside
from lossstudy.datasets.scenes._sky import paint_sky
from lossstudy.datasets.scenes._street import Street


def find_domain(name: str) -> Domain:
    """Look a domain up by name.

    Raises:
        ValueError: if there is no such domain.
    """
    if name not in DOMAINS:
        raise ValueError(f"domain must be one of {sorted(DOMAINS)}, got {name!r}")
    return DOMAINS[name]


def check_size(size: tuple[int, int]) -> None:
    """Accept a picture size of at least one pixel.

    Raises:
        ValueError: if the height or the width is not positive.
    """
    if min(size) < 1:
        raise ValueError(f"size must be a positive (height, width), got {size}")


def render(
    domain: str, index: int, size: tuple[int, int] = (128, 256)
) -> tuple[np.ndarray, np.ndarray]:
    """Render one scene.

    Everything is drawn from a seed made of the domain and the index, in units that do not
    depend on the size, so any scene can be rendered alone and at any size.

    Args:
        domain: `cityscapes` or `idd`.
        index: number of the scene.
        size: height and width in pixels; meant for pictures twice as wide as high.

    Returns:
        The picture, uint8 (height, width, 3), and its labels, uint8 (height, width), in the raw
        `id` encoding of the release.

    Raises:
        ValueError: if the domain is unknown or the size is not positive.

    Example:
        >>> image, labels = render("cityscapes", 0, (32, 64))
        >>> image.shape, labels.shape
        ((32, 64, 3), (32, 64))
    """
    world = find_domain(domain)
    check_size(size)
    rng = Random(f"{domain}/{index}")
    layout = draw_layout(rng, world)
    camera = draw_camera(rng, layout.ego_lane)
    top, low = rng.choice(world.skies)
    canvas = Canvas(size, camera, world.ids, low, rng.uniform(*world.visibility))
    paint_sky(canvas, rng, top, low)
    paint_skyline(canvas, rng, world)
    paint_ground(canvas, rng, world, layout)
    paint_marks(canvas, rng, world, layout)
    paint_roadside(canvas, rng, world, layout, rng.uniform(0.68, 1.04))
    if rng.random() < world.chances["bridge"]:
        paint_bridge(canvas, rng, rng.uniform(30.0, 70.0))
    Street(canvas, rng, world, layout).paint()
    if rng.random() < world.chances["wires"]:
        side = rng.choice(layout.sides)
        paint_wires(canvas, rng, side.beyond_kerb(0.5), 7.5)
    _own_car(canvas, rng, world)
    return develop(canvas, rng, world), np.asarray(canvas.labels).copy()


def _own_car(canvas: Canvas, rng: Random, domain: Domain) -> None:
    """The bonnet of the car that carries the camera, and the border its lens leaves black."""
    if rng.random() < domain.chances["bonnet"]:
        rise = rng.uniform(0.02, 0.05)
        arc = [(u, 1.0 - rise * (1.0 - 0.65 * (u - 1.0) ** 2)) for u in (0.0, 0.5, 1.0, 1.5, 2.0)]
        arc += [(2.0, 1.1), (0.0, 1.1)]
        shine = rng.randrange(16, 46)
        canvas.polygon(arc, (shine, shine, shine + 4), "ego vehicle")
    if rng.random() < domain.chances["black border"]:
        edge = 0.006
        for left, right in ((0.0, edge), (2.0 - edge, 2.0)):
            border = [(left, 0.0), (right, 0.0), (right, 1.0), (left, 1.0)]
            canvas.polygon(border, (10, 10, 12), "out of roi")
