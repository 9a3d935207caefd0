"""The label tables beside this module, and which label spaces each dataset can be read in."""

import csv
import functools
from importlib import resources

IGNORED = 255
"""Train id of a pixel without a class; equal to `lossstudy.pixels.IGNORE_INDEX`."""

LABEL_SPACES = ("cityscapes19", "idd30", "idd26", "iddlite7", "camvid11", "camvid32")
"""Names of the label spaces."""

HOME = {  # label space: the dataset whose table defines it
    "cityscapes19": "cityscapes",
    "idd30": "idd",
    "idd26": "idd",
    "iddlite7": "idd_lite",
    "camvid11": "camvid",
    "camvid32": "camvid",
}
SPACE_COLUMNS = {  # dataset: {label space: column of its table that holds the train ids}
    "cityscapes": {"cityscapes19": "train_id"},
    "kitti": {"cityscapes19": "train_id"},
    "idd": {"idd30": "level4_id", "idd26": "level3_id", "cityscapes19": "cs_train_id"},
    "idd_lite": {"iddlite7": "id"},
    "camvid": {"camvid11": "train_id", "camvid32": "camvid32_id"},
}
_FILES = {"kitti": "cityscapes"}  # KITTI's labels are encoded as those of Cityscapes


def spaces(table: str) -> tuple[str, ...]:
    """Return the label spaces a dataset can be read in; the first one is its own.

    Raises:
        ValueError: There is no label table of that name.

    Example:
        >>> spaces("idd")
        ('idd30', 'idd26', 'cityscapes19')
    """
    if table not in SPACE_COLUMNS:
        raise ValueError(f"label table must be one of {', '.join(SPACE_COLUMNS)}, got {table!r}")
    return tuple(SPACE_COLUMNS[table])


@functools.cache
def rows(table: str) -> list[dict[str, str]]:
    """Return the rows of a dataset's label table: column name to text, one per raw class."""
    file = resources.files("lossstudy.labels").joinpath(f"{_FILES.get(table, table)}.csv")
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def train_ids(table: str, space: str) -> list[int]:
    """Return the train id of each row of a label table in a label space.

    Raises:
        ValueError: The table does not exist, or the dataset cannot be read in that space.
    """
    if space not in spaces(table):
        raise ValueError(
            f"{table} can be read in label space {', '.join(spaces(table))}, got {space!r}"
        )
    column = SPACE_COLUMNS[table][space]
    return [int(row[column]) for row in rows(table)]


def members(space: str) -> list[list[dict[str, str]]]:
    """Return the raw classes behind each class of a label space, in the order of the train ids.

    The first of them is the one that names the class: the first in the table that has a
    counterpart among the 19 Cityscapes classes, else the first in the table.
    """
    table = HOME[space]
    groups: dict[int, list[dict[str, str]]] = {}
    for row, train_id in zip(rows(table), train_ids(table, space), strict=True):
        if 0 <= train_id < IGNORED:
            groups.setdefault(train_id, []).append(row)
    return [sorted(groups[i], key=_without_counterpart) for i in range(len(groups))]


def _without_counterpart(row: dict[str, str]) -> bool:
    """Return whether a raw class of IDD or CamVid is none of the 19 Cityscapes classes."""
    return row.get("cs_train_id") == str(IGNORED) or row.get("cityscapes_name") == ""
