"""A label space: the classes a network is trained to tell apart."""

import functools
from dataclasses import dataclass

from lossstudy.labels._tables import HOME, IGNORED, LABEL_SPACES, members, rows, spaces, train_ids


@dataclass(frozen=True)
class LabelSpace:
    """The classes a network is trained to tell apart; the position of a class is its train id.

    Two spaces are the same only if they have the same name. Numbers of one mean nothing in the
    other: see `mapping`.

    Attributes:
        name: One of `LABEL_SPACES`.
        classes: Class names.
        colors: One `#rrggbb` per class, the dataset's published colours.
        ignored: Raw classes of the defining dataset that are no class here. Their pixels hold
            `IGNORED` (255) in a target and count for nothing.
    """

    name: str
    classes: tuple[str, ...]
    colors: tuple[str, ...]
    ignored: tuple[str, ...]

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
        >>> label_space("camvid32").ignored
        ('Void',)
    """
    if name not in LABEL_SPACES:
        raise ValueError(f"label space must be one of {', '.join(LABEL_SPACES)}, got {name!r}")
    principal = [group[0] for group in members(name)]
    home = HOME[name]
    return LabelSpace(
        name=name,
        classes=tuple(row.get(f"{name}_name", row["name"]) for row in principal),
        colors=tuple(row["color"] for row in principal),
        ignored=tuple(
            row["name"]
            for row, train_id in zip(rows(home), train_ids(home, name), strict=True)
            if not 0 <= train_id < IGNORED
        ),
    )


def thin_classes(dataset: str, space: str) -> tuple[str, ...]:
    """Return the classes of `space` that the evaluation of `dataset` leaves out.

    They are held by so few pixels that one lucky image moves the mean IoU, so the study reports
    a second mean without them.

    Raises:
        ValueError: There is no such dataset or label space.

    Example:
        >>> thin_classes("idd", "cityscapes19"), thin_classes("cityscapes", "cityscapes19")
        (('train',), ())
    """
    spaces(dataset)
    left_out = {row["name"] for row in rows(dataset) if row["ignore_in_eval"] == "true"}
    return tuple(name for name in label_space(space).classes if name in left_out)
