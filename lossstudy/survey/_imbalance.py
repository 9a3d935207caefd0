"""How unevenly pixels are spread over classes, as single numbers."""

import numpy as np
import pandas as pd


def imbalance(shares: pd.DataFrame) -> pd.DataFrame:
    r"""Return how uneven class shares are, one row a dataset.

    With \(f_1 \dots f_C\) the shares of the C classes that occur, summing to one:

    Args:
        shares: Rows: classes. Columns: datasets. Values: share of the labelled pixels; 0 or NaN
            for a class that does not occur.

    Returns:
        Columns `classes`, C; `entropy` in bits, \(H = -\sum f_i \log_2 f_i\); `normalised
        entropy`, \(H / \log_2 C\), 1 where all classes are alike; `effective number`, \(2^H\), how
        many equally frequent classes would be as uneven; `gini`,
        \(\sum_{ij} |f_i - f_j| / 2C\), 0 where all classes are alike and \(1 - 1/C\) where one
        has everything; `max / min`, largest over smallest share.

    Example:
        >>> even = imbalance(pd.DataFrame({"even": [0.25] * 4})).loc["even"]
        >>> even["effective number"].item(), even["gini"].item(), even["max / min"].item()
        (4.0, 0.0, 1.0)
    """
    rows = {}
    for name, column in shares.items():
        held = column[column > 0].to_numpy(dtype=float)
        held = held / held.sum()
        entropy = float(-(held * np.log2(held)).sum())
        rows[name] = {
            "classes": len(held),
            "entropy": entropy,
            "normalised entropy": entropy / np.log2(len(held)) if len(held) > 1 else 1.0,
            "effective number": 2**entropy,
            "gini": float(np.abs(held[:, None] - held).sum() / (2 * len(held))),
            "max / min": float(held.max() / held.min()),
        }
    return pd.DataFrame.from_dict(rows, orient="index")
