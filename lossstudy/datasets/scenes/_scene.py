"""Composes one scene."""

from dataclasses import dataclass, replace
from random import Random

import numpy as np

from lossstudy.datasets.scenes._buildings import paint_bridge, paint_skyline
from lossstudy.datasets.scenes._camera import draw_camera
from lossstudy.datasets.scenes._canvas import OBJECT, OVERSAMPLING, Canvas
from lossstudy.datasets.scenes._domain import DOMAINS, Domain
from lossstudy.datasets.scenes._frequency import adjusted
from lossstudy.datasets.scenes._furniture import paint_wires
from lossstudy.datasets.scenes._ground import paint_ground, paint_marks
from lossstudy.datasets.scenes._layout import draw_layout
from lossstudy.datasets.scenes._mistakes import mistake
from lossstudy.datasets.scenes._photo import develop
from lossstudy.datasets.scenes._roadside import paint_roadside
from lossstudy.datasets.scenes._settings import NATURAL, SceneSettings
from lossstudy.datasets.scenes._sky import paint_sky
from lossstudy.datasets.scenes._street import Street
from lossstudy.datasets.scenes._weather import in_weather, wet_or_dark

COUNTED = (
    "person", "rider", "car", "truck", "bus", "caravan", "trailer", "train", "motorcycle",
    "bicycle",
)  # fmt: skip
"""Classes of which Cityscapes tells instances apart."""


def find_domain(name: str) -> Domain:
    """Look a domain up by name.

    Raises:
        ValueError: if there is no such domain.
    """
    if name not in DOMAINS:
        raise ValueError(f"domain must be one of {sorted(DOMAINS)}, got {name!r}")
    return DOMAINS[name]


def check_size(size: tuple[int, int]) -> None:
    """Accept a picture size of at least one pixel.

    Raises:
        ValueError: if the height or the width is not positive.
    """
    if min(size) < 1:
        raise ValueError(f"size must be a positive (height, width), got {size}")


@dataclass(frozen=True)
class Scene:
    """One scene with its exact labels.

    Attributes:
        image: The picture, uint8 (height, width, 3).
        codes: `OBJECT` = 256 times the number of the object that a pixel shows plus the raw id
            of its class, int32 (height, width); ground, sky and skyline have the number 0.
        domain: Whose ids they are.
        index: Number of the scene.
    """

    image: np.ndarray
    codes: np.ndarray
    domain: Domain
    index: int

    @property
    def labels(self) -> np.ndarray:
        """Raw ids in the `id` encoding of the release, uint8 (height, width)."""
        return self.codes.astype(np.uint8)

    def instance_ids(self) -> np.ndarray:
        """Return the instances as the release encodes them, uint16 (height, width).

        A pixel of a class with instances holds 1000 times its id plus the number of its object
        within the class, from 0 in the order of painting, which is from far to near; any other
        pixel holds its id.
        """
        ids = self.codes % OBJECT
        found = ids.astype(np.uint16)
        for value in {self.domain.ids[name] for name in COUNTED}:
            shown = ids == value
            _, number = np.unique(self.codes[shown], return_inverse=True)
            found[shown] = 1000 * value + number
        return found

    def mislabelled(self, share: float) -> "Scene":
        """Return the scene with an expected share of its labelled pixels wrong.

        Outlines sway by up to a few percent of the height; then objects as a whole, houses and
        other pieces of the roadside, and patches of ground and sky take a class they may be
        confused with, at random but the same at every size. What is confused at one share is
        confused at a larger one too. Pixels that the evaluation of the release ignores stay as
        they are. Below 0.5 the expected share is met within a hundredth; above it some mistakes
        meet and cancel.
        """
        seed = f"{self.domain.name}/{self.index}/labels"
        return replace(self, codes=mistake(self.codes, self.domain, seed, share))


def compose(
    domain: str,
    index: int,
    size: tuple[int, int] = (128, 256),
    settings: SceneSettings = NATURAL,
) -> Scene:
    """Draw one scene.

    Everything is drawn from a seed made of the domain and the index, in units that do not
    depend on the size, so any scene can be rendered alone and at any size.

    Args:
        domain: `cityscapes` or `idd`.
        index: number of the scene.
        size: height and width in pixels; meant for pictures twice as wide as high.
        settings: frequency of the classes, and weather. The labels are exact whatever they say.

    Returns:
        The scene.

    Raises:
        ValueError: if the domain is unknown or the size is not positive.
    """
    check_size(size)
    world = in_weather(adjusted(find_domain(domain), settings), settings.weather)
    rng = Random(f"{domain}/{index}")
    layout = draw_layout(rng, world)
    camera = draw_camera(rng, layout.ego_lane)
    top, low = rng.choice(world.skies)
    canvas = Canvas(size, camera, world.ids, low, rng.uniform(*world.visibility))
    paint_sky(canvas, rng, top, low)
    paint_skyline(canvas, rng, world)
    paint_ground(canvas, rng, world, layout)
    paint_marks(canvas, rng, world, layout)
    paint_roadside(canvas, rng, world, layout, rng.uniform(0.68, 1.04))
    if rng.random() < world.chances["bridge"]:
        canvas.next_object()
        paint_bridge(canvas, rng, rng.uniform(30.0, 70.0))
    Street(canvas, rng, world, layout).paint()
    if rng.random() < world.chances["wires"]:
        side = rng.choice(layout.sides)
        paint_wires(canvas, rng, side.beyond_kerb(0.5), 7.5)
    canvas.next_object()
    _own_car(canvas, rng, world)
    picture = canvas.image.reduce(OVERSAMPLING)
    seed = f"{domain}/{index}/{settings.weather}"
    picture = wet_or_dark(picture, canvas, world, settings.weather, seed)
    image = develop(picture, canvas, rng, world)
    return Scene(image, np.array(canvas.codes), world, index)


def render(
    domain: str,
    index: int,
    size: tuple[int, int] = (128, 256),
    settings: SceneSettings = NATURAL,
) -> tuple[np.ndarray, np.ndarray]:
    """Render one scene to its picture and its exact labels; see `compose`.

    Returns:
        The picture, uint8 (height, width, 3), and its labels, uint8 (height, width), in the raw
        `id` encoding of the release.

    Raises:
        ValueError: if the domain is unknown or the size is not positive.

    Example:
        >>> image, labels = render("cityscapes", 0, (32, 64))
        >>> image.shape, labels.shape
        ((32, 64, 3), (32, 64))
    """
    scene = compose(domain, index, size, settings)
    return scene.image, scene.labels


def _own_car(canvas: Canvas, rng: Random, domain: Domain) -> None:
    """The bonnet of the car that carries the camera, and the border its lens leaves black."""
    if rng.random() < domain.chances["bonnet"]:
        rise = rng.uniform(0.02, 0.05)
        arc = [(u, 1.0 - rise * (1.0 - 0.65 * (u - 1.0) ** 2)) for u in (0.0, 0.5, 1.0, 1.5, 2.0)]
        arc += [(2.0, 1.1), (0.0, 1.1)]
        shine = rng.randrange(16, 46)
        canvas.polygon(arc, (shine, shine, shine + 4), "ego vehicle")
    if rng.random() < domain.chances["black border"]:
        edge = 0.006
        for left, right in ((0.0, edge), (2.0 - edge, 2.0)):
            border = [(left, 0.0), (right, 0.0), (right, 1.0), (left, 1.0)]
            canvas.polygon(border, (10, 10, 12), "out of roi")
