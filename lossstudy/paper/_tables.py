"""The printed numbers, and what follows from them by arithmetic."""

import math
from collections.abc import Collection
from importlib import resources

import pandas as pd

MEAN_ROW = "mean iou"
"""Name of the last row of every table."""

ROW_STEP = 0.01
"""Distance between two numbers that the rows of the tables can show."""


def published() -> pd.DataFrame:
    """Return every IoU of the paper's Tables 1 to 3, as printed.

    Returns:
        180 rows with the columns `table` (1, 2 or 3), `column` (1, 2 or 3, from left to right),
        `trained_on`, `validated_on`, `loss`, `class_name` (the 19 Cityscapes classes, then
        `"mean iou"`) and `iou` (0 to 1).

    Example:
        >>> paper = published()
        >>> paper.query("table == 2 and class_name == 'mean iou'").iou.tolist()
        [0.486, 0.472, 0.512]
    """
    with resources.files("lossstudy.paper").joinpath("tables.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def class_rows(table: int) -> pd.DataFrame:
    """Return the IoU of the 19 classes of a table that compares losses: classes x losses.

    Args:
        table: 2 (IDD) or 3 (Cityscapes).

    Raises:
        ValueError: The table does not compare losses.
    """
    if table not in {2, 3}:
        raise ValueError(f"table must be 2 or 3, those that compare losses; got {table}")
    paper = published().query("table == @table and class_name != @MEAN_ROW")
    wide = paper.pivot(index="class_name", columns="loss", values="iou")
    return wide.loc[paper.class_name.unique(), paper.loss.unique()]


def recomputed_means() -> pd.DataFrame:
    """Return every printed mean IoU beside the mean of the 19 rows above it.

    A row is printed with two digits, so what was printed can differ from what was measured by
    half a hundredth. Where these 19 errors are even and independent, their mean has the standard
    deviation 0.01 / √(12 · 19) = 0.0007.

    Returns:
        One row a column of the tables: `table`, `column`, `trained_on`, `validated_on`, `loss`,
        `printed`, `recomputed`, `difference` (printed - recomputed), `rounded` and `truncated`
        (the recomputed mean, rounded or cut to the digits of the printed one, is the printed
        one), and `deviations`, the difference in the standard deviations of the rows' rounding.

    Example:
        >>> means = recomputed_means()
        >>> means[~means.truncated][["trained_on", "validated_on", "printed"]].values.tolist()
        [['cityscapes', 'idd', 0.047]]
    """
    keys = ["table", "column", "trained_on", "validated_on", "loss"]
    rows = []
    for key, group in published().groupby(keys):
        iou = group.set_index("class_name").iou
        printed, mean = iou[MEAN_ROW], math.fsum(iou.drop(MEAN_ROW)) / (len(iou) - 1)
        scale = 10 ** len(repr(float(printed)).partition(".")[2])
        spread = ROW_STEP / math.sqrt(12 * (len(iou) - 1))
        rows.append({
            **dict(zip(keys, key, strict=True)),
            "printed": printed,
            "recomputed": mean,
            "difference": printed - mean,
            "rounded": round(mean * scale) == round(printed * scale),
            "truncated": math.floor(mean * scale + 1e-9) == round(printed * scale),
            "deviations": (printed - mean) / spread,
        })
    return pd.DataFrame(rows)


def printed_twice() -> pd.DataFrame:
    """Return the classes of the experiment that Tables 1 and 3 both print: two runs, or one.

    s4GAN with cross entropy, trained and validated on Cityscapes. (Cross entropy on IDD is in
    Tables 1 and 2 too, with the same numbers.)

    Returns:
        Rows: the 19 classes. Columns: `table 1`, `table 3` and `difference` (1 - 3).

    Example:
        >>> twice = printed_twice()
        >>> int(twice.difference.ne(0).sum()), float(twice.difference.max())
        (10, 0.03)
    """
    paper = published().query(
        "trained_on == validated_on == 'cityscapes' and loss == 'cross_entropy' "
        "and class_name != @MEAN_ROW"
    )
    twice = paper.pivot(index="class_name", columns="table", values="iou")
    twice = twice.loc[paper.class_name.unique()].add_prefix("table ")
    difference = (twice["table 1"] - twice["table 3"]).round(2)
    return twice.assign(difference=difference).rename_axis(index=None, columns=None)


def contributions(table: int, loss: str, reference: str = "cross_entropy") -> pd.DataFrame:
    """Return what each class adds to the gain of a loss over another in mean IoU.

    With d_c the difference in class c and C classes, the gain is Σ d_c / C; without class c the
    mean runs over the other C - 1.

    Args:
        table: 2 (IDD) or 3 (Cityscapes).
        loss: Name of a loss of the table.
        reference: The loss it is compared with.

    Returns:
        Rows: the 19 classes. Columns: `difference` (d_c), `contribution` (d_c / C), `share`
        (contribution over gain) and `gain_without` (the gain over the other classes).

    Raises:
        ValueError: The table does not compare losses.

    Example:
        >>> round(float(contributions(2, "combo").share["train"]), 2)
        0.64
    """
    rows = class_rows(table)
    difference = (rows[loss] - rows[reference]).round(2)
    total, count = difference.sum(), len(difference)
    return pd.DataFrame({
        "difference": difference,
        "contribution": difference / count,
        "share": difference / total,
        "gain_without": (total - difference) / (count - 1),
    }).rename_axis(index=None)


def gain_without(
    table: int, loss: str, classes: Collection[str], reference: str = "cross_entropy"
) -> float:
    """Return the gain of a loss over another in mean IoU, over all classes but some.

    Raises:
        ValueError: The table does not compare losses, or does not have one of the classes.

    Example:
        >>> round(gain_without(3, "combo", ["truck", "train", "motorcycle"]), 4)
        0.0
    """
    difference = contributions(table, loss, reference).difference
    unknown = set(classes) - set(difference.index)
    if unknown:
        raise ValueError(f"classes must be of the 19, got {', '.join(sorted(unknown))}")
    return float(difference.drop(list(classes)).mean())


def always_zero() -> pd.DataFrame:
    """Return the classes that one dataset's networks never find, and what another's gets of them.

    Returns:
        One row a class whose IoU is printed as 0.00 under every loss of Table 2 or 3:
        `validated_on`, `class_name`, and `found_by_transfer`, its IoU on the same validation set
        with the network trained on the other dataset (NaN where the paper has none).
    """
    paper = published()
    rows = []
    for table, dataset in ((2, "idd"), (3, "cityscapes")):
        found = class_rows(table)
        for name in found.index[(found == 0).all(axis="columns")]:
            other = paper.query(
                "validated_on == @dataset and trained_on != @dataset and class_name == @name"
            )
            rows.append({
                "validated_on": dataset,
                "class_name": name,
                "found_by_transfer": other.iou.max(),
            })
    return pd.DataFrame(rows)
