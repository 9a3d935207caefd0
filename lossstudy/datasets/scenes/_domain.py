"""The two worlds: label ids, colours and how often things appear in each."""

from dataclasses import dataclass

from lossstudy.datasets.scenes._canvas import Color

Range = tuple[float, float]

CITYSCAPES_IDS = {
    "ego vehicle": 1, "out of roi": 3, "static": 4, "dynamic": 5, "ground": 6, "road": 7,
    "sidewalk": 8, "parking": 9, "rail track": 10, "building": 11, "wall": 12, "fence": 13,
    "guard rail": 14, "bridge": 15, "pole": 17, "polegroup": 18, "traffic light": 19,
    "traffic sign": 20, "vegetation": 21, "terrain": 22, "sky": 23, "person": 24, "rider": 25,
    "car": 26, "truck": 27, "bus": 28, "caravan": 29, "trailer": 30, "train": 31,
    "motorcycle": 32, "bicycle": 33,
    # This release has no class of its own for these; they take the one its annotators used.
    "curb": 8, "billboard": 4, "animal": 5, "obstacle": 4,
}  # fmt: skip

IDD_IDS = {
    "road": 0, "parking": 1, "drivable fallback": 2, "sidewalk": 3, "rail track": 4,
    "terrain": 5, "person": 6, "animal": 7, "rider": 8, "motorcycle": 9, "bicycle": 10,
    "autorickshaw": 11, "car": 12, "truck": 13, "bus": 14, "caravan": 15, "trailer": 16,
    "train": 17, "vehicle fallback": 18, "curb": 19, "wall": 20, "fence": 21,
    "guard rail": 22, "billboard": 23, "traffic sign": 24, "traffic light": 25, "pole": 26,
    "polegroup": 27, "obstacle": 28, "building": 29, "bridge": 30, "vegetation": 32, "sky": 33,
    "ego vehicle": 36, "out of roi": 38,
}  # fmt: skip


@dataclass(frozen=True)
class Domain:
    """One world.

    Attributes:
        ids: thing -> raw id in the labels of the release.
        keep_left: traffic drives on the left.
        materials: ground material -> colour.
        facades, leaves, cars, trucks, clothes, skins: palettes.
        skies: (top, horizon) colour pairs.
        visibility: range of the haze length in metres.
        ragged: metres by which the ground's edges wander.
        patches: strength of the stains on the ground.
        holes: the most holes, covers and mended patches in a road.
        verges: what the strip beyond the sidewalk may be.
        floors: range of the number of storeys.
        recess: the most metres by which houses stand back from the building line.
        plot_gap: the most metres between two plots.
        roadside: what stands behind the sidewalk -> weight.
        traffic: what drives on the road -> weight.
        parked: what stands at the kerb -> weight.
        traffic_gap: range of metres between two vehicles of a lane.
        traffic_start, own_lane_start: range of metres to the first vehicle of a lane.
        lamp_start, lamp_gap: range of metres to the first street lamp and between two.
        crossers: range of the number of people on a pedestrian crossing.
        bicycles: range of the number of bicycles in a rack.
        more_lights: traffic lights on each side away from side streets.
        lane_wander: metres by which vehicles leave the middle of their lane.
        people: range of the number of people on each side.
        chances: thing -> probability that a scene, or a side of its road, has it.
        casts: channel gains of the colour cast, from which one blend is drawn.
        gain, gamma: ranges of the exposure.
        relief: factor on the texture of surfaces.
        shadows: whether houses and trees throw shadows on the street.
    """

    name: str
    ids: dict[str, int]
    keep_left: bool
    materials: dict[str, Color]
    facades: tuple[Color, ...]
    leaves: tuple[Color, ...]
    cars: tuple[Color, ...]
    trucks: tuple[Color, ...]
    clothes: tuple[Color, ...]
    skins: tuple[Color, ...]
    skies: tuple[tuple[Color, Color], ...]
    visibility: tuple[float, float]
    ragged: float
    patches: float
    holes: int
    verges: tuple[str, ...]
    floors: tuple[int, int]
    recess: float
    plot_gap: float
    roadside: dict[str, float]
    traffic: dict[str, float]
    parked: dict[str, float]
    traffic_gap: tuple[float, float]
    lane_wander: float
    people: tuple[int, int]
    chances: dict[str, float]
    casts: tuple[tuple[float, float, float], tuple[float, float, float]]
    traffic_start: Range = (4.0, 26.0)
    own_lane_start: Range = (9.0, 30.0)
    lamp_start: Range = (5.0, 22.0)
    lamp_gap: Range = (16.0, 28.0)
    crossers: tuple[int, int] = (0, 4)
    bicycles: tuple[int, int] = (1, 3)
    more_lights: int = 0
    gain: Range = (0.78, 1.18)
    gamma: Range = (0.85, 1.25)
    relief: float = 1.0
    shadows: bool = True


