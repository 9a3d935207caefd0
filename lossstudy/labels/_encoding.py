"""How label files write their classes: as ids, or as colours."""

import numpy as np
import numpy.typing as npt

from lossstudy.labels._tables import rows, train_ids

UNDECLARED = -1
"""Entry of an `encoding` for a value that the label table does not contain."""


def encoding(table: str, column: str, space: str) -> npt.NDArray[np.int16]:
    """Return the look-up table from the values of a label file to train ids.

    Args:
        table: Dataset whose label table applies, for example `"idd"`.
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
    targets = train_ids(table, space)
    if not column.endswith("id") or column not in rows(table)[0]:
        raise ValueError(f"label table {table} has no column of ids named {column!r}")
    lut = np.full(256, UNDECLARED, dtype=np.int16)
    for row, train_id in zip(rows(table), targets, strict=True):
        value = int(row[column])
        if not 0 <= value <= 255:
            continue
        if lut[value] not in {UNDECLARED, train_id}:
            raise ValueError(
                f"{table} labels encoded as {column} cannot be read in label space {space}: "
                f"value {value} stands for several of its classes"
            )
        lut[value] = train_id
    return lut


def color_table(table: str, space: str) -> dict[tuple[int, int, int], int]:
    """Return the train id of each colour of a colour-coded label image.

    Args:
        table: Dataset whose label table applies, for example `"camvid"`.
        space: Label space of the result.

    Returns:
        Red, green and blue to train id, or to `IGNORED` (255).

    Raises:
        ValueError: The table or space does not exist, the dataset cannot be read in that space,
            or one colour stands for several of its classes, as IDD's `#a9bbd6` does.

    Example:
        >>> colors = color_table("camvid", "camvid11")
        >>> colors[192, 0, 64], colors[0, 0, 0]  # LaneMkgsNonDriv, Void
        (3, 255)
    """
    found: dict[tuple[int, int, int], int] = {}
    for row, train_id in zip(rows(table), train_ids(table, space), strict=True):
        red, green, blue = bytes.fromhex(row["color"].removeprefix("#"))
        if found.setdefault((red, green, blue), train_id) != train_id:
            raise ValueError(
                f"{table} labels written as colours cannot be read in label space {space}: "
                f"colour {row['color']} stands for several of its classes"
            )
    return found


def name_table(table: str, space: str) -> dict[str, int]:
    """Return the train id of each raw class of a dataset by its name in the annotations.

    Raises:
        ValueError: The table or space does not exist, or the dataset cannot be read in that space.

    Example:
        >>> names = name_table("idd", "idd30")
        >>> names["autorickshaw"], names["license plate"]
        (10, 255)
    """
    return {
        row["name"]: train_id
        for row, train_id in zip(rows(table), train_ids(table, space), strict=True)
    }
