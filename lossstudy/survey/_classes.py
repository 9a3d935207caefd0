"""How often and how much of each class there is."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd


def class_table(
    image_class_pixels: npt.NDArray[np.integer], classes: Sequence[str]
) -> pd.DataFrame:
    """Return how much of each class a dataset holds.

    Args:
        image_class_pixels: `(N, C)`, labelled pixels of each class in each image.
        classes: Class names.

    Returns:
        Rows: classes. Columns: `pixels`; `pixel share` of all labelled pixels; `images` that
        contain the class; `image share`; `share where present`, its mean share of the labelled
        pixels in the images that contain it, NaN if none does.

    Example:
        >>> table = class_table(np.array([[3, 1], [4, 0]]), ["road", "car"])
        >>> table.loc["car", ["pixel share", "image share", "share where present"]].tolist()
        [0.125, 0.5, 0.25]
    """
    counts = np.asarray(image_class_pixels, dtype=np.int64)
    present = counts > 0
    images = present.sum(axis=0)
    labelled = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, labelled, out=np.zeros(counts.shape), where=labelled > 0)
    return pd.DataFrame(
        {
            "pixels": counts.sum(axis=0),
            "pixel share": counts.sum(axis=0) / counts.sum(),
            "images": images,
            "image share": images / len(counts),
            "share where present": _ratio(shares.sum(axis=0), images),
        },
        index=list(classes),
    )


def cooccurrence(
    image_class_pixels: npt.NDArray[np.integer], classes: Sequence[str], *, given: bool = False
) -> pd.DataFrame:
    """Return how often two classes appear in one image.

    Args:
        image_class_pixels: `(N, C)`, labelled pixels of each class in each image.
        classes: Class names.
        given: Divide by the images that contain the class of the row, not by all images.

    Returns:
        Share of the images that contain both the class of the row and that of the column; with
        `given`, of the images that contain the class of the row, NaN if none does.

    Example:
        >>> counts = np.array([[3, 1], [4, 0]])
        >>> cooccurrence(counts, ["road", "car"], given=True).loc["road", "car"].item()
        0.5
    """
    present = (np.asarray(image_class_pixels) > 0).astype(np.int64)
    both = present.T @ present
    shares = _ratio(both, present.sum(axis=0)[:, None]) if given else both / len(present)
    return pd.DataFrame(shares, index=list(classes), columns=list(classes))


def _ratio(
    part: npt.NDArray[np.number], whole: npt.NDArray[np.integer]
) -> npt.NDArray[np.float64]:
    """Return the quotient; NaN where the whole is nothing."""
    whole = np.broadcast_to(whole, part.shape)
    ratio: npt.NDArray[np.float64] = np.full(part.shape, np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio
