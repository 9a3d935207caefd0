"""Classes of the datasets, how their files encode them, and how the label spaces relate.

The tables beside this module are the datasets' own label definitions, as data: one row per raw
class, its id in each published encoding, whether the dataset's evaluation ignores it, its colour.
A label space is one of those encodings, named: the classes a network is trained to tell apart.

==============  =======  ==============================================================
label space     classes  train ids are
==============  =======  ==============================================================
`cityscapes19`  19       Cityscapes `train_id` (IDD: `cs_train_id`)
`idd30`         30       IDD `level4_id`
`idd26`         26       IDD `level3_id`
`camvid11`      11       ids of the SegNet release of CamVid
==============  =======  ==============================================================

Several raw classes may share a train id. The shared class is named after the first of them that
has a Cityscapes train id, else after the first of them. In `idd30` that is 3 `sidewalk` (and rail
track), 15 `train` (and trailer, vehicle fallback), 23 `pole` (and polegroup) and 26 `bridge` (and
tunnel).

No torch here: results and plots need class names and colours too.
"""

import csv
import functools
from dataclasses import dataclass
from importlib import resources

import numpy as np
import numpy.typing as npt

IGNORED = 255
"""Train id of a pixel without a class; equal to `lossstudy.pixels.IGNORE_INDEX`."""

UNDECLARED = -1
"""Entry of an `encoding` for a value that the label table does not contain."""

LABEL_SPACES = ("cityscapes19", "idd30", "idd26", "camvid11")
"""Names of the label spaces."""

_SPACE_COLUMNS = {  # table: {label space: column that holds its train ids}
    "cityscapes": {"cityscapes19": "train_id"},
    "idd": {"idd30": "level4_id", "idd26": "level3_id", "cityscapes19": "cs_train_id"},
    "camvid": {"camvid11": "train_id"},
}
_HOME = {"cityscapes19": "cityscapes", "idd30": "idd", "idd26": "idd", "camvid11": "camvid"}


@dataclass(frozen=True)
class LabelSpace:
    """The classes a network is trained to tell apart; the position of a class is its train id.

    Attributes:
        name: One of `LABEL_SPACES`.
        classes: Class names.
        colors: One `#rrggbb` per class, the dataset's published colours.
        ignore: Classes that the evaluation of the dataset which defines the space leaves out.
    """

    name: str
    classes: tuple[str, ...]
    colors: tuple[str, ...]
    ignore: frozenset[str]

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.classes)


@functools.cache
def label_space(name: str) -> LabelSpace:
    """Return the label space of that name.

    Raises:
        ValueError: There is no such label space.

    Example:
        >>> space = label_space("idd30")
        >>> space.num_classes, space.classes[15]
        (30, 'train')
    """
    if name not in LABEL_SPACES:
        raise ValueError(f"label space must be one of {', '.join(LABEL_SPACES)}, got {name!r}")
    rows = _principal_rows(_HOME[name], name)
    return LabelSpace(
        name=name,
        classes=tuple(row["name"] for row in rows),
        colors=tuple(row["color"] for row in rows),
        ignore=frozenset(row["name"] for row in rows if row["ignore_in_eval"] == "true"),
    )


def spaces(table: str) -> tuple[str, ...]:
    """Return the label spaces a dataset can be read in; the first one is its own.

    Raises:
        ValueError: There is no label table of that name.

    Example:
        >>> spaces("idd")
        ('idd30', 'idd26', 'cityscapes19')
    """
    if table not in _SPACE_COLUMNS:
        raise ValueError(f"label table must be one of {', '.join(_SPACE_COLUMNS)}, got {table!r}")
    return tuple(_SPACE_COLUMNS[table])


def thin_classes(dataset: str, space: str) -> tuple[str, ...]:
    """Return the classes of `space` that the evaluation of `dataset` leaves out.

    They are held by so few pixels that one lucky image moves the mean IoU, so the study reports
    a second mean without them.

    Example:
        >>> thin_classes("idd", "cityscapes19"), thin_classes("cityscapes", "cityscapes19")
        (('train',), ())
    """
    spaces(dataset)
    left_out = {row["name"] for row in _table(dataset) if row["ignore_in_eval"] == "true"}
    return tuple(name for name in label_space(space).classes if name in left_out)


