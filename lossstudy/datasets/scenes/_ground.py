"""The ground: bands beside the road by inverse projection, then marks, rails and holes."""

import itertools
from random import Random

import numpy as np

from lossstudy.datasets.scenes._canvas import Canvas, Color, mix, shade
from lossstudy.datasets.scenes._domain import Domain
from lossstudy.datasets.scenes._layout import Layout, Side
from lossstudy.datasets.scenes._noise import TILE, fractal_tile

CELLS_PER_METRE = 24.0  # of the noise tile laid over the ground

Band = tuple[float, str]  # distance from the road's centre where it ends, what it is


def _bands(side: Side) -> list[Band]:
    """Bands of one side from the road outwards."""
    bands: list[Band] = [(side.edge, "road")]
    if side.parking:
        bands.append((side.edge + side.parking, "parking"))
    end = side.edge + side.parking
    if side.sidewalk:
        bands.append((end + 0.25, "curb"))
        bands.append((end + side.sidewalk, "sidewalk"))
        end += side.sidewalk
    if side.verge:
        bands.append((end + side.verge, side.verge_name))
    beyond = "sidewalk" if side.sidewalk and not side.verge else "terrain"
    bands.append((float("inf"), beyond))
    return bands


def paint_ground(canvas: Canvas, rng: Random, domain: Domain, layout: Layout) -> None:
    """Paint everything that lies flat on the ground."""
    first, z, x = canvas.camera.ground(*canvas.fine_size)
    tile = fractal_tile()
    z_cells = (z * CELLS_PER_METRE).astype(np.int32) + rng.randrange(TILE)
    x_cells = (x * CELLS_PER_METRE).astype(np.int32) + rng.randrange(TILE)
    texture = tile.ravel().take((z_cells & (TILE - 1)) * TILE + (x_cells & (TILE - 1)))
    ids, colors = _materials(rng, domain, layout, (z, x, texture))
    strength = (domain.patches + 0.02) / (1.0 + z / 60.0)
    light = 1.0 + strength * texture
    shadows = _shadows(rng, layout, z, x, texture)  # drawn in any weather: the draws go on alike
    if domain.shadows:
        light *= shadows
    veil = 1.0 - np.exp(-z / canvas.visibility)
    haze = np.array(canvas.haze, dtype=np.float32)
    pixels = colors * (light * (1.0 - veil))[..., None] + (haze * veil)[:, None, :]
    np.clip(pixels, 0.0, 255.0, out=pixels)
    canvas.set_rows(first, pixels.astype(np.uint8), ids)


