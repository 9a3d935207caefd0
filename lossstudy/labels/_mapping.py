"""From one label space to another, and what is lost on the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lossstudy.labels._spaces import LabelSpace, label_space
from lossstudy.labels._tables import LABEL_SPACES, members

_COLUMNS = {  # (source, target): column of the source's table that holds the target's class
    ("idd30", "cityscapes19"): "cs_train_id",
    ("idd26", "cityscapes19"): "cs_train_id",
    ("idd30", "iddlite7"): "level1_id",
    ("idd26", "iddlite7"): "level1_id",
    ("camvid32", "camvid11"): "train_id",
    ("camvid11", "cityscapes19"): "cityscapes_name",
    ("cityscapes19", "camvid11"): "name",
}


@dataclass(frozen=True, eq=False)
class LabelMapping:
    """What a prediction in one label space counts as in another.

    Attributes:
        source: Label space of the predictions.
        target: Label space they are scored in.
        table: One entry per class of `source`: the class of `target`, or `target.num_classes`
            for "other": the class has no counterpart, so predicting it on a labelled pixel is a
            miss.
        lost: Class of `source` to a sentence on what the mapping loses of it; classes that keep
            their meaning are not in it.
    """

    source: LabelSpace
    target: LabelSpace
    table: npt.NDArray[np.uint8]
    lost: Mapping[str, str]

    @property
    def unreachable(self) -> tuple[str, ...]:
        """Classes of the target that no class of the source counts as: their IoU is 0."""
        return tuple(
            name for index, name in enumerate(self.target.classes) if index not in self.table
        )


def targets_of(source: str) -> tuple[str, ...]:
    """Return the label spaces that predictions in `source` can be scored in, itself first.

    Example:
        >>> targets_of("idd30")
        ('idd30', 'cityscapes19', 'iddlite7')
    """
    return (source, *(name for name in LABEL_SPACES if (source, name) in _COLUMNS))


def mapping(source: str, target: str) -> LabelMapping:
    """Return how predictions in label space `source` are scored in label space `target`.

    A class of `source` counts as the class that its first raw class has in `target`. Where raw
    classes of other meaning hide behind it (trailer and vehicle fallback behind `train`, rail
    track behind `sidewalk`, polegroup behind `pole` in `idd30`), they count as it too. The
    19-class ground truth ignores those, so a perfect prediction stays perfect. A wrong one does
    not: a bus taken for a trailer becomes a false positive of `train`.

    Between `cityscapes19` and `camvid11`, either way, only the classes with a direct counterpart
    (pavement = sidewalk, tree = vegetation, sign = traffic sign, pedestrian = person, bicyclist =
    rider) are kept. A prediction of another class, say `wall` or `bicycle` on CamVid, is a miss
    even where CamVid has drawn that object as part of one of its classes.

    Raises:
        ValueError: No such label space, or no mapping is defined between the two.

    Example:
        >>> to_19 = mapping("idd30", "cityscapes19")
        >>> [int(to_19.table[c]) for c in (0, 15, 29)]  # road, train, fallback background
        [0, 16, 19]
        >>> to_19.lost["train"]
        'holds trailer and vehicle fallback too: not separable, all of it counts as train'
    """
    one, other = label_space(source), label_space(target)
    if source == target:
        return LabelMapping(one, other, np.arange(other.num_classes, dtype=np.uint8), {})
    if (source, target) not in _COLUMNS:
        raise ValueError(
            f"no mapping is defined from label space {source} to {target}; predictions in "
            f"{source} can be scored in {', '.join(targets_of(source))}"
        )
    counterpart = _counterpart(source, target)
    hidden, table = {}, []
    for name, (first, *rest) in zip(one.classes, members(source), strict=True):
        table.append(counterpart(first))
        hidden[name] = [row["name"] for row in rest if counterpart(row) != table[-1]]
    lost = {}
    for name, index in zip(one.classes, table, strict=True):
        sharing = [n for n, i in zip(one.classes, table, strict=True) if i == index and n != name]
        if index == other.num_classes:
            lost[name] = f"has no counterpart in {target}: predicting it is a miss"
        elif hidden[name]:
            lost[name] = (
                f"holds {_list(hidden[name])} too: not separable, all of it counts as "
                f"{other.classes[index]}"
            )
        elif sharing:
            lost[name] = f"counts as {other.classes[index]}, and so does {_list(sharing)}"
    return LabelMapping(one, other, np.array(table, dtype=np.uint8), lost)


def comparable(source: str, target: str, given: LabelMapping | None) -> LabelMapping:
    """Return the mapping to compare predictions with targets by, or refuse.

    Class numbers of two label spaces can be compared without an error and mean nothing: scored
    against the 30 classes of IDD, a good network with the 19 of Cityscapes has a mean IoU near
    0.05, as in Table 1 of the paper. So two spaces are compared through a mapping, or not at all.

    Args:
        source: Label space of the predictions.
        target: Label space of the targets.
        given: The mapping the caller asks for, if any.

    Returns:
        `given`, or the identity where the spaces are the same.

    Raises:
        ValueError: The spaces differ and no mapping is given, or it is one of other spaces.

    Example:
        >>> comparable("idd30", "idd30", None).lost
        {}
    """
    if given is None and source == target:
        return mapping(source, target)
    possible = ", ".join(targets_of(source))
    if given is None:
        raise ValueError(
            f"predictions in label space {source} cannot be compared with targets in {target}: "
            f"their class numbers differ in meaning; pass translation=mapping({source!r}, "
            f"{target!r}) if there is one (predictions in {source} can be scored in {possible})"
        )
    if (given.source.name, given.target.name) != (source, target):
        raise ValueError(
            f"the mapping given is from label space {given.source.name} to {given.target.name}, "
            f"but the predictions are in {source} and the targets in {target}; predictions in "
            f"{source} can be scored in {possible}"
        )
    return given


def _counterpart(source: str, target: str) -> Callable[[Mapping[str, str]], int]:
    """Return the function from a raw class of `source` to its class in `target`, or "other"."""
    space, column = label_space(target), _COLUMNS[source, target]
    if column.endswith("id"):
        numbers = {str(index): index for index in range(space.num_classes)}
    elif target == "cityscapes19":
        numbers = {name: index for index, name in enumerate(space.classes)}
    else:
        groups = members(target)
        numbers = {group[0]["cityscapes_name"]: index for index, group in enumerate(groups)}
    return lambda row: numbers.get(row[column], space.num_classes)


def _list(names: list[str]) -> str:
    """Return names joined by commas, the last one by "and"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
