"""What the figures share: colours, text size, background, and how a page shows them."""

import base64
import io
import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from PIL import Image

from lossstudy.results import Record

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442", "#000000")
"""Colours that stay apart under colour blindness (Okabe & Ito, 2008)."""

IGNORED_COLOR = "#000000"
"""Colour of a label map where there is no class."""

_WIDTH, _LEGEND_COLUMNS = 9, 5
_PAPERS_LOSSES = ("cross_entropy", "focal", "combo")


def new_figure(
    height: float, layout: Literal["constrained", "compressed"] = "constrained"
) -> Figure:
    """Return an empty figure as wide as the others, its height in inches.

    The background is opaque white, so that the figure reads the same on a dark page.
    """
    return Figure(figsize=(_WIDTH, height), facecolor="white", layout=layout)


def loss_colors(names: Iterable[str]) -> dict[str, str]:
    """Return a colour per loss: the paper's three always have the same one.

    Args:
        names: Losses of one figure.

    Returns:
        Name to `#rrggbb`. Beyond eight losses colours repeat.

    Example:
        >>> loss_colors(["adaptive", "combo"])
        {'combo': '#009E73', 'adaptive': '#CC79A7'}
    """
    given = set(names)
    order = [*_PAPERS_LOSSES, *sorted(given.difference(_PAPERS_LOSSES))]
    return {n: PALETTE[i % len(PALETTE)] for i, n in enumerate(order) if n in given}


def paint(train_ids: npt.NDArray[np.uint8], colors: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Return a label map as a picture.

    Args:
        train_ids: Train ids, (height, width). An id without a colour, ignored or outside the
            label space, becomes black.
        colors: One `#rrggbb` per train id.

    Returns:
        (height, width, 3).

    Example:
        >>> paint(np.array([[0, 255]], np.uint8), ["#ff0000"]).tolist()
        [[[255, 0, 0], [0, 0, 0]]]
    """
    table = np.empty((256, 3), np.uint8)
    table[:] = _bytes(IGNORED_COLOR)
    table[: len(colors)] = [_bytes(color) for color in colors]
    return table[train_ids]


def picture(axes: Axes, image: npt.NDArray[np.uint8]) -> None:
    """Show an image without ticks, pixel by pixel."""
    axes.imshow(image, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])


def class_patches(
    maps: Sequence[npt.NDArray[np.uint8]], names: Sequence[str], colors: Sequence[str]
) -> list[Patch]:
    """Return the legend entries of the classes that appear in some label maps.

    Args:
        maps: Train ids.
        names: Class names by train id.
        colors: Colours by train id.

    Returns:
        One entry per class, and "no class" for ids beyond the names.
    """
    present = np.unique(np.concatenate([np.unique(m) for m in maps]))
    entries = [(names[i], colors[i]) for i in present if i < len(names)]
    if present.max() >= len(names):
        entries.append(("no class", IGNORED_COLOR))
    return [Patch(facecolor=color, edgecolor="grey", label=name) for name, color in entries]


def picture_grid(
    rows: int, columns: int, aspect: float, patches: Sequence[Patch]
) -> tuple[Figure, npt.NDArray[np.object_]]:
    """Return a figure of the height that its pictures, one line of titles and the legend take.

    Args:
        rows: Rows of pictures.
        columns: Pictures in a row.
        aspect: Height over width of a picture.
        patches: Legend entries, see `class_patches`.

    Returns:
        The figure and its axes, (rows, columns).
    """
    legend_rows = math.ceil(len(patches) / _LEGEND_COLUMNS)
    height = rows * (_WIDTH / columns * aspect + 0.06) + 0.22 * legend_rows + 0.6
    figure = new_figure(height, layout="compressed")
    grid = figure.subplots(rows, columns, squeeze=False)
    figure.legend(
        handles=list(patches), loc="outside lower center", ncols=_LEGEND_COLUMNS, frameon=False,
        fontsize=9,
    )  # fmt: skip
    return figure, grid


def by_loss(records: Iterable[Record]) -> list[Record]:
    """Return records in the order of the paper's losses, then the others by name."""
    order = {name: i for i, name in enumerate(_PAPERS_LOSSES)}
    return sorted(records, key=lambda r: (order.get(r.loss, len(order)), r.loss, r.seed))


def figure_html(figure: Figure, alt: str) -> str:
    """Return a figure as an `<img>` that carries its own data and its alternative text.

    Args:
        figure: Any figure.
        alt: What the figure says, for a reader who does not see it.

    Returns:
        An HTML fragment with a picture at 110 dots per inch.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    data = base64.b64encode(_compressed(buffer)).decode()
    return (
        f'<img alt="{escape(alt)}" width="{figure.get_figwidth() * 96:.0f}" '
        f'style="max-width: 100%" src="data:image/webp;base64,{data}">'
    )


def _compressed(png: io.BytesIO) -> bytes:
    """Return a picture as WebP: exact, unless it is a photograph, which takes much less room."""
    exact, close = io.BytesIO(), io.BytesIO()
    with Image.open(png) as image:
        image.save(exact, "webp", lossless=True)
        image.save(close, "webp", quality=90)
    chosen = close if 2 * close.tell() < exact.tell() else exact
    return chosen.getvalue()


def _bytes(color: str) -> list[int]:
    """Return the red, green and blue of a colour, 0 to 255."""
    return [round(255 * channel) for channel in to_rgb(color)]


def show(figure: Figure, alt: str) -> None:
    """Display a figure in a notebook, with the text that stands for it where it is not seen."""
    from IPython.display import HTML, display

    display(HTML(figure_html(figure, alt)))  # type: ignore[no-untyped-call]
