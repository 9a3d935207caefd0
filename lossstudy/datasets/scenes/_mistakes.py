"""Labels as a careless annotator leaves them: shifted outlines, confused objects and patches."""

from random import Random

import numpy as np
from PIL import Image

from lossstudy.datasets.scenes._canvas import OBJECT
from lossstudy.datasets.scenes._domain import Domain
from lossstudy.datasets.scenes._noise import TILE, crop, fractal_tile

_BOTH = {
    "road": ("sidewalk",), "sidewalk": ("road", "terrain"), "building": ("wall", "fence"),
    "wall": ("building", "fence"), "fence": ("wall", "vegetation"),
    "pole": ("traffic sign", "traffic light"), "traffic light": ("pole", "traffic sign"),
    "traffic sign": ("traffic light", "pole"), "vegetation": ("terrain", "building"),
    "terrain": ("vegetation", "sidewalk"), "sky": ("building", "vegetation"),
    "person": ("rider",), "rider": ("person",), "car": ("truck", "bus"), "truck": ("bus", "car"),
    "bus": ("truck", "train"), "train": ("bus", "truck"), "motorcycle": ("bicycle",),
    "bicycle": ("motorcycle",),
}  # fmt: skip
_IDD = {
    "parking": ("road",), "drivable fallback": ("road", "terrain"), "animal": ("person",),
    "autorickshaw": ("car", "vehicle fallback"), "vehicle fallback": ("autorickshaw", "truck"),
    "curb": ("road", "sidewalk"), "guard rail": ("fence", "wall"), "obstacle": ("wall", "fence"),
    "billboard": ("traffic sign", "building"), "bridge": ("building", "wall"),
}  # fmt: skip
CONFUSED = {"cityscapes": _BOTH, "idd": _BOTH | _IDD}
"""Domain -> evaluated class -> the classes it may be taken for."""

PATCHES = 8.0  # patches of ground and sky down a picture
SWAY = 0.05  # picture heights for each unit of label noise: how far outlines move
MOST_SWAY = 0.02  # picture heights
PATCH = 1 << 32  # larger than every code


def mistake(codes: np.ndarray, domain: Domain, seed: str, share: float) -> np.ndarray:
    """Return codes of which an expected share of the labelled pixels shows a wrong class.

    Outlines sway along a smooth random field first. Then each region (an object, a house or
    another piece of the roadside, a patch of ground or sky) takes another class of `CONFUSED`
    with the probability that makes up the rest of the share. What the evaluation of the release
    ignores stays as it is.

    Args:
        codes: Object number and raw id of each pixel, see `Canvas.codes`.
        domain: Whose ids they are.
        seed: Decides which regions are wrong: a larger share adds regions, another size of the
            same scene confuses the same ones.
        share: Expected share of wrong pixels among the labelled ones, in [0, 1).
    """
    confused = {
        domain.ids[name]: [domain.ids[other] for other in others]
        for name, others in CONFUSED[domain.name].items()
    }
    labelled = np.zeros(OBJECT, dtype=bool)
    labelled[list(confused)] = True
    rng = Random(seed)
    swayed = _sway(codes, rng, min(MOST_SWAY, SWAY * share))
    inside = labelled[codes % OBJECT]
    swayed = np.where(inside & labelled[swayed % OBJECT], swayed, codes)
    moved = np.mean((swayed % OBJECT != codes % OBJECT)[inside]) if inside.any() else 0.0
    rate = max(0.0, (share - moved) / (1.0 - moved))
    regions, region_of = np.unique(swayed + _patches(swayed, rng), return_inverse=True)
    taken = [_taken_for(int(region), confused, seed, rate) for region in regions]
    return np.array(taken, dtype=codes.dtype)[region_of].reshape(codes.shape)


def _taken_for(region: int, confused: dict[int, list[int]], seed: str, rate: float) -> int:
    """The code that a region gets."""
    number, value = divmod(region % PATCH, OBJECT)
    rng = Random(f"{seed}/{region}")
    if value in confused and rng.random() < rate:
        value = rng.choice(confused[value])
    return number * OBJECT + value


def _sway(codes: np.ndarray, rng: Random, amount: float) -> np.ndarray:
    """Move every pixel's source by up to about two `amount`s of the height."""
    height, width = codes.shape
    rows, columns = np.indices(codes.shape)
    down, right = (_smooth(rng, height, width) * amount * height for _ in range(2))
    rows = np.clip(np.rint(rows + down), 0, height - 1).astype(np.intp)
    columns = np.clip(np.rint(columns + right), 0, width - 1).astype(np.intp)
    return np.asarray(codes[rows, columns])


def _patches(codes: np.ndarray, rng: Random) -> np.ndarray:
    """A number for each patch of what belongs to no object, in units of `PATCH`."""
    height, width = codes.shape
    down, right = (0.5 * _smooth(rng, height, width) for _ in range(2))
    row = np.arange(height)[:, None] * (PATCHES / height) + down + rng.random()
    column = np.arange(width)[None, :] * (PATCHES / height) + right + rng.random()
    number = (np.floor(row).astype(np.int64) + 8) * 256 + np.floor(column).astype(np.int64) + 8
    return np.where(codes < OBJECT, number * PATCH, 0)


def _smooth(rng: Random, height: int, width: int) -> np.ndarray:
    """A smooth field of deviation about 1, the same at every size."""
    window = crop(fractal_tile(), rng.randrange(TILE), rng.randrange(TILE), 12, 24)
    window = (window - window.mean()) / window.std()
    picture = Image.fromarray(window).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(picture)