CITY = Domain(
    name="cityscapes",
    ids=CITYSCAPES_IDS,
    keep_left=False,
    materials={
        "road": (88, 90, 94), "sidewalk": (146, 140, 134), "curb": (168, 164, 158),
        "parking": (112, 108, 106), "rail track": (98, 96, 94), "terrain": (104, 124, 66),
        "ground": (136, 130, 120), "grass track": (96, 118, 66),
    },
    facades=(
        (188, 168, 138), (150, 96, 76), (204, 190, 164), (142, 132, 124), (176, 142, 98),
        (122, 84, 70), (168, 166, 162), (206, 200, 188), (154, 128, 104),
    ),
    leaves=((66, 104, 46), (82, 112, 52), (52, 90, 44), (96, 118, 58)),
    cars=(
        (36, 38, 44), (196, 198, 202), (226, 226, 224), (128, 132, 138), (28, 44, 92),
        (146, 28, 30), (60, 66, 74), (40, 74, 62), (92, 96, 100),
    ),
    trucks=(
        (226, 226, 222), (190, 194, 200), (60, 92, 140), (150, 40, 36), (214, 186, 60),
    ),
    clothes=(
        (44, 48, 66), (40, 40, 42), (120, 44, 42), (84, 92, 108), (150, 146, 138),
        (52, 74, 104), (96, 82, 62), (60, 78, 58), (190, 186, 180),
    ),
    skins=((224, 182, 152), (198, 150, 116), (146, 104, 76), (112, 78, 58)),
    skies=(
        ((118, 158, 208), (204, 218, 230)), ((196, 204, 212), (224, 226, 228)),
        ((150, 176, 206), (218, 222, 224)), ((170, 178, 186), (212, 214, 214)),
    ),
    visibility=(130.0, 420.0),
    ragged=0.04,
    patches=0.05,
    holes=3,
    verges=("terrain",),
    floors=(3, 7),
    recess=0.6,
    plot_gap=0.0,
    roadside={
        "building": 6.3, "trees": 3.9, "hedge": 1.3, "wall": 1.15, "fence": 2.1,
        "guard rail": 0.06,
    },
    traffic={
        "car": 8.0, "van": 0.9, "truck": 0.2, "bus": 0.13, "motorcycle": 0.8,
        "cyclist": 0.9,
    },
    parked={
        "car": 9.0, "van": 1.0, "motorbike": 0.5, "truck": 0.03, "trailer": 0.05,
        "caravan": 0.05,
    },
    traffic_gap=(12.0, 42.0),
    lane_wander=0.35,
    people=(2, 9),
    chances={
        "parking": 0.38, "sidewalk": 0.97, "verge": 0.38, "trees": 0.52, "rails": 0.14,
        "side street": 0.55, "lane marks": 0.85, "sign": 0.88, "traffic light": 0.85,
        "bicycles": 0.5, "box": 0.2, "billboard": 0.0, "stall": 0.0, "stray animal": 0.0,
        "crossing car": 0.4, "tram": 0.6, "kerb taken": 0.75, "wide road": 0.25,
        "bridge": 0.015, "wires": 0.0, "bonnet": 1.0, "black border": 1.0,
    },
    casts=((0.97, 1.0, 1.03), (1.04, 1.0, 0.95)),
)  # fmt: skip

