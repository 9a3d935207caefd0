"""Pictures: label maps beside images, as in the paper's Figures 3 and 5, and confusion."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from lossstudy.labels import label_space
from lossstudy.plots._style import by_loss, class_patches, new_figure, paint, picture, picture_grid
from lossstudy.results import Record


def panels(
    records: Sequence[Record],
    evaluation: str,
    samples: Sequence[int] = (0,),
    titles: Sequence[str] | None = None,
) -> Figure:
    """Draw input, ground truth and the prediction of each run, as in the paper's Figures 3 and 5.

    Args:
        records: One run per loss, validated on the same images.
        evaluation: Name of the validation dataset in their records.
        samples: Which of the stored samples, one row each.
        titles: One per run, which are then drawn in the order given; by default its loss and
            seed, in the order of the paper's losses.

    Returns:
        Label maps in the colours of the label space they were scored in, with a legend of the
        classes that appear. Pixels that are ignored, or predicted outside the space, are black.

    Raises:
        ValueError: The runs were not scored in one label space.
    """
    names = {record.evaluations[evaluation]["label_space"] for record in records}
    if len(names) != 1:
        raise ValueError(f"records must be scored in one label space, got {sorted(names)}")
    space = label_space(names.pop())
    ordered = by_loss(records) if titles is None else list(records)
    rows = [_row(ordered, evaluation, k) for k in samples]
    maps = [label_map for row in rows for label_map in row[1:]]
    patches = class_patches(maps, space.classes, space.colors)
    height, width = maps[0].shape
    figure, grid = picture_grid(len(rows), len(rows[0]), height / width, patches)
    names_of_runs = titles or [f"{r.loss.replace('_', ' ')}\nseed {r.seed}" for r in ordered]
    for axes, title in zip(grid[0], ["input", "ground truth", *names_of_runs], strict=True):
        axes.set_title(title, fontsize=10)
    for cells, (image, *label_maps) in zip(grid, rows, strict=True):
        picture(cells[0], image)
        for axes, label_map in zip(cells[1:], label_maps, strict=True):
            picture(axes, paint(label_map, space.colors))
    return figure


def image_grid(
    images: Sequence[npt.NDArray[np.uint8]],
    targets: Sequence[npt.NDArray[np.uint8]],
    space_name: str,
    titles: Sequence[str] | None = None,
) -> Figure:
    """Draw images in one row and their label maps below.

    Args:
        images: (height, width, 3) each.
        targets: Train ids, (height, width) each.
        space_name: Label space of the targets; it gives names and colours.
        titles: One per image.

    Returns:
        Two rows of pictures and a legend of the classes that appear.
    """
    space = label_space(space_name)
    height, width = targets[0].shape
    patches = class_patches(targets, space.classes, space.colors)
    figure, grid = picture_grid(2, len(images), height / width, patches)
    for i, (image, target) in enumerate(zip(images, targets, strict=True)):
        picture(grid[0, i], image)
        picture(grid[1, i], paint(target, space.colors))
        if titles is not None:
            grid[0, i].set_title(titles[i], fontsize=10)
    return figure


def confusion(record: Record, evaluation: str) -> Figure:
    """Draw what the pixels of each class were taken for, in percent of the class.

    Args:
        record: A finished run.
        evaluation: Name of the validation dataset in its record.

    Returns:
        Rows: ground truth; a class absent from it is left blank. Columns: predictions; the last
        one, "outside", are predictions of a class the label space does not have. Shares of at
        least one percent are written out.
    """
    result = record.evaluations[evaluation]
    counts = np.array(result["confusion"], dtype=float)
    totals = counts.sum(axis=1, keepdims=True)
    shares = 100 * np.divide(counts, totals, out=np.full_like(counts, np.nan), where=totals > 0)
    figure = new_figure(7.6)
    axes = figure.subplots()
    shown = axes.imshow(shares, cmap="cividis", vmin=0, vmax=100)
    for (row, column), share in np.ndenumerate(shares):
        if share >= 1:
            color = "black" if share > 50 else "white"
            axes.text(
                column, row, f"{share:.0f}", ha="center", va="center", color=color, fontsize=9
            )
    axes.set_xticks(range(counts.shape[1]), [*result["classes"], "outside"], rotation=90)
    axes.set_yticks(range(counts.shape[0]), result["classes"])
    axes.set_xlabel("prediction")
    axes.set_ylabel("ground truth")
    axes.set_title(f"{record.id}, validated on {evaluation}", fontsize=10)
    figure.colorbar(shown, label="% of the pixels of the class", shrink=0.7)
    return figure


def _row(records: Sequence[Record], evaluation: str, k: int) -> list[npt.NDArray[np.uint8]]:
    """Return the image, the ground truth and each run's prediction of one sample.

    Raises:
        ValueError: The runs kept different images under this number.
    """
    found = [_sample(record, evaluation, k) for record in records]
    for record, sample in zip(records, found, strict=True):
        if not np.array_equal(sample["target"], found[0]["target"]):
            raise ValueError(f"{record.id}: sample {k} of {evaluation} is another image")
    return [found[0]["image"], found[0]["target"], *(sample["pred"] for sample in found)]


def _sample(record: Record, evaluation: str, k: int) -> dict[str, npt.NDArray[np.uint8]]:
    """Load one stored prediction.

    Returns:
        `image`, `target` and `pred`.

    Raises:
        FileNotFoundError: The run stored no such sample.
    """
    file = record.folder / "samples" / f"{evaluation}_{k}.npz"
    if not file.is_file():
        raise FileNotFoundError(f"{file}: run {record.id} stored no sample {k} of {evaluation}")
    with np.load(file) as arrays:
        return dict(arrays)
