"""Houses, walls and fences: upright planes along the street or facing the camera."""

import math
from random import Random

from lossstudy.datasets.scenes._canvas import Canvas, Color, mix, shade
from lossstudy.datasets.scenes._domain import Domain

GLASS: Color = (66, 74, 82)
FLOOR = 3.1  # metres a storey


class Plane:
    """An upright plane along the street, from depth `near` to `far` at world x `x`."""

    def __init__(self, canvas: Canvas, x: float, near: float, far: float, light: float) -> None:
        self.canvas = canvas
        self.x = x
        self.near = near
        self.far = far
        self.light = light
        self._project = canvas.camera.project
        self._veil = canvas.veil((near + far) / 2.0)
        self._tints: dict[Color, Color] = {}

    def quad(
        self,
        along: tuple[float, float],
        heights: tuple[float, float],
        color: Color,
        name: str | None = None,
    ) -> None:
        """Fill a rectangle of the plane, given by depths and heights."""
        (a, b), (low, high) = along, heights
        upright = self.canvas.camera.upright
        near_foot, near_top = upright(self.x, a, low, high)
        far_foot, far_top = upright(self.x, b, low, high)
        if color not in self._tints:
            self._tints[color] = mix(shade(color, self.light), self.canvas.haze, self._veil)
        outline = [near_foot, far_foot, far_top, near_top]
        self.canvas.polygon(outline, self._tints[color], name)

    @property
    def hidden(self) -> bool:
        """Whether the plane lies beside the picture."""
        near = self._project(self.x, 0.0, self.near)[0]
        far = self._project(self.x, 0.0, self.far)[0]
        return max(near, far) < 0.0 or min(near, far) > 2.0

    @property
    def detail(self) -> float:
        """Rows that a metre covers in the middle of the plane in a picture of 128 rows."""
        middle = max(2.0, math.sqrt(self.near * self.far))
        return self.canvas.camera.focal / middle * 128.0


def paint_house(
    canvas: Canvas, rng: Random, domain: Domain, x: float, along: tuple[float, float], light: float
) -> None:
    """Paint a house whose front runs along the street."""
    near, far = along
    floors = rng.randint(*domain.floors)
    color = rng.choice(domain.facades)
    top = floors * FLOOR + rng.uniform(0.5, 2.0)
    window = (rng.uniform(0.9, 1.5), rng.uniform(1.3, 1.9), rng.uniform(2.1, 3.2))
    shop = rng.choice(((150, 40, 40), (40, 70, 110), (60, 96, 70), (190, 150, 60), (70, 66, 62)))
    has_shop, has_balconies = rng.random() < 0.5, rng.random() < 0.3
    gable = rng.uniform(3.0, 9.0)
    end = _facing(canvas, x, near, gable if x > 0 else -gable, top)
    if near > 4.0:
        tint = mix(shade(color, light * 0.78), canvas.haze, canvas.veil(near))
        canvas.polygon(end, tint, "building")
        _gable_windows(canvas, x, near, gable if x > 0 else -gable, floors, tint)
    plane = Plane(canvas, x, near, far, light)
    if plane.hidden:
        return
    plane.quad((near, far), (0.0, top), color, "building")
    plane.quad((near, far), (top - 0.45, top), shade(color, 0.74))
    plane.quad((near, far), (0.0, 0.6), shade(color, 0.7))
    if has_shop:
        _shop(plane, rng, color, shop)
    if plane.detail > 1.4:
        _windows(plane, rng, color, floors, window, has_shop, has_balconies)


def _shop(plane: Plane, rng: Random, color: Color, sign: Color) -> None:
    """A ground floor of shop windows between piers, under a sign or an awning."""
    z, pitch = plane.near + 0.5, rng.uniform(2.4, 3.6)
    while z + pitch < plane.far and z < 45.0:
        glass = shade(GLASS, rng.uniform(0.6, 1.3))
        plane.quad((z, z + pitch - 0.5), (0.5, 2.4), glass)
        plane.quad((z + 0.1, z + pitch * 0.35), (0.6, 2.3), shade(glass, 1.3))
        z += pitch
    plane.quad((plane.near + 0.3, plane.far - 0.3), (2.5, 3.1), sign)
    plane.quad((plane.near + 0.6, plane.far - 0.6), (2.72, 2.9), mix(sign, color, 0.6))


def _facing(
    canvas: Canvas, x: float, z: float, width: float, top: float
) -> list[tuple[float, float]]:
    project = canvas.camera.project
    return [
        project(x, 0.0, z), project(x + width, 0.0, z), project(x + width, top, z),
        project(x, top, z),
    ]  # fmt: skip


def _gable_windows(
    canvas: Canvas, x: float, z: float, width: float, floors: int, wall: Color
) -> None:
    """Two columns of windows in the end wall, which faces the camera."""
    if z > 40.0:
        return
    project = canvas.camera.project
    for floor in range(floors):
        for share in (0.25, 0.65):
            low = floor * FLOOR + 1.0
            left, top = project(x + width * share, low + 1.5, z)
            right, bottom = project(x + width * (share + 0.14), low, z)
            pane = [(left, bottom), (right, bottom), (right, top), (left, top)]
            canvas.polygon(pane, shade(wall, 0.62))


