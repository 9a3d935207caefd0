"""People on foot and on two wheels, and animals."""

import math
from random import Random

from lossstudy.datasets.scenes._canvas import Color, Pen, Point, shade
from lossstudy.datasets.scenes._domain import Domain

HAIR: tuple[Color, ...] = ((38, 30, 26), (60, 44, 32), (120, 92, 60), (30, 28, 30))
RUBBER: Color = (26, 26, 28)


def paint_person(pen: Pen, rng: Random, domain: Domain) -> None:
    """Paint somebody who stands or walks."""
    height = rng.uniform(1.55, 1.85) if rng.random() < 0.88 else rng.uniform(1.0, 1.4)
    k = height / 1.75
    stride = rng.uniform(0.03, 0.28) * k
    turn = rng.choice((-1.0, 1.0))
    shirt, trousers = rng.choice(domain.clothes), shade(rng.choice(domain.clothes), 0.7)
    skin = rng.choice(domain.skins)
    pen.shadow(0.25, 0.3)
    hip, shoulder = 0.88 * k, 1.43 * k
    legs = ((-stride, -0.06 * k), (stride, 0.06 * k))
    for number, (foot, side) in enumerate(legs):
        tone = shade(trousers, 0.85 if number == 0 else 1.0)
        knee = ((foot + side) * 0.55 + 0.05 * turn, 0.46 * k)
        pen.stroke([(side, hip), knee, (foot, 0.05)], 0.17 * k, tone, "person")
        shoe = (foot + 0.06 * turn, 0.05)
        pen.stroke([(foot, 0.05), shoe], 0.1 * k, (34, 30, 30), "person")
    if rng.random() < 0.18:  # a skirt or a sari
        hem = [(-0.15 * k, hip), (0.15 * k, hip), (0.26 * k, 0.35 * k), (-0.26 * k, 0.35 * k)]
        pen.face(hem, trousers, "person")
    swing = rng.uniform(0.02, 0.3) * k
    for side in (-1.0, 1.0):
        hand = (side * 0.22 * k + side * swing * turn * 0.6, 0.8 * k)
        elbow = (side * 0.27 * k, 1.1 * k)
        arm = [(side * 0.19 * k, shoulder - 0.05), elbow, hand]
        pen.stroke(arm, 0.11 * k, shade(shirt, 0.82), "person")
    torso = [
        (-0.15 * k, hip - 0.05), (0.15 * k, hip - 0.05), (0.22 * k, shoulder - 0.06),
        (0.12 * k, shoulder + 0.05), (-0.12 * k, shoulder + 0.05), (-0.22 * k, shoulder - 0.06),
    ]  # fmt: skip
    pen.face(torso, shirt, "person")
    lit = [(0.02, hip), (0.14 * k, hip), (0.2 * k, shoulder - 0.06), (0.05, shoulder)]
    pen.face(lit, shade(shirt, 1.15))
    _head(pen, rng, (0.02 * turn, shoulder + 0.19 * k), skin, "person")
    if rng.random() < 0.25:
        side = rng.choice((-1.0, 1.0))
        bag = shade(rng.choice(domain.clothes), 0.8)
        x = side * 0.3 * k
        pen.rect(x - 0.11, 0.62 * k, x + 0.11, 0.92 * k, bag, "person")


def _head(pen: Pen, rng: Random, at: Point, skin: Color, name: str) -> None:
    x, y = at
    pen.disc(x, y + 0.03, 0.12, 0.15, rng.choice(HAIR), name)
    pen.disc(x, y - 0.02, 0.095, 0.115, skin, name)


def paint_two_wheeler(
    pen: Pen, rng: Random, domain: Domain, name: str, ridden: bool, sideways: bool
) -> None:
    """Paint a motorcycle or bicycle; `ridden` adds the rider, a class of its own."""
    if sideways:
        _sideways(pen, rng, domain, name, ridden)
    else:
        _endways(pen, rng, domain, name, ridden)


