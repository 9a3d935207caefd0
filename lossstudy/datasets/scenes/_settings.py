"""What can be asked of the scenes beside their number and size."""

import math
from dataclasses import asdict, dataclass
from typing import Any

WEATHERS = ("mixed", "clear", "fog", "rain", "night")

ADJUSTABLE = (
    "animal", "autorickshaw", "bicycle", "billboard", "bridge", "building", "bus", "car",
    "caravan", "fence", "guard rail", "motorcycle", "obstacle", "person", "pole", "rider",
    "sidewalk", "terrain", "traffic light", "traffic sign", "trailer", "train", "truck",
    "vegetation", "vehicle fallback", "wall",
)  # fmt: skip
"""Classes that are drawn on their own. Road and sky are what the others leave free."""


@dataclass(frozen=True, kw_only=True)
class SceneSettings:
    """How often classes appear, in which weather, and how carelessly they are labelled.

    Weather and label noise leave every object of a scene where it is, so the scenes of two
    settings that differ in nothing else can be compared one by one. Imbalance and class factors
    draw another street for the same index.

    Attributes:
        imbalance: Exponent i from 0 to 2 on the share p of the pixels that each class has in a
            natural street: the generator aims at p^i / sum(p^i). 1 is the natural street, 0 as
            balanced as a street can be, at 2 rare classes are rarer still. Room on the street
            limits what is reached below 1; the effective number of classes falls with i.
        class_factors: (class, factor) pairs, the factor on how often that class is drawn;
            classes of `ADJUSTABLE`. At 0 a class is never drawn, except building and vegetation,
            which close the view, and the poles of signs and lights. The front of the street is
            always full: there, a class takes from the others or leaves room to them. Full kerbs
            and lanes limit large factors. A class that the domain does not have changes nothing.
        label_noise: Expected share of the labelled pixels of a training split whose label is
            wrong, in [0, 1): see `Scene.mislabelled`. The images stay the same, and validation
            splits are labelled without mistakes.
        weather: One of `WEATHERS`; "mixed" draws sky, haze and light for each scene.

    Raises:
        ValueError: A number outside its range, an unknown weather or class, or a class twice.

    Example:
        >>> SceneSettings(imbalance=2.0, class_factors=(("train", 0.5),), weather="fog").suffix
        '-imbalance2.0-train0.5-fog'
    """

    imbalance: float = 1.0
    class_factors: tuple[tuple[str, float], ...] = ()
    label_noise: float = 0.0
    weather: str = "mixed"

    def __post_init__(self) -> None:
        """Check the fields and bring equal settings into the same form.

        Raises:
            ValueError: A field does not fit.
        """
        if not 0.0 <= self.imbalance <= 2.0:
            raise ValueError(f"imbalance must be from 0 to 2, got {self.imbalance}")
        if not 0.0 <= self.label_noise < 1.0:
            raise ValueError(f"label_noise must be at least 0 and below 1, got {self.label_noise}")
        if self.weather not in WEATHERS:
            raise ValueError(f"weather must be one of {', '.join(WEATHERS)}, got {self.weather!r}")
        names = [name for name, _ in self.class_factors]
        if len(set(names)) < len(names):
            raise ValueError(f"class_factors must name each class once, got {names}")
        for name, factor in self.class_factors:
            _check_factor(name, factor)
        object.__setattr__(self, "imbalance", float(self.imbalance))
        object.__setattr__(self, "label_noise", float(self.label_noise))
        factors = sorted((name, float(factor)) for name, factor in self.class_factors)
        object.__setattr__(self, "class_factors", tuple(factors))

    @property
    def suffix(self) -> str:
        """What distinguishes the folder of these scenes; empty for the default settings."""
        parts = [f"{name.replace(' ', '_')}{factor!r}" for name, factor in self.class_factors]
        if self.imbalance != 1.0:
            parts.insert(0, f"imbalance{self.imbalance!r}")
        if self.weather != "mixed":
            parts.append(self.weather)
        if self.label_noise:
            parts.append(f"noise{self.label_noise!r}")
        return "".join(f"-{part}" for part in parts)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self) | {"class_factors": dict(self.class_factors)}


NATURAL = SceneSettings()
"""The natural street in mixed weather, labelled without mistakes."""


def _check_factor(name: str, factor: float) -> None:
    """Accept a factor on a class that is drawn.

    Raises:
        ValueError: The class is not drawn on its own, or the factor is negative or not finite.
    """
    if name not in ADJUSTABLE:
        raise ValueError(
            f"class_factors must name classes of {', '.join(ADJUSTABLE)}; got {name!r}"
        )
    if not 0.0 <= factor < math.inf:
        raise ValueError(f"class_factors of {name!r} must be 0 or more, got {factor}")
