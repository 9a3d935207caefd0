"""The numbers Khan & Khan (2021) print in Tables 1 to 3, as data."""

from importlib import resources

import pandas as pd


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
    with resources.files(__name__).joinpath("tables.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)