def _windows(
    plane: Plane,
    rng: Random,
    color: Color,
    floors: int,
    window: tuple[float, float, float],
    has_shop: bool,
    has_balconies: bool,
) -> None:
    width, height, pitch = window
    detailed = plane.detail > 3.5
    frame = shade(color, rng.choice((0.72, 1.2)))
    glass = [shade(GLASS, rng.uniform(0.7, 1.5)) for _ in range(4)]
    lit = (214, 190, 140)
    u = plane.canvas.camera.project
    z = plane.near + 0.8
    number = 0
    while z + width < plane.far - 0.4:
        left, right = u(plane.x, 0.0, z)[0], u(plane.x, 0.0, z + width)[0]
        if max(left, right) > 0.0 and min(left, right) < 2.0:
            for floor in range(1 if has_shop else 0, floors):
                low = floor * FLOOR + 1.0
                if detailed:
                    plane.quad((z - 0.12, z + width + 0.12), (low - 0.14, low + height + 0.12),
                               frame)  # fmt: skip
                number += 1
                pane = lit if (number * 7) % 23 == 0 else glass[(number * 5) % 4]
                plane.quad((z, z + width), (low, low + height), pane)
                if has_balconies and detailed and floor:
                    plane.quad((z - 0.3, z + width + 0.3), (low - 0.5, low + 0.35),
                               shade(color, 0.82))  # fmt: skip
        z += pitch
    if not has_shop:
        door = rng.uniform(plane.near + 0.5, max(plane.near + 0.6, plane.far - 1.6))
        plane.quad((door, door + 1.1), (0.0, 2.2), (70, 54, 44))


def paint_wall(
    canvas: Canvas, rng: Random, x: float, along: tuple[float, float], light: float
) -> None:
    """Paint a wall with a coping and the joints between its panels."""
    color = rng.choice(((176, 166, 150), (150, 110, 92), (198, 186, 140), (150, 150, 148)))
    top = rng.uniform(1.7, 2.6)
    plane = Plane(canvas, x, *along, light)
    if plane.hidden:
        return
    plane.quad(along, (0.0, top), color, "wall")
    plane.quad(along, (top - 0.16, top), shade(color, 1.16))
    plane.quad(along, (0.0, 0.25), shade(color, 0.72))
    z = along[0] + 2.4
    while z < min(along[1], 45.0):
        plane.quad((z, z + 0.12), (0.0, top), shade(color, 0.78))
        z += 2.8


def paint_fence(
    canvas: Canvas, rng: Random, x: float, along: tuple[float, float], light: float
) -> None:
    """Paint a fence of bars; its label covers the gaps, as annotators draw it."""
    color = rng.choice(((84, 90, 84), (130, 110, 84), (60, 76, 64), (150, 146, 138)))
    top = rng.uniform(1.1, 1.9)
    plane = Plane(canvas, x, *along, light)
    if plane.hidden:
        return
    plane.quad(along, (0.0, top), mix(color, (96, 104, 78), 0.55), "fence")
    z = along[0]
    step = 0.35
    while z < min(along[1], 30.0):
        plane.quad((z, z + step * 0.4), (0.0, top), color)
        step = max(0.35, 0.03 * z)
        z += step
    plane.quad(along, (top - 0.12, top), shade(color, 1.2))
    plane.quad(along, (0.25, 0.35), shade(color, 1.1))


def paint_guard_rail(
    canvas: Canvas, rng: Random, x: float, along: tuple[float, float], light: float
) -> None:
    """Paint a crash barrier on short posts."""
    plane = Plane(canvas, x, *along, light)
    if plane.hidden:
        return
    color = rng.choice(((178, 180, 182), (150, 152, 150), (200, 190, 120)))
    z = along[0]
    while z < min(along[1], 50.0):
        plane.quad((z, z + 0.15), (0.0, 0.7), shade(color, 0.7), "guard rail")
        z += 2.0
    plane.quad(along, (0.42, 0.85), color, "guard rail")
    plane.quad(along, (0.58, 0.68), shade(color, 0.72))


def paint_bridge(canvas: Canvas, rng: Random, z: float) -> None:
    """Paint a bridge over the road."""
    project = canvas.camera.project
    low, high = rng.uniform(5.0, 6.0), rng.uniform(6.8, 8.0)
    color = rng.choice(((150, 142, 132), (132, 120, 108)))
    tint = mix(color, canvas.haze, canvas.veil(z))
    for left, right, bottom, top, factor in (
        (-40.0, 40.0, low, high, 1.0), (-40.0, 40.0, low, low + 0.3, 0.7),
        (-9.5, -8.0, 0.0, low, 0.85), (8.0, 9.5, 0.0, low, 0.85),
    ):  # fmt: skip
        corners = [project(left, bottom, z), project(right, bottom, z), project(right, top, z),
                   project(left, top, z)]  # fmt: skip
        canvas.polygon(corners, shade(tint, factor), "bridge")


def paint_skyline(canvas: Canvas, rng: Random, domain: Domain) -> None:
    """Paint the row of houses and trees that closes the view at the end of the street."""
    camera = canvas.camera
    u = -0.1
    while u < 2.1:
        width = rng.uniform(0.06, 0.22)
        tree = rng.random() < 0.4
        top = camera.horizon - rng.uniform(0.02, 0.05 if tree else 0.11)
        base = rng.choice(domain.leaves if tree else domain.facades)
        tint = mix(base, canvas.haze, canvas.veil(110.0))
        name = "vegetation" if tree else "building"
        foot = camera.horizon + 0.03
        if tree:
            canvas.ellipse(u + width / 2.0, foot, width * 0.7, foot - top, tint, name)
        else:
            box = [(u, foot), (u + width, foot), (u + width, top), (u, top)]
            canvas.polygon(box, tint, name)
            for row in range(3):
                y = top + 0.012 + 0.02 * row
                strip = [(u + 0.01, y), (u + width - 0.01, y), (u + width - 0.01, y + 0.008),
                         (u + 0.01, y + 0.008)]  # fmt: skip
                canvas.polygon(strip, shade(tint, 0.9))
        u += width * rng.uniform(0.75, 1.0)
