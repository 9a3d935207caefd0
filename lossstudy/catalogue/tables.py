"""Markdown tables."""

import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Return a Markdown table; bars inside the cells are kept from ending them.

    Example:
        >>> print(table(["a", "b"], [["$|V|$", "x | y"]]))
        | a | b |
        | --- | --- |
        | $\vert V\vert $ | x \| y |
    """
    lines = [header, ["---"] * len(header), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def factor(value: float) -> str:
    """Return a factor as it is said: a multiple, or below a tenth one part in so many.

    Example:
        >>> [factor(value).split() for value in (1234.5, 0.52, 0.0074, 0.0)]
        [['1,234', '×'], ['0.52', '×'], ['1/135'], ['0']]
    """
    if value < 1e-9:
        return "0"
    if value < 0.1:
        return f"1/{1 / value:,.0f}"
    # the space before the sign does not break
    return f"{value:,.0f}\N{NO-BREAK SPACE}×" if value >= 10 else f"{value:.2f}\N{NO-BREAK SPACE}×"


def _cell(text: str) -> str:
    """Return text that may stand in a cell: in a formula a bar has a name, elsewhere an escape."""
    parts = re.split(r"(\$[^$]*\$)", text)
    return "".join(
        re.sub(r"(?<!\\)\|", r"\\vert ", part)
        if part.startswith("$")
        else part.replace("|", r"\|")
        for part in parts
    )