def encoding(table: str, column: str, space: str) -> npt.NDArray[np.int16]:
    """Return the look-up table from the values of a label file to train ids.

    Args:
        table: Dataset whose label table applies: `"cityscapes"`, `"idd"` or `"camvid"`.
        column: Column of that table the label files are encoded in, for example `"id"`.
        space: Label space of the result.

    Returns:
        256 entries: the train id, `IGNORED` (255), or `UNDECLARED` (-1) for a value the table
        does not contain. Ids outside 0..255 cannot stand in an 8-bit file and have no entry.

    Raises:
        ValueError: The table, column or space does not exist, the dataset cannot be read in that
            space, or two raw classes share a value but not a train id, so that the column says
            less than the space needs. IDD's `cs_id` for example writes 255 both for the
            non-drivable fallback (terrain among the 19 classes) and for classes without a
            counterpart.

    Example:
        >>> lut = encoding("idd", "id", "idd30")
        >>> int(lut[18]), int(lut[35]), int(lut[40])
        (15, 255, -1)
    """
    if space not in spaces(table):
        raise ValueError(
            f"{table} can be read in label space {', '.join(spaces(table))}, got {space!r}"
        )
    rows, target = _table(table), _SPACE_COLUMNS[table][space]
    if not column.endswith("id") or column not in rows[0]:
        raise ValueError(f"label table {table} has no column of ids named {column!r}")
    lut = np.full(256, UNDECLARED, dtype=np.int16)
    for row in rows:
        value, train_id = int(row[column]), int(row[target])
        if not 0 <= value <= 255:
            continue
        if lut[value] not in {UNDECLARED, train_id}:
            raise ValueError(
                f"{table} labels encoded as {column} cannot be read in label space {space}: "
                f"value {value} stands for several of its classes"
            )
        lut[value] = train_id
    return lut


def mapping(source: str, target: str) -> npt.NDArray[np.uint8]:
    """Return, for each class of `source`, the class of `target` a prediction of it counts as.

    `target.num_classes` stands for "other": the class has no counterpart, so predicting it on a
    labelled pixel is a miss.

    What each mapping loses:

    - `idd30`, `idd26` to `cityscapes19`: a shared class counts as the one it is named after. The
      raw classes that hide behind it (trailer and vehicle fallback behind `train`, rail track
      behind `sidewalk`, polegroup behind `pole`) are ignored in the 19-class ground truth, so a
      perfect prediction stays perfect. A wrong one does not: a bus taken for a trailer becomes a
      false positive of `train`.
    - `cityscapes19` and `camvid11`, either way: only the classes with a direct counterpart
      (pavement = sidewalk, tree = vegetation, sign = traffic sign, pedestrian = person,
      bicyclist = rider) are kept. A prediction of another class, say `wall` or `bicycle` on
      CamVid, is a miss even where CamVid has drawn that object as part of one of its classes.

    Returns:
        One entry per class of `source`.

    Raises:
        ValueError: No mapping is defined between the two spaces.

    Example:
        >>> to_19 = mapping("idd30", "cityscapes19")
        >>> [int(to_19[c]) for c in (0, 15, 29)]  # road, train, fallback background
        [0, 16, 19]
    """
    classes, other = label_space(target).classes, label_space(target).num_classes
    if source == target:
        return np.arange(other, dtype=np.uint8)
    if _HOME[label_space(source).name] == "idd" and target == "cityscapes19":
        train_ids = [int(row["cs_train_id"]) for row in _principal_rows("idd", source)]
        return np.array([other if t == IGNORED else t for t in train_ids], dtype=np.uint8)
    pairs = {row["name"]: row["cityscapes_name"] for row in _table("camvid")}
    if (source, target) == ("cityscapes19", "camvid11"):
        pairs = {theirs: ours for ours, theirs in pairs.items()}
    elif (source, target) != ("camvid11", "cityscapes19"):
        raise ValueError(f"no mapping is defined from label space {source} to {target}")
    names = [pairs.get(name) for name in label_space(source).classes]
    return np.array(
        [classes.index(name) if name is not None else other for name in names], dtype=np.uint8
    )


@functools.cache
def _table(name: str) -> list[dict[str, str]]:
    """Return the rows of a label table: column name to text, one per raw class."""
    text = resources.files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _principal_rows(table: str, space: str) -> list[dict[str, str]]:
    """Return the row that names each class of `space`, in the order of the train ids."""
    column = _SPACE_COLUMNS[table][space]
    chosen: dict[int, dict[str, str]] = {}
    for row in _table(table):
        train_id = int(row[column])
        if not 0 <= train_id < IGNORED:
            continue
        held = chosen.setdefault(train_id, row)
        if _without_counterpart(held) and not _without_counterpart(row):
            chosen[train_id] = row
    return [chosen[train_id] for train_id in range(len(chosen))]


def _without_counterpart(row: dict[str, str]) -> bool:
    """Return whether a raw IDD class is none of the 19 Cityscapes classes."""
    return row.get("cs_train_id") == str(IGNORED)
