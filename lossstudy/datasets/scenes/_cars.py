"""Cars and vans."""

from random import Random

from lossstudy.datasets.scenes._bodywork import (
    GLASS,
    RUBBER,
    Place,
    paint_panel,
    paint_wheel,
    visible_sides,
)
from lossstudy.datasets.scenes._canvas import Color, Pen, Point, shade
from lossstudy.datasets.scenes._domain import Domain

SEDAN: list[Point] = [
    (0.0, 0.28), (0.01, 0.78), (0.16, 0.95), (0.3, 1.44), (0.68, 1.46), (0.88, 0.96),
    (1.0, 0.9), (1.0, 0.28),
]  # fmt: skip
HATCH: list[Point] = [
    (0.0, 0.28), (0.0, 0.95), (0.1, 1.46), (0.3, 1.55), (0.66, 1.5), (0.82, 1.02),
    (0.99, 0.86), (1.0, 0.28),
]  # fmt: skip
VAN: list[Point] = [
    (0.0, 0.32), (0.0, 1.9), (0.04, 2.1), (0.72, 2.1), (0.88, 1.25), (1.0, 1.05), (1.0, 0.32),
]  # fmt: skip


def paint_car(
    pen: Pen, rng: Random, domain: Domain, kind: str, away: bool, crossing: bool = False
) -> None:
    """Paint a car or a van, `away` showing its back; both count as cars."""
    outline, half, length = (
        (VAN, 0.98, rng.uniform(4.7, 5.6))
        if kind == "van"
        else (rng.choice((SEDAN, HATCH, HATCH)), rng.uniform(0.84, 0.93), rng.uniform(3.7, 4.6))
    )
    color = rng.choice(domain.cars)
    k = rng.uniform(0.95, 1.1)
    # The outline runs from the tail (0) to the nose (1); t counts from the end that is nearer.
    profile = [((s if away else 1.0 - s) * length, y * k) for s, y in outline]
    top = max(y for _, y in profile)
    waist = 0.62 * top
    pen.shadow(half + 0.12 if not crossing else length / 2.0, length if not crossing else 1.8)
    way = rng.choice((-1.0, 1.0))
    for place in visible_sides(pen, half, length, crossing, way):
        paint_panel(pen, place, profile, shade(color, 1.0 if crossing else 0.8), "car")
        sill = [(0.02 * length, 0.3), (0.98 * length, 0.3), (0.98 * length, 0.46),
                (0.02 * length, 0.46)]  # fmt: skip
        paint_panel(pen, place, sill, shade(color, 0.55), None)
        _side_windows(pen, place, profile, (length, top, waist), kind)
        for t in (0.2 * length, 0.8 * length):
            paint_wheel(pen, place, t, 0.31, "car")
    if not crossing:
        _car_end(pen, rng, color, (half, top, waist), away, kind)


def _side_windows(
    pen: Pen,
    place: Place,
    profile: list[Point],
    shape: tuple[float, float, float],
    kind: str,
) -> None:
    length, top, waist = shape
    roof = [t for t, y in profile if y > 0.93 * top]
    start, stop = min(roof), max(roof)
    slope = 0.07 * length
    low, high = waist + 0.03, 0.93 * top
    middle = (start + stop) / 2.0 if kind != "van" else stop
    cuts = ((start, middle - 0.05), (middle + 0.05, stop))
    for number, (a, b) in enumerate(cuts):
        if b - a < 0.3:
            continue
        outer_a, outer_b = (a - slope, b) if number == 0 else (a, b + slope)
        paint_panel(
            pen, place, [(outer_a, low), (outer_b, low), (b, high), (a, high)], GLASS, None
        )


def _car_end(
    pen: Pen,
    rng: Random,
    color: Color,
    shape: tuple[float, float, float],
    away: bool,
    kind: str,
) -> None:
    half, top, waist = shape
    narrow = half * (0.74 if kind != "van" else 0.9)
    set_back = 0.15 if kind == "van" or away else 0.9
    for x in (-half + 0.16, half - 0.16):
        pen.rect(x - 0.12, 0.0, x + 0.12, 0.4, RUBBER, "car")
    cabin = [
        (-half * 0.95, waist - 0.08), (half * 0.95, waist - 0.08), (narrow * 1.02, top * 0.96),
        (narrow * 0.9, top), (-narrow * 0.9, top), (-narrow * 1.02, top * 0.96),
    ]  # fmt: skip
    pen.face(cabin, shade(color, 0.95), "car", set_back)
    glass = [
        (-half * 0.84, waist + 0.02), (half * 0.84, waist + 0.02), (narrow * 0.9, top * 0.93),
        (-narrow * 0.9, top * 0.93),
    ]  # fmt: skip
    pen.face(glass, GLASS, None, set_back)
    glint = [
        (-half * 0.3, waist + 0.04), (half * 0.1, waist + 0.04), (narrow * 0.35, top * 0.92),
        (-narrow * 0.05, top * 0.92),
    ]  # fmt: skip
    pen.face(glint, shade(GLASS, 1.45), None, set_back)
    deck = [
        (-half, waist - 0.08, 0.0), (half, waist - 0.08, 0.0),
        (half * 0.93, waist, set_back), (-half * 0.93, waist, set_back),
    ]  # fmt: skip
    pen.solid(deck, shade(color, 1.15), "car")
    body = [
        (-half, 0.26), (half, 0.26), (half, waist - 0.16), (half * 0.94, waist - 0.05),
        (-half * 0.94, waist - 0.05), (-half, waist - 0.16),
    ]  # fmt: skip
    pen.face(body, color, "car")
    pen.rect(-half, 0.24, half, 0.44, shade(color, 0.6))
    lamp = rng.choice(((196, 24, 24), (236, 40, 34))) if away else (246, 244, 226)
    for x in (-1.0, 1.0):
        outer, inner = x * half * 0.97, x * half * 0.62
        pen.rect(min(outer, inner), waist - 0.26, max(outer, inner), waist - 0.1, lamp)
        pen.shine(0.9 * outer, waist - 0.18, 0.08 if away else 0.14, lamp)
    if not away:
        pen.rect(-half * 0.5, waist - 0.28, half * 0.5, waist - 0.14, (30, 30, 34))
    pen.rect(-0.25, 0.46, 0.25, 0.57, (232, 230, 220))
