"""Lines up what stands beside the road, from far to near."""

from random import Random

from lossstudy.datasets.scenes._buildings import (
    paint_fence,
    paint_guard_rail,
    paint_house,
    paint_wall,
)
from lossstudy.datasets.scenes._canvas import Canvas, Pen
from lossstudy.datasets.scenes._domain import Domain
from lossstudy.datasets.scenes._furniture import paint_stall
from lossstudy.datasets.scenes._layout import Layout, Side
from lossstudy.datasets.scenes._plants import paint_bush, paint_hedge, paint_tree

LOW = {"wall": paint_wall, "fence": paint_fence, "guard rail": paint_guard_rail}
FARTHEST = 100.0


def paint_roadside(
    canvas: Canvas, rng: Random, domain: Domain, layout: Layout, light: float
) -> None:
    """Paint the fronts of both sides; `light` is the brightness of the right side's."""
    for side in layout.sides:
        segments = _segments(rng, domain, layout, side)
        factor = light if side.sign > 0 else 1.72 - light
        for kind, along in reversed(segments):
            canvas.next_object()
            _paint_segment(canvas, rng, domain, (kind, side), along, factor)


def _segments(
    rng: Random, domain: Domain, layout: Layout, side: Side
) -> list[tuple[str, tuple[float, float]]]:
    """Cut one side into (kind, depths), from near to far, leaving out the side street."""
    kinds, weights = list(domain.roadside), list(domain.roadside.values())
    usual = rng.choices(kinds, weights)[0]
    segments = []
    z = 1.5 + rng.uniform(0.0, 2.0)
    while z < FARTHEST:
        kind = usual if rng.random() < 0.45 else rng.choices(kinds, weights)[0]
        length = rng.uniform(8.0, 20.0)
        along = (z, z + length)
        if layout.crossing is not None and layout.in_crossing(*along):
            along = (z, max(z, layout.crossing[0] - 1.0))
            z = layout.crossing[1] + 1.0
        else:
            z += length + rng.uniform(0.0, domain.plot_gap)
        if along[1] - along[0] > 1.5:
            segments.append((kind, along))
    return segments


def _paint_segment(
    canvas: Canvas,
    rng: Random,
    domain: Domain,
    what: tuple[str, Side],
    along: tuple[float, float],
    light: float,
) -> None:
    kind, side = what
    x = side.front
    if kind == "building":
        recess = rng.uniform(0.0, domain.recess)
        paint_house(canvas, rng, domain, x + side.sign * recess, along, light)
        return
    if kind == "hedge":
        _grove(canvas, rng, domain, side, along, 4.0)
        paint_hedge(canvas, rng, domain, x, along, light)
        return
    if kind in LOW:
        _behind(canvas, rng, domain, side, along, light)
        LOW[kind](canvas, rng, x, along, light)
        return
    if kind == "stall":
        for z in sorted((rng.uniform(*along) for _ in range(2)), reverse=True):
            paint_stall(Pen(canvas, x + side.sign * 0.8, max(z, 6.0)), rng, domain)
        return
    _grove(canvas, rng, domain, side, along, 1.5 if kind == "trees" else 7.0)


def _behind(
    canvas: Canvas,
    rng: Random,
    domain: Domain,
    side: Side,
    along: tuple[float, float],
    light: float,
) -> None:
    """What rises behind a wall or fence."""
    if rng.random() < 0.5:
        paint_house(canvas, rng, domain, side.front + side.sign * 6.0, along, light)
    else:
        _grove(canvas, rng, domain, side, along, 2.0)


def _grove(
    canvas: Canvas,
    rng: Random,
    domain: Domain,
    side: Side,
    along: tuple[float, float],
    setback: float,
) -> None:
    """Trees and bushes in two rows behind the front."""
    step = max(4.0, 0.12 * along[0])
    z = along[1]
    while z > max(along[0], 5.0):
        out = side.front + side.sign * (setback + rng.uniform(0.0, 5.0))
        pen = Pen(canvas, out, z)
        if not pen.outside(3.0):
            paint_tree(pen, rng, domain)
        near = Pen(canvas, side.front + side.sign * rng.uniform(0.5, 3.0), max(z - 1.0, 3.0))
        if rng.random() < 0.6 and not near.outside(1.5):
            paint_bush(near, rng, domain)
        z -= step * rng.uniform(0.7, 1.3)
