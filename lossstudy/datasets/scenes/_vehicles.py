"""Trucks, buses, trams and what else rolls on more than two wheels."""

from random import Random

from lossstudy.datasets.scenes._bodywork import (
    GLASS,
    RUBBER,
    Place,
    paint_panel,
    paint_wheel,
    visible_sides,
)
from lossstudy.datasets.scenes._canvas import Color, Pen, shade
from lossstudy.datasets.scenes._domain import Domain


def paint_truck(pen: Pen, rng: Random, domain: Domain, away: bool) -> None:
    """Paint a truck: a cargo box or an open load, and a cab."""
    half, length, top = rng.uniform(1.1, 1.25), rng.uniform(6.0, 9.0), rng.uniform(2.8, 3.6)
    box, cab = rng.choice(domain.trucks), rng.choice(domain.trucks)
    pen.shadow(half, length)
    cab_length = 2.0
    box_start, box_end = (0.0, length - cab_length - 0.2) if away else (cab_length + 0.2, length)
    cab_start = length - cab_length if away else 0.0
    for place in visible_sides(pen, half, length, False, 1.0):
        chassis = [(0.0, 0.55), (length, 0.55), (length, 1.0), (0.0, 1.0)]
        paint_panel(pen, place, chassis, (46, 46, 48), "truck")
        cargo = [(box_start, 0.95), (box_end, 0.95), (box_end, top), (box_start, top)]
        paint_panel(pen, place, cargo, shade(box, 0.8), "truck")
        _ribs(pen, place, (box_start, box_end), (0.95, top), shade(box, 0.66))
        front = [(cab_start, 0.5), (cab_start + cab_length, 0.5),
                 (cab_start + cab_length, 2.5), (cab_start, 2.5)]  # fmt: skip
        paint_panel(pen, place, front, shade(cab, 0.8), "truck")
        window = [(cab_start + 0.4, 1.6), (cab_start + 1.5, 1.6), (cab_start + 1.4, 2.25),
                  (cab_start + 0.5, 2.25)]  # fmt: skip
        paint_panel(pen, place, window, GLASS, None)
        for t in (1.1, length - 1.2, length / 2.0 if length > 7.5 else 1.1):
            paint_wheel(pen, place, t, 0.48, "truck")
    for x in (-half + 0.25, half - 0.25):
        pen.rect(x - 0.2, 0.0, x + 0.2, 0.9, RUBBER, "truck")
    if not away:
        far = [(-half, 1.0), (half, 1.0), (half, top), (-half, top)]
        pen.face(far, shade(box, 0.9), "truck", cab_length)
        _cab_front(pen, cab, half)
        return
    pen.rect(-half, 0.55, half, 1.0, (54, 52, 52), "truck")
    pen.rect(-half, 0.92, half, top, box, "truck")
    if rng.random() < 0.6:
        pen.rect(-half, 1.6, half, 1.78, rng.choice(domain.trucks))
        pen.rect(-half, 0.95, half, 1.1, (236, 196, 60))
    pen.rect(-0.03, 1.0, 0.03, top - 0.1, shade(box, 0.7))
    for x in (-half + 0.05, half - 0.3):
        pen.rect(x, 0.66, x + 0.25, 0.84, (208, 30, 26))
        pen.shine(x + 0.12, 0.75, 0.08, (208, 30, 26))
    pen.rect(-half, top - 0.1, half, top, shade(box, 0.75))


def _ribs(
    pen: Pen, place: Place, along: tuple[float, float], heights: tuple[float, float], color: Color
) -> None:
    t = along[0] + 0.9
    while t < along[1] - 0.3:
        rib = [(t, heights[0]), (t + 0.08, heights[0]), (t + 0.08, heights[1]), (t, heights[1])]
        paint_panel(pen, place, rib, color, None)
        t += 1.2


def _cab_front(pen: Pen, cab: Color, half: float) -> None:
    pen.rect(-half, 0.45, half, 2.5, cab, "truck")
    glass = [(-half * 0.9, 1.5), (half * 0.9, 1.5), (half * 0.85, 2.3), (-half * 0.85, 2.3)]
    pen.face(glass, GLASS)
    pen.rect(-half * 0.6, 0.9, half * 0.6, 1.35, shade(cab, 0.5))
    pen.rect(-half, 0.45, half, 0.7, (60, 60, 62))
    for x in (-half + 0.08, half - 0.36):
        pen.rect(x, 0.74, x + 0.28, 0.95, (248, 244, 220))
        pen.shine(x + 0.14, 0.85, 0.14, (248, 244, 220))