def _materials(
    rng: Random,
    domain: Domain,
    layout: Layout,
    ground: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Raw id (rows, width) and colour (rows, width, 3) of every ground pixel (z, x, texture)."""
    z, x, texture = ground
    wandering = x + domain.ragged * (_wander(rng, z, 1.4) + 0.3 * texture)
    left, right = _bands(layout.left), _bands(layout.right)
    names = [name for _, name in reversed(left)] + [name for _, name in right]
    ends = [-end for end, _ in reversed(left[:-1])] + [0.0] + [end for end, _ in right[:-1]]
    band = np.zeros(x.shape, dtype=np.uint8)
    for end in ends:
        band += wandering > end
    palette = [domain.materials[name] for name in names]
    if layout.crossing is not None:
        near, far = layout.crossing
        rows = ((z > near) & (z < far))[:, 0]
        band[rows] = names.index("road")
    if layout.track is not None:
        start, stop = layout.track
        band[(x > start) & (x < stop)] = len(names)
        names.append("rail track")
        palette.append(domain.materials[layout.track_material])
    ids = np.array([domain.ids[name] for name in names], dtype=np.uint8)
    return ids.take(band), np.array(palette, dtype=np.float32).take(band, axis=0)


def _wander(rng: Random, z: np.ndarray, step: float) -> np.ndarray:
    """A random curve along the street as (rows, 1), with a knot every `step` metres."""
    knots = np.arange(0.0, 120.0, step)
    values = [rng.gauss(0.0, 1.0) for _ in knots]
    return np.asarray(np.interp(z, knots, values), dtype=np.float32)


def _shadows(
    rng: Random, layout: Layout, z: np.ndarray, x: np.ndarray, texture: np.ndarray
) -> np.ndarray:
    """Light factor of the shadow that one side's houses and trees throw on the street."""
    if rng.random() < 0.4:
        return np.ones((1, 1), dtype=np.float32)
    side = rng.choice(layout.sides)
    reach = rng.uniform(0.5, 6.5)
    outline = reach + 0.9 * _wander(rng, z, rng.uniform(1.2, 4.0))
    covered = side.sign * (side.front - x) < outline + 0.25 * texture
    return np.where(covered, np.float32(rng.uniform(0.55, 0.72)), np.float32(1.0))


def paint_marks(canvas: Canvas, rng: Random, domain: Domain, layout: Layout) -> None:
    """Paint lane marks, rails, the pedestrian crossing, holes and patches."""
    if layout.marked:
        _lane_marks(canvas, rng, layout)
    if layout.track is not None:
        centre = sum(layout.track) / 2.0
        for rail in (centre - 0.72, centre + 0.72):
            _strip(canvas, rail, 0.09, 2.0, 110.0, (70, 68, 66))
    if layout.crossing is not None and rng.random() < 0.7:
        _zebra(canvas, layout)
    for _ in range(rng.randint(0, domain.holes)):
        x = rng.uniform(-layout.left.edge, layout.right.edge)
        size = rng.uniform(0.2, 0.9)
        dark = rng.choice((0.62, 0.76, 0.84))
        _blot(canvas, rng, (x, rng.uniform(4.0, 30.0)), size, domain.materials["road"], dark)


def _strip(canvas: Canvas, x: float, width: float, near: float, far: float, color: Color) -> None:
    """Paint a narrow strip along the road, following its bend."""
    step = max(3.0, (far - near) / 8.0)
    z = near
    project = canvas.camera.project
    while z < far:
        end = min(far, z + step)
        corners = [
            project(x - width / 2.0, 0.0, z),
            project(x + width / 2.0, 0.0, z),
            project(x + width / 2.0, 0.0, end),
            project(x - width / 2.0, 0.0, end),
        ]
        veil = canvas.veil(z)
        canvas.polygon(corners, mix(color, canvas.haze, veil))
        z = end


def _lane_marks(canvas: Canvas, rng: Random, layout: Layout) -> None:
    paint = rng.randrange(170, 226)
    color = (paint, paint, paint - 8)
    borders = sorted({round(x, 3) for x, _ in layout.lanes})
    lines = [(a + b) / 2.0 for a, b in itertools.pairwise(borders)]
    phase = rng.uniform(0.0, 9.0)
    for x in lines:
        solid = len(lines) > 1 and abs(x) < 0.5
        if solid:
            _strip(canvas, x, 0.14, 2.0, 70.0, color)
            continue
        z = phase + 1.5
        while z < 70.0:
            if not layout.in_crossing(z, z + 3.5):
                _strip(canvas, x, 0.15, z, z + 3.5, color)
            z += 9.0
    if rng.random() < 0.4:
        for side in layout.sides:
            _strip(canvas, side.sign * (side.edge - 0.25), 0.12, 2.0, 60.0, color)


def _zebra(canvas: Canvas, layout: Layout) -> None:
    assert layout.crossing is not None
    near = layout.crossing[0] - 4.0
    x = -layout.left.edge + 0.4
    while x < layout.right.edge - 0.4:
        _strip(canvas, x + 0.25, 0.5, near, near + 3.0, (206, 206, 200))
        x += 1.05


def _blot(
    canvas: Canvas,
    rng: Random,
    place: tuple[float, float],
    size: float,
    color: Color,
    dark: float,
) -> None:
    """Paint a hole, a manhole cover or a patch of new asphalt."""
    x, z = place
    camera = canvas.camera
    u, v = camera.project(x, 0.0, z)
    below = camera.project(x, 0.0, z - size * 0.7)[1]
    tone = mix(shade(color, dark), canvas.haze, canvas.veil(z))
    width = size * rng.uniform(0.7, 1.4) * camera.focal / z
    canvas.ellipse(u, v, width, below - v, tone)
