"""The plan of a street: where its bands, lanes and side streets lie."""

from dataclasses import dataclass
from random import Random

from lossstudy.datasets.scenes._domain import Domain


@dataclass(frozen=True)
class Side:
    """One side of the road, all distances in metres outwards from the road's edge.

    `sign` is -1 for the left and 1 for the right side; `edge` is the road's half width there.
    """

    sign: int
    edge: float
    parking: float
    sidewalk: float
    verge: float
    verge_name: str

    @property
    def kerb(self) -> float:
        """World x of the inner edge of the sidewalk."""
        return self.sign * (self.edge + self.parking)

    def beyond_kerb(self, metres: float) -> float:
        """World x of a point `metres` outwards from the kerb."""
        return self.kerb + self.sign * metres

    @property
    def front(self) -> float:
        """World x of the line on which buildings stand."""
        return self.beyond_kerb(self.sidewalk + self.verge)


@dataclass(frozen=True)
class Layout:
    """A street: its two sides, lanes as (x, direction), rails, side street and lane marks.

    A direction of 1 drives away from the camera. `crossing` is the (near, far) depth of a side
    street. `track` is the x range of tram rails.
    """

    left: Side
    right: Side
    lanes: tuple[tuple[float, int], ...]
    ego_lane: float
    track: tuple[float, float] | None
    track_material: str
    crossing: tuple[float, float] | None
    marked: bool

    @property
    def sides(self) -> tuple[Side, Side]:
        """Left and right side."""
        return self.left, self.right

    def in_crossing(self, near: float, far: float) -> bool:
        """Whether the depth range touches the side street."""
        return self.crossing is not None and near < self.crossing[1] and far > self.crossing[0]


def _side(rng: Random, domain: Domain, sign: int, edge: float) -> Side:
    parking = rng.uniform(2.1, 2.5) if rng.random() < 0.55 * domain.chances["parking"] else 0.0
    sidewalk = rng.uniform(1.7, 4.2) if rng.random() < domain.chances["sidewalk"] else 0.0
    verge = rng.uniform(0.8, 3.4) if rng.random() < domain.chances["verge"] else 0.0
    return Side(sign, edge, parking, sidewalk, verge, rng.choice(domain.verges))


def draw_layout(rng: Random, domain: Domain) -> Layout:
    """Draw the plan of a street."""
    lane_width = rng.uniform(3.0, 3.6)
    wide = domain.chances["wide road"]
    lanes_each_way = rng.choices((1, 2), (1.0 - wide, wide))[0]
    shoulder = rng.uniform(0.2, 1.0)
    half = lane_width * lanes_each_way + shoulder
    ours = -1 if domain.keep_left else 1
    lanes = [
        (direction * ours * lane_width * (number + 0.5), direction)
        for number in range(lanes_each_way)
        for direction in (1, -1)
    ]
    track: tuple[float, float] | None = None
    if rng.random() < domain.chances["rails"]:
        inner = -ours * rng.uniform(0.2, 0.6)
        track = (min(inner, inner - ours * 2.9), max(inner, inner - ours * 2.9))
    crossing = None
    if rng.random() < domain.chances["side street"]:
        start = rng.uniform(11.0, 40.0)
        crossing = (start, start + rng.uniform(6.0, 11.0))
    return Layout(
        left=_side(rng, domain, -1, half + rng.uniform(0.0, 0.6)),
        right=_side(rng, domain, 1, half + rng.uniform(0.0, 0.6)),
        lanes=tuple(lanes),
        ego_lane=ours * lane_width * (lanes_each_way - rng.choice((0.5, lanes_each_way - 0.5))),
        track=track,
        track_material=rng.choice(("rail track", "grass track")),
        crossing=crossing,
        marked=rng.random() < domain.chances["lane marks"],
    )