def _wheel(pen: Pen, x: float, radius: float, name: str) -> None:
    """A wheel seen from its side, with the ground showing through a bicycle's spokes."""
    ring = [
        (x + radius * math.cos(step * math.pi / 6), radius + radius * math.sin(step * math.pi / 6))
        for step in range(13)
    ]
    if name == "motorcycle":
        pen.disc(x, radius, radius, radius, RUBBER, name)
        pen.disc(x, radius, radius * 0.5, radius * 0.5, (120, 120, 122))
        return
    pen.stroke(ring, 0.06, RUBBER, name)
    pen.disc(x, radius, 0.05, 0.05, (130, 130, 130), name)


def _sideways(pen: Pen, rng: Random, domain: Domain, name: str, ridden: bool) -> None:
    way = rng.choice((-1.0, 1.0))
    motor = name == "motorcycle"
    radius = 0.31 if motor else 0.34
    color = rng.choice(domain.cars if motor else domain.clothes)
    pen.shadow(0.8, 0.3)
    for x in (-0.62, 0.62):
        _wheel(pen, x * way, radius, name)
    bar = 0.24 if motor else 0.07
    frame = [(-0.62, radius), (-0.1, 0.42), (0.4, 0.78), (0.62, radius)]
    pen.stroke([(x * way, y) for x, y in frame], bar * 0.7, shade(color, 0.7), name)
    pen.stroke([(-0.62 * way, radius), (-0.25 * way, 0.82)], 0.07, shade(color, 0.7), name)
    pen.stroke([(-0.25 * way, 0.78), (0.42 * way, 0.8)], bar, color, name)
    pen.stroke([(0.45 * way, 0.75), (0.36 * way, 1.04), (0.24 * way, 1.06)], 0.06, RUBBER, name)
    if motor:
        body = [(-0.7, 0.62), (-0.66, 0.86), (-0.1, 0.84), (0.3, 0.98), (0.5, 0.74), (0.0, 0.5)]
        pen.face([(x * way, y) for x, y in body], color, name)
        seat = [(-0.66, 0.84), (-0.6, 0.94), (0.0, 0.92), (0.0, 0.84)]
        pen.face([(x * way, y) for x, y in seat], RUBBER, name)
        pen.disc(-0.05 * way, 0.42, 0.2, 0.16, (90, 90, 94), name)
    else:
        pen.rect(-0.34 * way - 0.1, 0.86, -0.34 * way + 0.1, 0.92, RUBBER, name)
    if ridden:
        _rider_sideways(pen, rng, domain, way)


def _rider_sideways(pen: Pen, rng: Random, domain: Domain, way: float) -> None:
    shirt, trousers = rng.choice(domain.clothes), shade(rng.choice(domain.clothes), 0.7)
    skin = rng.choice(domain.skins)
    leg = [(-0.25, 0.95), (0.14, 0.82), (0.05, 0.36)]
    pen.stroke([(x * way, y) for x, y in leg], 0.18, trousers, "rider")
    torso = [(-0.4, 0.88), (-0.1, 0.86), (0.16, 1.42), (-0.02, 1.52), (-0.2, 1.46)]
    pen.face([(x * way, y) for x, y in torso], shirt, "rider")
    arm = [(0.0, 1.4), (0.14, 1.12), (0.36, 1.06)]
    pen.stroke([(x * way, y) for x, y in arm], 0.11, shade(shirt, 0.8), "rider")
    _head(pen, rng, (0.08 * way, 1.66), skin, "rider")
    if rng.random() < 0.6:
        pen.disc(0.06 * way, 1.72, 0.14, 0.12, rng.choice(domain.cars), "rider")


