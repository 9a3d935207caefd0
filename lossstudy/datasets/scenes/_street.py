"""Draws what stands and moves in the street, as (depth, painter) pairs."""

from collections.abc import Callable
from random import Random

from lossstudy.datasets.scenes._canvas import Canvas, Pen
from lossstudy.datasets.scenes._cars import paint_car
from lossstudy.datasets.scenes._domain import Domain
from lossstudy.datasets.scenes._furniture import (
    paint_billboard,
    paint_box,
    paint_lamp,
    paint_sign,
    paint_stall,
    paint_traffic_light,
)
from lossstudy.datasets.scenes._layout import Layout, Side
from lossstudy.datasets.scenes._people import paint_animal, paint_person, paint_two_wheeler
from lossstudy.datasets.scenes._plants import paint_tree
from lossstudy.datasets.scenes._vehicles import (
    paint_autorickshaw,
    paint_cart,
    paint_coach,
    paint_truck,
)

FARTHEST = 85.0
Thing = tuple[float, Callable[[], None]]


class Street:
    """Collects the things of one street and paints them from far to near."""

    def __init__(self, canvas: Canvas, rng: Random, domain: Domain, layout: Layout) -> None:
        self.canvas = canvas
        self.rng = rng
        self.domain = domain
        self.layout = layout
        self.things: list[Thing] = []

    def paint(self) -> None:
        """Draw all things, then paint them."""
        for side in self.layout.sides:
            self._furniture(side)
            self._parked(side)
            self._people(side)
        self._traffic()
        self._tram()
        self._crossing()
        for _, painter in sorted(self.things, key=lambda thing: -thing[0]):
            self.canvas.next_object()
            painter()

    def _add(
        self, x: float, z: float, painter: Callable[[Pen], None], size: float, length: float = 0.0
    ) -> None:
        """Queue a painter unless its thing lies beside the picture."""
        pen = Pen(self.canvas, x, z)
        if not pen.outside(size, length):
            self.things.append((z, lambda: painter(pen)))

    def _vehicle(self, kind: str, x: float, z: float, away: bool) -> None:
        """Queue a vehicle of the traffic tables; "nothing" is a gap."""
        if kind == "nothing":
            return
        rng, domain = self.rng, self.domain
        painters: dict[str, tuple[Callable[[Pen], None], float]] = {
            "car": (lambda pen: paint_car(pen, rng, domain, "car", away), 4.0),
            "van": (lambda pen: paint_car(pen, rng, domain, "van", away), 5.0),
            "truck": (lambda pen: paint_truck(pen, rng, domain, away), 8.0),
            "bus": (lambda pen: paint_coach(pen, rng, domain, "bus", away), 11.0),
            "caravan": (lambda pen: paint_coach(pen, rng, domain, "caravan", away), 5.0),
            "trailer": (lambda pen: paint_coach(pen, rng, domain, "trailer", away), 3.0),
            "motorcycle": (self._two_wheeler("motorcycle", True, 0.2), 0.0),
            "motorbike": (self._two_wheeler("motorcycle", False, 0.7), 0.0),
            "cyclist": (self._two_wheeler("bicycle", True, 0.2), 0.0),
            "autorickshaw": (lambda pen: paint_autorickshaw(pen, rng, away), 2.5),
            "cart": (lambda pen: paint_cart(pen, rng, domain), 1.8),
            "animal": (lambda pen: paint_animal(pen, rng), 0.0),
        }
        painter, length = painters[kind]
        self._add(x, z, painter, 1.3, length)

    def _two_wheeler(self, name: str, ridden: bool, sideways: float) -> Callable[[Pen], None]:
        turned = self.rng.random() < sideways
        return lambda pen: paint_two_wheeler(pen, self.rng, self.domain, name, ridden, turned)

    def _furniture(self, side: Side) -> None:
        rng, domain = self.rng, self.domain
        inwards = -float(side.sign)
        z = rng.uniform(*domain.lamp_start)
        step = rng.uniform(*domain.lamp_gap)
        while z < FARTHEST:
            x = side.beyond_kerb(rng.uniform(0.35, 0.7))
            self._add(x, z, lambda pen: paint_lamp(pen, rng, inwards), 2.0)
            z += step
        if rng.random() < domain.chances["trees"]:
            z, step = rng.uniform(6.0, 14.0), rng.uniform(8.0, 14.0)
            while z < FARTHEST:
                x = side.beyond_kerb(rng.uniform(0.7, 1.2))
                self._add(x, z, lambda pen: paint_tree(pen, rng, domain), 2.7)
                z += step
        signs = domain.chances["sign"]
        while rng.random() < signs:
            x = side.beyond_kerb(rng.uniform(0.3, 0.9))
            self._add(x, rng.uniform(7.0, 40.0), lambda pen: paint_sign(pen, rng), 0.6)
            signs *= 0.6
        for _ in range(domain.more_lights):
            x = side.beyond_kerb(0.4)
            self._add(x, rng.uniform(6.0, 22.0), lambda pen: paint_traffic_light(pen, rng), 0.5)
        self._clutter(side)

    def _clutter(self, side: Side) -> None:
        rng, domain = self.rng, self.domain
        if rng.random() < domain.chances["box"]:
            x = side.beyond_kerb(rng.uniform(0.8, 1.4))
            self._add(x, rng.uniform(8.0, 30.0), lambda pen: paint_box(pen, rng), 0.6)
        if rng.random() < domain.chances["billboard"]:
            x = side.beyond_kerb(rng.uniform(1.5, 4.0))
            z = rng.uniform(14.0, 45.0)
            self._add(x, z, lambda pen: paint_billboard(pen, rng, domain), 2.6)
        if rng.random() < domain.chances["stall"]:
            x = side.beyond_kerb(rng.uniform(1.6, 2.6))
            self._add(x, rng.uniform(9.0, 30.0), lambda pen: paint_stall(pen, rng, domain), 1.8)
        if rng.random() < domain.chances["stray animal"]:
            x = side.beyond_kerb(rng.uniform(0.0, 2.0))
            self._add(x, rng.uniform(8.0, 30.0), lambda pen: paint_animal(pen, rng), 1.2)

    def _parked(self, side: Side) -> None:
        rng, domain = self.rng, self.domain
        if not side.parking and rng.random() > domain.chances["parking"]:
            return
        kinds, weights = list(domain.parked), list(domain.parked.values())
        away = (side.sign < 0) == domain.keep_left
        inset = side.parking / 2.0 if side.parking else -1.0
        z = rng.uniform(4.0, 16.0)
        while z < FARTHEST:
            if rng.random() < domain.chances["kerb taken"] and not self.layout.in_crossing(
                z - 2.0, z + 6.0
            ):
                x = side.sign * (side.edge + inset)
                self._vehicle(rng.choices(kinds, weights)[0], x, z, away)
            z += rng.uniform(5.6, 9.0)

    def _people(self, side: Side) -> None:
        rng, domain = self.rng, self.domain
        room = max(1.2, side.sidewalk)
        for _ in range(rng.randint(*domain.people)):
            x = side.beyond_kerb(rng.uniform(0.2, room))
            z = rng.uniform(7.0, 50.0)
            self._add(x, z, lambda pen: paint_person(pen, rng, domain), 0.5)
        if rng.random() < domain.chances["bicycles"]:
            x = side.beyond_kerb(rng.uniform(0.4, 1.0))
            painter = self._two_wheeler("bicycle", False, 0.8)
            for number in range(rng.randint(*domain.bicycles)):
                self._add(x, rng.uniform(7.0, 26.0) + number, painter, 0.9)

    def _traffic(self) -> None:
        rng, domain = self.rng, self.domain
        kinds, weights = list(domain.traffic), list(domain.traffic.values())
        for lane, direction in self.layout.lanes:
            ours = abs(lane - self.layout.ego_lane) < 0.5
            z = rng.uniform(*(domain.own_lane_start if ours else domain.traffic_start))
            while z < FARTHEST:
                x = lane + rng.uniform(-1.0, 1.0) * domain.lane_wander
                self._vehicle(rng.choices(kinds, weights)[0], x, z, direction > 0)
                z += rng.uniform(*domain.traffic_gap)

    def _tram(self) -> None:
        track = self.layout.track
        if track is None or self.rng.random() > self.domain.chances["tram"]:
            return
        away = self.rng.random() < 0.5
        rng, domain = self.rng, self.domain
        self._add(
            sum(track) / 2.0,
            rng.uniform(16.0, 55.0),
            lambda pen: paint_coach(pen, rng, domain, "train", away),
            1.4,
            24.0,
        )

    def _crossing(self) -> None:
        """Lights at the side street, and somebody on it."""
        rng, domain, crossing = self.rng, self.domain, self.layout.crossing
        if crossing is None:
            return
        if rng.random() < domain.chances["traffic light"]:
            for side in self.layout.sides:
                x = side.beyond_kerb(0.4)
                self._add(x, crossing[0] - 1.0, lambda pen: paint_traffic_light(pen, rng), 0.5)
        for _ in range(rng.randint(*domain.crossers)):
            x = rng.uniform(-self.layout.left.edge, self.layout.right.edge)
            self._add(x, crossing[0] - 2.5, lambda pen: paint_person(pen, rng, domain), 0.5)
        if rng.random() < domain.chances["crossing car"]:
            z = (crossing[0] + crossing[1]) / 2.0
            x = rng.uniform(-self.layout.left.edge, self.layout.right.edge)
            self._add(x, z, lambda pen: paint_car(pen, rng, domain, "car", True, True), 2.3)
