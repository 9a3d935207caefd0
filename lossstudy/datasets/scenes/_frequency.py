"""Changes how often classes appear: from one world to another, before anything is drawn."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from lossstudy.datasets.scenes._domain import Domain, Range
from lossstudy.datasets.scenes._settings import SceneSettings

SHOWN = {  # what the tables of a world place -> the classes it shows, its own first
    "car": ("car",), "van": ("car",), "truck": ("truck",), "bus": ("bus",),
    "caravan": ("caravan",), "trailer": ("trailer",), "motorcycle": ("motorcycle", "rider"),
    "motorbike": ("motorcycle",), "cyclist": ("bicycle", "rider"),
    "autorickshaw": ("autorickshaw",), "cart": ("vehicle fallback",), "animal": ("animal",),
    "building": ("building",), "trees": ("vegetation",), "hedge": ("vegetation",),
    "wall": ("wall",), "fence": ("fence",), "guard rail": ("guard rail",),
    "stall": ("obstacle",), "open": ("terrain",),
}  # fmt: skip
CHANCE_OF = {  # chance of a world -> the class it places
    "sidewalk": "sidewalk", "verge": "terrain", "trees": "vegetation", "sign": "traffic sign",
    "traffic light": "traffic light", "bicycles": "bicycle", "box": "obstacle",
    "billboard": "billboard", "stall": "obstacle", "stray animal": "animal", "bridge": "bridge",
    "crossing car": "car",
}  # fmt: skip
SHARES = {  # domain -> share of the pixels of each evaluated class in its natural street, %
    "cityscapes": {
        "road": 33.0, "sidewalk": 5.4, "building": 16.0, "wall": 0.56, "fence": 0.61, "pole": 2.8,
        "traffic light": 0.2, "traffic sign": 0.6, "vegetation": 14.0, "terrain": 0.83,
        "sky": 8.0, "person": 1.4, "rider": 0.16, "car": 7.7, "truck": 0.34, "bus": 0.24,
        "train": 0.11, "motorcycle": 0.11, "bicycle": 0.45,
    },
    "idd": {
        "road": 38.0, "parking": 1.2, "drivable fallback": 0.94, "sidewalk": 1.5,
        "terrain": 3.4, "person": 1.4, "animal": 0.18, "rider": 0.76,
        "motorcycle": 0.69, "bicycle": 0.13, "autorickshaw": 0.94,
        "car": 3.1, "truck": 0.65, "bus": 0.53, "train": 0.025, "vehicle fallback": 0.21,
        "curb": 0.27, "wall": 1.1, "fence": 0.42, "guard rail": 0.088, "billboard": 0.58,
        "traffic sign": 0.37, "traffic light": 0.028, "pole": 2.6, "obstacle": 1.1,
        "building": 12.0, "bridge": 0.52, "vegetation": 18.0, "sky": 9.0,
    },
}  # fmt: skip
TRACKS = 0.85  # chance of tram rails in a world that wants as many trams as it can have
MOST_PEOPLE = 24  # on one side of a street
MOST_BICYCLES = 8  # in one rack
MOST_LIGHTS = 4  # away from side streets, on one side
CLOSEST = (6.0, 14.0)  # metres between the vehicles of a full lane
FIRST = (4.0, 12.0)  # metres to the first of them
LAMPS_APART = 6.0  # metres at least

Factor = Callable[..., float]


def adjusted(domain: Domain, settings: SceneSettings) -> Domain:
    """Return the world with its classes as frequent as the settings say."""
    if settings.imbalance == 1.0 and not settings.class_factors:
        return domain
    natural = settings.imbalance == 1.0
    aims = {} if natural else _aims(SHARES[domain.name], settings.imbalance)
    asked = dict(settings.class_factors)

    def factor(*classes: str) -> float:
        return aims.get(classes[0], 1.0) * math.prod(asked.get(name, 1.0) for name in classes)

    traffic, flow = _table(domain.traffic, factor)
    parked, parking = _table(domain.parked, factor)
    roadside = {kind: w * factor(*SHOWN[kind]) for kind, w in domain.roadside.items()}
    if not any(roadside.values()):
        roadside = {"open": 1.0}
    poles, lights = factor("pole"), factor("traffic light")
    return replace(
        domain,
        roadside=roadside,
        traffic=traffic,
        traffic_gap=_closer(domain.traffic_gap, flow, CLOSEST),
        traffic_start=_closer(domain.traffic_start, flow, FIRST),
        own_lane_start=_closer(domain.own_lane_start, flow, FIRST),
        parked=parked,
        lamp_start=_spread(domain.lamp_start, poles),
        lamp_gap=_spread(domain.lamp_gap, poles),
        people=_count(domain.people, factor("person"), MOST_PEOPLE),
        crossers=_count(domain.crossers, factor("person"), MOST_PEOPLE),
        bicycles=_count(domain.bicycles, factor("bicycle"), MOST_BICYCLES),
        more_lights=min(MOST_LIGHTS, max(0, round(0.5 * (lights - 1.0)))),
        chances=domain.chances | _chances(domain, factor, aims, parking),
    )


def _aims(shares: Mapping[str, float], imbalance: float) -> dict[str, float]:
    """Class -> factor that turns its natural share p into p^i / sum(p^i)."""
    whole = sum(shares.values())
    natural = {name: share / whole for name, share in shares.items()}
    powers = sum(share**imbalance for share in natural.values())
    return {name: share ** (imbalance - 1.0) / powers for name, share in natural.items()}


def _chances(
    domain: Domain, factor: Factor, aims: Mapping[str, float], parking: float
) -> dict[str, float]:
    """The chances that differ; a chance of signs may exceed 1, for more than one is drawn."""
    chances = {name: domain.chances[name] * factor(shown) for name, shown in CHANCE_OF.items()}
    train = factor("train")
    rails = domain.chances["rails"]
    more_rails = min(TRACKS, rails * max(1.0, train))
    chances["rails"] = more_rails
    chances["tram"] = domain.chances["tram"] * train * rails / more_rails
    chances["kerb taken"] = domain.chances["kerb taken"] * max(1.0, parking)
    chances["wide road"] = domain.chances["wide road"] * aims.get("road", 1.0)
    signs = chances.pop("sign")
    return {name: min(1.0, chance) for name, chance in chances.items()} | {"sign": signs}


def _table(weights: Mapping[str, float], factor: Factor) -> tuple[dict[str, float], float]:
    """A table of what is placed, and how many times more of it; a thinner one leaves gaps."""
    found = {kind: weight * factor(*SHOWN[kind]) for kind, weight in weights.items()}
    before, after = sum(weights.values()), sum(found.values())
    if after < before:
        found["nothing"] = before - after
    return found, after / before


def _closer(metres: Range, more: float, closest: Range) -> Range:
    """A range of distances in denser traffic, no closer than that; thinner traffic keeps it."""
    low, high = (max(least, d / max(1.0, more)) for d, least in zip(metres, closest, strict=True))
    return min(low, metres[0]), min(high, metres[1])


def _spread(metres: Range, more: float) -> Range:
    """A range of distances between things of which there are `more` times as many."""
    if more == 1.0:
        return metres
    low, high = (max(LAMPS_APART, d / max(more, 0.01)) for d in metres)
    return low, high


def _count(numbers: tuple[int, int], more: float, most: int) -> tuple[int, int]:
    """A range of numbers of which there are `more` times as many, up to `most`."""
    low, high = (min(max(most, number), round(number * more)) for number in numbers)
    return low, high
