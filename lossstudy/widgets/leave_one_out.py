"""What the means and the ranking of a table owe to single classes."""

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from typing_extensions import override

from lossstudy.results import ClassTable
from lossstudy.widgets import _draw
from lossstudy.widgets._controls import Choice, Tick
from lossstudy.widgets._draw import Numbers
from lossstudy.widgets._explorer import Explorer

COLUMNS = 3
"""Columns of every table: three ways to train and validate, or three losses."""


class LeaveOneClassOut(Explorer):
    r"""Means and ranking of a table of IoU per class, over the classes that are ticked.

    With \(d_c\) the difference of two columns in class c, the gain in mean IoU over K ticked
    classes is \(\sum_c d_c / K\), and class c carries the share \(d_c / \sum_c d_c\) of it. What
    the classes that are not ticked carry is a share of the gain over all classes. A class without
    an IoU counts in no mean.

    Controls: `table`, by its title, and one tick a class, named after it with `_` for a space.
    Keyword arguments of these names are the first setting.

    Args:
        tables: Tables of three columns, as `lossstudy.results.class_tables` returns them.
        **values: First setting of controls.

    Example:
        >>> from lossstudy.results import class_tables
        >>> explorer = LeaveOneClassOut(class_tables([]), table="Table 2, the paper")
        >>> explorer.numbers["top.class"], round(explorer.numbers["top.share"], 2)
        ('train', 0.64)
        >>> explorer.set(train=False)
        >>> round(explorer.numbers["gain.all"], 3), round(explorer.numbers["gain.kept"], 3)
        (0.026, 0.01)
        >>> round(explorer.numbers["out.share"], 2)
        0.64
    """

    title = "Leave one class out"
    scripts = ("leave_one_out.js",)

    def __init__(self, tables: Sequence[ClassTable], **values: Any) -> None:
        self._tables = {table.title: _as_data(table) for table in tables}
        names = dict.fromkeys(chain(*(table["classes"] for table in self._tables.values())))
        self._rows = max(len(table["classes"]) for table in self._tables.values())
        titles = tuple(self._tables)
        super().__init__(
            (
                Choice("table", "table", titles, titles[0]),
                *(Tick(_key(name), name) for name in names),
            ),
            **values,
        )
        self._live["table"].observe(self._hide, "value")
        self._hide()

    @override
    def compute(self, values: Mapping[str, Any]) -> Numbers:
        """Return means, ranks and gains over all classes of the table and over those ticked.

        Returns:
            `count.all` and `count.kept`; for each column i its name `column.<i>`,
            `mean.all.<i>`, `mean.kept.<i>`, and `rank.all.<i>` and `rank.kept.<i>`, 1 the best;
            `gain.of`, which gain it is, `gain.all`, `gain.kept`; `count.out`, how many classes
            are not ticked, and `out.share`, what they carry of the gain over all; `top.class`,
            the ticked class that carries most of the gain over the ticked ones, `top.share` and
            `top.without`, the gain without it too.
            For each row r: `class.<r>`, `iou.<r>.<i>`, `difference.<r>` and `share.<r>`. What
            there is no number for is None.
        """
        table = self._tables[values["table"]]
        classes, columns, iou = table["classes"], table["columns"], table["iou"]
        kept = [values[_key(name)] for name in classes]
        new, old = (columns.index(table[side]) for side in ("gained", "reference"))
        difference = [
            None if row[new] is None or row[old] is None else row[new] - row[old] for row in iou
        ]
        total = _total(difference, kept)
        everything = _total(difference, [True] * len(kept))
        numbers: dict[str, Any] = {
            "count.all": len(kept),
            "count.kept": sum(kept),
            "count.out": len(kept) - sum(kept),
            "out.share": 1 - total / everything if abs(everything) > 1e-9 else None,
            "gain.of": f"{table['gained']} − {table['reference']}",
            "gain.all": _mean(difference, [True] * len(kept)),
            "gain.kept": _mean(difference, kept),
        }
        for which, counted in (("all", [True] * len(kept)), ("kept", kept)):
            means = [_mean([row[i] for row in iou], counted) for i in range(COLUMNS)]
            for i, mean in enumerate(means):
                numbers |= {f"mean.{which}.{i}": mean, f"rank.{which}.{i}": _rank(mean, means)}
        shares = [
            d / total if keep and d is not None and abs(total) > 1e-9 else None
            for d, keep in zip(difference, kept, strict=True)
        ]
        known = [share for share in shares if share is not None]
        top = shares.index(max(known)) if known else None
        without = [keep and r != top for r, keep in enumerate(kept)]
        numbers |= {
            "top.class": "no class" if top is None else classes[top],
            "top.share": None if top is None else shares[top],
            "top.without": None if top is None else _mean(difference, without),
        }
        numbers |= {f"column.{i}": name for i, name in enumerate(columns)}
        empty = [None] * (self._rows - len(classes))
        for r, (name, row, d, share) in enumerate(
            zip(
                [*classes, *("" for _ in empty)],
                [*iou, *([None] * COLUMNS for _ in empty)],
                [*difference, *empty],
                [*shares, *empty],
                strict=True,
            )
        ):
            numbers |= {f"class.{r}": name, f"difference.{r}": d, f"share.{r}": share}
            numbers |= {f"iou.{r}.{i}": value for i, value in enumerate(row)}
        return numbers

    @override
    def view(self, numbers: Numbers) -> str:
        """Return the means with their ranks, the gain in words, and the classes."""
        columns = [_draw.text(f"column.{i}", numbers) for i in range(COLUMNS)]
        means = [
            [
                f"{words}, {_draw.number(f'count.{which}', '0', numbers)} classes",
                *(
                    f"{_draw.number(f'mean.{which}.{i}', '3', numbers)} "
                    f"(rank {_draw.number(f'rank.{which}.{i}', '0', numbers)})"
                    for i in range(COLUMNS)
                ),
                _draw.number(f"gain.{which}", "3", numbers),
            ]
            for words, which in (("all", "all"), ("ticked", "kept"))
        ]
        gain = _draw.text("gain.of", numbers)
        rows = [
            [
                _draw.text(f"class.{r}", numbers),
                *(_draw.number(f"iou.{r}.{i}", "3", numbers) for i in range(COLUMNS)),
                _draw.number(f"difference.{r}", "3", numbers),
                _draw.number(f"share.{r}", "0%", numbers),
            ]
            for r in range(self._rows)
        ]
        return (
            _draw.table("Mean IoU", ["over", *columns, gain], means)
            + f"<p>The classes taken out, {_draw.number('count.out', '0', numbers)} of "
            f"{_draw.number('count.all', '0', numbers)}, carry "
            f"<strong>{_draw.number('out.share', '0%', numbers)}</strong> of the gain over all. "
            f"Of the gain over the ticked ones, <strong>{_draw.text('top.class', numbers)}"
            f"</strong> carries "
            f"{_draw.number('top.share', '0%', numbers)}; without it the gain is "
            f"{_draw.number('top.without', '3', numbers)}.</p>"
            + _draw.table(
                "IoU of each class, and its share of the gain over the ticked ones",
                ["class", *columns, gain, "share"],
                rows,
            )
        )

    @override
    def data(self) -> Mapping[str, Any]:
        """Return the tables, and how many rows there are at most."""
        return {"tables": self._tables, "rows": self._rows}

    def _hide(self, _: object = None) -> None:
        """Hide the ticks of classes that the table does not have."""
        shown = {"table", *map(_key, self._tables[self.values["table"]]["classes"])}
        for name, control in self._live.items():
            control.layout.display = None if name in shown else "none"


def _as_data(table: ClassTable) -> dict[str, Any]:
    return {
        "classes": list(table.iou.index),
        "columns": list(table.iou),
        "iou": [
            [None if math.isnan(value) else round(float(value), 6) for value in row]
            for row in table.iou.to_numpy()
        ],
        "gained": table.gained,
        "reference": table.reference,
    }


def _total(values: Sequence[float | None], kept: Sequence[bool]) -> float:
    return math.fsum(v for v, keep in zip(values, kept, strict=True) if keep and v is not None)


def _mean(values: Sequence[float | None], kept: Sequence[bool]) -> float | None:
    known = [v for v, keep in zip(values, kept, strict=True) if keep and v is not None]
    return math.fsum(known) / len(known) if known else None


def _rank(mean: float | None, means: Sequence[float | None]) -> int | None:
    """Return how many means are higher, plus one; means within rounding share a rank."""
    if mean is None:
        return None
    return 1 + sum(other is not None and other > mean + 1e-9 for other in means)


def _key(name: str) -> str:
    return name.replace(" ", "_")