def _endways(pen: Pen, rng: Random, domain: Domain, name: str, ridden: bool) -> None:
    motor = name == "motorcycle"
    color = rng.choice(domain.cars if motor else domain.clothes)
    wide = 0.13 if motor else 0.06
    pen.shadow(0.3, 1.4)
    pen.rect(-wide / 2, 0.0, wide / 2, 0.66, RUBBER, name)
    pen.stroke([(-0.3, 1.02), (0.3, 1.02)], 0.06, RUBBER, name)
    if motor:
        body = [(-0.16, 0.42), (0.16, 0.42), (0.2, 0.82), (0.12, 1.0), (-0.12, 1.0), (-0.2, 0.82)]
        pen.face(body, color, name)
        tail = rng.choice(((210, 30, 26), (250, 244, 220)))
        pen.disc(0.0, 0.84, 0.07, 0.06, tail)
        pen.shine(0.0, 0.84, 0.07, tail)
        pen.rect(-0.09, 0.54, 0.09, 0.64, (214, 206, 160))
    else:
        pen.stroke([(0.0, 0.6), (0.0, 0.95)], 0.07, color, name)
    if ridden:
        _rider_endways(pen, rng, domain)


def _rider_endways(pen: Pen, rng: Random, domain: Domain) -> None:
    shirt, trousers = rng.choice(domain.clothes), shade(rng.choice(domain.clothes), 0.7)
    skin = rng.choice(domain.skins)
    for side in (-1.0, 1.0):
        leg = [(side * 0.1, 0.92), (side * 0.25, 0.72), (side * 0.16, 0.3)]
        pen.stroke(leg, 0.16, shade(trousers, 0.9), "rider")
        arm = [(side * 0.2, 1.4), (side * 0.32, 1.2), (side * 0.28, 1.03)]
        pen.stroke(arm, 0.11, shade(shirt, 0.82), "rider")
    torso = [
        (-0.17, 0.85), (0.17, 0.85), (0.24, 1.38), (0.12, 1.5), (-0.12, 1.5), (-0.24, 1.38),
    ]  # fmt: skip
    pen.face(torso, shirt, "rider")
    pen.face([(0.02, 0.9), (0.16, 0.9), (0.22, 1.38), (0.06, 1.46)], shade(shirt, 1.14))
    _head(pen, rng, (0.0, 1.65), skin, "rider")
    if rng.random() < 0.6:
        pen.disc(0.0, 1.71, 0.14, 0.12, rng.choice(domain.cars), "rider")


def paint_animal(pen: Pen, rng: Random) -> None:
    """Paint a cow or a dog, seen from its side."""
    k = rng.choice((1.0, 1.0, 0.9, 0.45))
    way = rng.choice((-1.0, 1.0)) * k
    color = rng.choice(((226, 218, 204), (120, 84, 56), (60, 52, 48), (196, 168, 130)))
    dark = shade(color, 0.75)
    pen.shadow(0.8 * k, 0.4)
    for x in (-0.58, -0.42, 0.46, 0.6):
        tone = color if x in (-0.58, 0.6) else dark
        pen.stroke([(x * way, 0.7 * k), (x * way, 0.02)], 0.14 * k, tone, "animal")
    body = [
        (-0.78, 0.95), (-0.7, 1.24), (-0.2, 1.26), (0.35, 1.36), (0.62, 1.28), (0.74, 0.9),
        (0.4, 0.6), (-0.5, 0.62),
    ]  # fmt: skip
    pen.face([(x * way, y * k) for x, y in body], color, "animal")
    pen.face([(x * way, y * k) for x, y in body[-4:]], dark)
    neck = [(0.5, 1.28), (0.86, 1.46), (1.0, 1.26), (0.7, 0.95)]
    pen.face([(x * way, y * k) for x, y in neck], color, "animal")
    muzzle = [(0.82, 1.48), (1.06, 1.42), (1.26, 1.1), (1.12, 1.02), (0.9, 1.22)]
    pen.face([(x * way, y * k) for x, y in muzzle], shade(color, 0.9), "animal")
    pen.stroke([(0.88 * way, 1.46 * k), (0.8 * way, 1.64 * k)], 0.05 * k, dark, "animal")
    pen.stroke([(-0.76 * way, 1.18 * k), (-0.88 * way, 0.6 * k)], 0.05 * k, dark, "animal")