INDIA = Domain(
    name="idd",
    ids=IDD_IDS,
    keep_left=True,
    materials={
        "road": (124, 116, 106), "sidewalk": (164, 140, 122), "curb": (206, 190, 98),
        "parking": (140, 128, 112), "rail track": (112, 98, 84), "terrain": (158, 138, 94),
        "drivable fallback": (150, 130, 104), "grass track": (122, 124, 74),
    },
    facades=(
        (222, 182, 96), (206, 120, 108), (126, 176, 182), (232, 224, 206), (194, 176, 150),
        (216, 150, 160), (150, 180, 130), (180, 104, 74), (236, 206, 150), (128, 134, 168),
    ),
    leaves=((96, 118, 56), (84, 108, 62), (120, 130, 68), (74, 98, 50)),
    cars=(
        (232, 232, 228), (214, 214, 212), (170, 172, 172), (150, 34, 34), (50, 54, 60),
        (226, 226, 222), (60, 84, 130), (128, 110, 84),
    ),
    trucks=(
        (206, 120, 40), (190, 60, 44), (60, 96, 150), (210, 170, 60), (90, 120, 84),
    ),
    clothes=(
        (222, 216, 204), (190, 60, 50), (214, 150, 50), (60, 90, 150), (60, 120, 84),
        (150, 60, 120), (60, 60, 70), (120, 100, 80), (236, 236, 230),
    ),
    skins=((168, 122, 90), (146, 104, 76), (112, 78, 58)),
    skies=(
        ((168, 186, 204), (226, 222, 210)), ((206, 208, 206), (230, 224, 210)),
        ((136, 170, 206), (220, 220, 212)), ((210, 200, 180), (232, 220, 198)),
    ),
    visibility=(70.0, 200.0),
    ragged=0.22,
    patches=0.1,
    holes=7,
    verges=("terrain", "drivable fallback"),
    floors=(2, 4),
    recess=2.5,
    plot_gap=4.0,
    roadside={
        "building": 6.2, "trees": 4.4, "hedge": 2.2, "wall": 1.4, "fence": 1.0,
        "guard rail": 0.35, "stall": 0.8, "open": 0.9,
    },
    traffic={
        "car": 3.4, "van": 0.4, "truck": 0.6, "bus": 0.5, "motorcycle": 7.4, "cyclist": 1.2,
        "autorickshaw": 1.9, "cart": 0.35, "animal": 0.5,
    },
    parked={
        "car": 2.6, "motorbike": 2.4, "autorickshaw": 1.0, "truck": 0.12, "cart": 0.5,
        "trailer": 0.1, "caravan": 0.05,
    },
    traffic_gap=(9.0, 32.0),
    lane_wander=1.05,
    people=(1, 9),
    chances={
        "parking": 0.34, "sidewalk": 0.26, "verge": 0.6, "trees": 0.7, "rails": 0.02,
        "side street": 0.3, "lane marks": 0.45, "sign": 0.6, "traffic light": 0.19,
        "bicycles": 0.12, "box": 0.3, "billboard": 0.3, "stall": 0.25, "stray animal": 0.14,
        "crossing car": 0.4, "tram": 0.6, "kerb taken": 0.75, "wide road": 0.25,
        "bridge": 0.1, "wires": 0.6, "bonnet": 0.35, "black border": 0.0,
    },
    casts=((0.98, 1.0, 0.99), (1.06, 1.0, 0.89)),
)  # fmt: skip

DOMAINS = {domain.name: domain for domain in (CITY, INDIA)}