def paint_coach(pen: Pen, rng: Random, domain: Domain, name: str, away: bool) -> None:
    """Paint a bus, tram or caravan: a long box with a band of windows."""
    half, length, top = {
        "bus": (1.25, 11.0, 3.05), "train": (1.25, 24.0, 3.4), "caravan": (1.1, 5.0, 2.5),
        "trailer": (1.0, 3.4, 1.6),
    }[name]  # fmt: skip
    color = {
        "bus": ((196, 40, 36), (226, 206, 60), (70, 110, 160), (230, 230, 226), (220, 130, 50)),
        "train": ((214, 196, 40), (190, 40, 40), (52, 110, 90), (224, 222, 214)),
        "caravan": ((232, 230, 222), (214, 206, 190)),
        "trailer": ((120, 116, 108), (60, 84, 120)),
    }[name]  # fmt: skip
    body = rng.choice(color)
    windows = name != "trailer"
    low, high = 0.46 * top, 0.84 * top
    pen.shadow(half, length)
    for place in visible_sides(pen, half, length, False, 1.0):
        flank = [(0.0, 0.35), (length, 0.35), (length, top), (0.0, top)]
        paint_panel(pen, place, flank, shade(body, 0.8), name)
        t = 0.35
        while windows and t < length - 1.0:
            pane = [(t, low), (t + 1.15, low), (t + 1.15, high), (t, high)]
            paint_panel(pen, place, pane, GLASS, None)
            t += 1.32
        for wheel in (0.2 * length, 0.78 * length):
            paint_wheel(pen, place, wheel, 0.46 if name != "train" else 0.3, name)
    for x in (-half + 0.22, half - 0.22):
        pen.rect(x - 0.18, 0.0, x + 0.18, 0.6, RUBBER, name)
    front = [
        (-half, 0.32), (half, 0.32), (half, top - 0.2), (half * 0.92, top), (-half * 0.92, top),
        (-half, top - 0.2),
    ]  # fmt: skip
    pen.face(front, body, name)
    if windows:
        low = 0.4 * top if not away else low
        pen.rect(-half * 0.9, low, half * 0.9, high, GLASS)
        pen.rect(-half * 0.5, high + 0.06, half * 0.5, top - 0.1, (34, 34, 36))
        pen.rect(-half * 0.36, high + 0.12, half * 0.3, top - 0.16, (240, 176, 60))
    pen.rect(-half, 0.32, half, 0.55, shade(body, 0.6))
    lamp = (208, 30, 26) if away else (248, 244, 222)
    for x in (-half + 0.08, half - 0.36):
        pen.rect(x, 0.62, x + 0.28, 0.86, lamp)
        pen.shine(x + 0.14, 0.74, 0.08 if away else 0.14, lamp)


def paint_autorickshaw(pen: Pen, rng: Random, away: bool) -> None:
    """Paint a three-wheeled taxi."""
    half, length = 0.66, 2.5
    body = rng.choice(((44, 110, 62), (230, 190, 40), (40, 96, 60)))
    roof = rng.choice(((226, 188, 44), (34, 34, 36), (230, 196, 60)))
    name = "autorickshaw"
    pen.shadow(half, length)
    for place in visible_sides(pen, half, length, False, 1.0):
        flank = [(0.0, 0.3), (length, 0.35), (length, 1.0), (length * 0.82, 1.7), (0.0, 1.7)]
        paint_panel(pen, place, flank, shade(body, 0.75), name)
        door = [(0.7, 0.55), (1.7, 0.55), (1.7, 1.4), (0.7, 1.4)]
        paint_panel(pen, place, door, (40, 38, 38), None)
        canopy = [(0.0, 1.42), (length * 0.86, 1.42), (length * 0.8, 1.75), (0.0, 1.75)]
        paint_panel(pen, place, canopy, shade(roof, 0.8), name)
        paint_wheel(pen, place, 0.45, 0.25, name)
    for x in (-half + 0.12, half - 0.12):
        pen.rect(x - 0.08, 0.0, x + 0.08, 0.4, RUBBER, name)
    shell = [(-half, 0.25), (half, 0.25), (half, 1.35), (half * 0.88, 1.76), (-half * 0.88, 1.76),
             (-half, 1.35)]  # fmt: skip
    pen.face(shell, body, name)
    pen.face([(-half, 1.3), (half, 1.3), (half * 0.88, 1.78), (-half * 0.88, 1.78)], roof, name)
    if away:
        pen.rect(-half * 0.6, 1.05, half * 0.6, 1.32, (50, 52, 56))
        pen.rect(-half * 0.9, 0.3, half * 0.9, 0.5, (226, 190, 50))
    else:
        pen.rect(-half * 0.85, 0.95, half * 0.85, 1.5, GLASS)
        pen.disc(0.0, 0.7, 0.12, 0.12, (250, 244, 214))
    for x in (-half + 0.06, half - 0.2):
        lamp = (208, 36, 30) if away else (246, 200, 90)
        pen.rect(x, 0.62, x + 0.14, 0.78, lamp)
        pen.shine(x + 0.07, 0.7, 0.07, lamp)
    pen.rect(-0.2, 0.34, 0.2, 0.46, (226, 210, 120))


def paint_cart(pen: Pen, rng: Random, domain: Domain) -> None:
    """Paint a hand cart or a tractor's load, which has no class of its own."""
    half, length = rng.uniform(0.6, 0.9), 1.8
    name = "vehicle fallback"
    wood = rng.choice(((120, 88, 56), (96, 104, 110), (70, 96, 120)))
    pen.shadow(half, length)
    for place in visible_sides(pen, half, length, False, 1.0):
        board = [(0.0, 0.55), (length, 0.55), (length, 0.95), (0.0, 0.95)]
        paint_panel(pen, place, board, shade(wood, 0.8), name)
        paint_wheel(pen, place, length / 2.0, 0.36, name)
    for x in (-half, half):
        pen.rect(x - 0.05, 0.0, x + 0.05, 0.7, RUBBER, name)
    pen.rect(-half, 0.55, half, 0.95, wood, name)
    for _ in range(7):
        x, y = rng.uniform(-half * 0.8, half * 0.8), rng.uniform(1.0, 1.3)
        pen.disc(x, y, 0.26, 0.22, rng.choice(domain.clothes), name)
