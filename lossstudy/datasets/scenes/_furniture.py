"""Poles, lights, signs, billboards, stalls and wires."""

from random import Random

from lossstudy.datasets.scenes._canvas import Canvas, Color, Pen, mix, shade
from lossstudy.datasets.scenes._domain import Domain

STEEL: tuple[Color, ...] = ((120, 122, 122), (92, 96, 94), (150, 150, 146), (72, 76, 74))


def _pole(pen: Pen, top: float, radius: float, color: Color) -> None:
    pen.rect(-radius, 0.0, radius, top, color, "pole")
    pen.rect(0.0, 0.0, radius, top, shade(color, 0.7))


def paint_lamp(pen: Pen, rng: Random, inwards: float) -> None:
    """Paint a street lamp; `inwards` is -1 or 1, the side its arm reaches to."""
    top, color = rng.uniform(6.0, 8.5), rng.choice(STEEL)
    _pole(pen, top, rng.uniform(0.07, 0.11), color)
    arm = [(0.0, top), (inwards * 0.8, top + 0.3), (inwards * 1.9, top + 0.35)]
    pen.stroke(arm, 0.09, color, "pole")
    lamp = inwards * 1.9
    pen.rect(lamp - 0.3, top + 0.22, lamp + 0.3, top + 0.42, (206, 204, 190), "pole")
    pen.shine(lamp, top + 0.32, 0.3, (255, 206, 140))


def paint_traffic_light(pen: Pen, rng: Random) -> None:
    """Paint a traffic light on a pole."""
    _pole(pen, 3.4, 0.08, rng.choice(STEEL))
    base = rng.uniform(2.4, 2.9)
    pen.rect(-0.24, base, 0.24, base + 1.1, (26, 28, 28), "traffic light")
    lit = rng.randrange(3)
    lamps = ((60, 226, 130), (250, 190, 50), (244, 44, 36))
    for number, lamp in enumerate(lamps):
        color = lamp if number == lit else shade(lamp, 0.22)
        pen.disc(0.0, base + 0.2 + 0.33 * number, 0.14, 0.14, color)
    pen.shine(0.0, base + 0.2 + 0.33 * lit, 0.14, lamps[lit])


def paint_sign(pen: Pen, rng: Random) -> None:
    """Paint a traffic sign on a pole."""
    top = rng.uniform(2.2, 3.1)
    _pole(pen, top, 0.045, rng.choice(STEEL))
    size = rng.uniform(0.32, 0.46)
    kind = rng.choice(("ban", "warning", "parking", "name", "yield"))
    red, white, blue = (206, 34, 36), (238, 238, 232), (36, 82, 170)
    name = "traffic sign"
    if kind == "ban":
        pen.disc(0.0, top, size, size, red, name)
        pen.disc(0.0, top, size * 0.7, size * 0.7, white)
    elif kind == "parking":
        pen.rect(-size, top - size, size, top + size, blue, name)
        pen.rect(-size * 0.4, top - size * 0.6, -size * 0.15, top + size * 0.6, white)
        pen.disc(0.05, top + size * 0.25, size * 0.35, size * 0.35, white)
    elif kind == "name":
        color = rng.choice((blue, (232, 196, 40), (36, 110, 70)))
        pen.rect(-size * 1.7, top - size * 0.6, size * 1.7, top + size * 0.6, color, name)
        pen.rect(-size * 1.3, top - size * 0.12, size * 1.2, top + size * 0.1, white)
    else:
        up = 1.0 if kind == "warning" else -1.0
        for scale, color, part in ((1.2, red, name), (0.72, white, None)):
            s = size * scale
            pen.face([(-s, top - s * 0.7 * up), (s, top - s * 0.7 * up), (0.0, top + s * up)],
                     color, part)  # fmt: skip


def paint_billboard(pen: Pen, rng: Random, domain: Domain) -> None:
    """Paint a hoarding on two legs."""
    half, low, high = rng.uniform(1.3, 2.6), rng.uniform(2.6, 3.6), rng.uniform(4.8, 6.2)
    for x in (-half * 0.6, half * 0.6):
        pen.rect(x - 0.08, 0.0, x + 0.08, low, (96, 92, 88), "pole")
    color = rng.choice(domain.facades[:6] + domain.cars[3:6])
    pen.rect(-half, low, half, high, color, "billboard")
    accent = rng.choice(((240, 236, 226), (200, 40, 50), (36, 70, 140), (240, 200, 60)))
    pen.rect(-half * 0.85, high - 0.9, half * 0.4, high - 0.4, accent)
    pen.rect(-half * 0.85, low + 0.4, half * 0.1, low + 0.75, shade(accent, 0.85))
    pen.disc(half * 0.55, (low + high) / 2.0, half * 0.25, (high - low) * 0.28, accent)


def paint_stall(pen: Pen, rng: Random, domain: Domain) -> None:
    """Paint a market stall or kiosk under a cloth."""
    half = rng.uniform(0.9, 1.6)
    wood, cloth = rng.choice(domain.facades), rng.choice(domain.clothes)
    pen.rect(-half, 0.0, half, 2.0, shade(wood, 0.5), "obstacle")
    pen.rect(-half, 0.0, half, 0.9, shade(wood, 0.85), "obstacle")
    for number in range(6):
        x = -half + half * (number + 0.5) / 3.0
        pen.disc(x, 0.98, 0.16, 0.13, rng.choice(domain.clothes), "obstacle")
    roof = [(-half * 1.25, 1.95), (half * 1.25, 1.95), (half * 0.2, 2.7), (-half * 0.2, 2.7)]
    pen.face(roof, cloth, "obstacle")
    pen.face([(0.0, 1.95), (half * 0.6, 1.95), (0.1, 2.7)], shade(cloth, 1.2))


def paint_box(pen: Pen, rng: Random) -> None:
    """Paint a bin or a cabinet at the roadside."""
    half, top = rng.uniform(0.25, 0.5), rng.uniform(0.8, 1.4)
    color = rng.choice(((70, 84, 72), (120, 120, 118), (52, 66, 90), (200, 170, 50)))
    pen.rect(-half, 0.0, half, top, color, "obstacle")
    pen.rect(-half, top - 0.14, half, top, shade(color, 0.7))


def paint_wires(canvas: Canvas, rng: Random, x: float, top: float) -> None:
    """Paint sagging cables along the street; too thin to be labelled."""
    project = canvas.camera.project
    for number in range(rng.randint(2, 4)):
        height = top - 0.35 * number
        for near in (4.0, 16.0, 28.0, 40.0, 52.0, 64.0, 76.0):
            span = [
                project(x, height - 0.9 * (1.0 - (2.0 * t - 1.0) ** 2), near + 12.0 * t)
                for t in (0.0, 0.25, 0.5, 0.75, 1.0)
            ]
            canvas.line(span, 0.003, mix((40, 40, 42), canvas.haze, canvas.veil(near) * 0.5))
