"""What of a dataset's metadata goes with the IoU a loss reaches on its classes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from lossstudy.results import MEAN, MEAN_WITHOUT_THIN, Record, summary
from lossstudy.study import LOSSES

_GAIN = "gain over cross entropy"
_VERDICTS = {  # kind of correlation: what its sign says, 0 where the interval spans 0
    "IoU": {
        1: "the more pixels a class has, the higher its IoU",
        -1: "the more pixels a class has, the lower its IoU",
        0: "the pixel share does not clearly order the classes",
    },
    _GAIN: {
        1: "gains more over cross entropy the more pixels a class has",
        -1: "gains more over cross entropy the fewer pixels a class has",
        0: "where it gains over cross entropy does not clearly depend on the pixel share",
    },
}


class RankCorrelation(NamedTuple):
    """Spearman's rank correlation with how sure it is.

    Attributes:
        rho: The coefficient, -1 to 1; NaN where one side has a single value.
        low: Lower bound of the 95 % percentile interval over draws of the classes.
        high: Upper bound.
        p: Share of random orders with a coefficient at least as far from 0.
        n: Number of classes.
    """

    rho: float
    low: float
    high: float
    p: float
    n: int


def rank_correlation(
    one: "pd.Series[float]", other: "pd.Series[float]", *, num_resamples: int = 2000, seed: int = 0
) -> RankCorrelation:
    """Return Spearman's rank correlation of two columns over the rows where both have a value.

    It is Pearson's correlation of the ranks, equal values sharing their mean rank. The interval
    draws the rows anew with replacement, and ranks each draw; `p` is that of a permutation test.

    Args:
        one: A value per class.
        other: Another one.
        num_resamples: Number of draws, and of random orders.
        seed: Seed of both.

    Raises:
        ValueError: Fewer than three classes have both values.

    Example:
        >>> rising = pd.Series([1.0, 2.0, 3.0, 4.0])
        >>> rank_correlation(rising, rising**3).rho
        1.0
    """
    pairs = pd.DataFrame({"one": one, "other": other}).dropna()
    if len(pairs) < 3:
        raise ValueError(f"a rank correlation needs at least 3 classes, got {len(pairs)}")
    values = pairs.to_numpy(dtype=float).T  # (2, n)
    generator = np.random.default_rng(seed)
    draws = generator.integers(len(pairs), size=(num_resamples, len(pairs)))
    drawn = _spearman(values[0][draws], values[1][draws])
    orders = generator.permuted(np.tile(values[1], (num_resamples, 1)), axis=1)
    shuffled = _spearman(np.broadcast_to(values[0], orders.shape), orders)
    rho = float(_spearman(values[:1], values[1:])[0])
    known = drawn[~np.isnan(drawn)]
    low, high = np.quantile(known, (0.025, 0.975)) if len(known) else (np.nan, np.nan)
    extreme = np.abs(shuffled) >= abs(rho) - 1e-12
    p = (1 + extreme.sum()) / (1 + num_resamples) if not np.isnan(rho) else np.nan
    return RankCorrelation(rho, float(low), float(high), float(p), len(pairs))


def class_ious(records: Sequence[Record], dataset: str) -> pd.DataFrame:
    """Return the IoU of each class of a dataset under each loss, its mean over the seeds.

    Args:
        records: Runs in one setting, apart from loss and seed: see `results.study_runs`.
        dataset: Dataset they were trained and validated on.

    Returns:
        Rows: classes. Columns: losses, those of the study first. NaN for a class the validation
        set does not hold.

    Raises:
        ValueError: Two settings of one loss are among the records.
    """
    table = summary([record for record in records if record.dataset == dataset])
    table = table[table.validated_on == dataset]
    table = table[~table.class_name.isin([MEAN, MEAN_WITHOUT_THIN])]
    if table.duplicated(["loss", "class_name"]).any():
        raise ValueError(
            f"the records hold runs on {dataset} in several settings; pass those of one of them"
        )
    wide = table.pivot(index="class_name", columns="loss", values="mean")
    losses = sorted(wide.columns, key=[*LOSSES, *wide.columns].index)
    return wide.loc[table.class_name.unique(), losses].rename_axis(index=None, columns=None)


def predictors(metadata: pd.DataFrame, ious: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Return how each column of the metadata goes with the IoU, and with what a loss gains.

    Args:
        metadata: Rows: classes. Columns: numbers known before training.
        ious: Rows: classes. Columns: losses, `"cross_entropy"` among them.
        seed: Seed of the draws.

    Returns:
        One row per metadata column and loss, and per kind `of`: `"IoU"`, or
        `"gain over cross entropy"`, the difference of two losses' IoU. Columns `metadata`, `loss`,
        `of`, `rho`, `low`, `high`, `p` and `n`.
    """
    gains = ious.drop(columns="cross_entropy").sub(ious["cross_entropy"], axis="index")
    rows = []
    for of, values in (("IoU", ious), (_GAIN, gains)):
        for loss in values.columns:
            for name in metadata.columns:
                found = rank_correlation(metadata[name], values[loss], seed=seed)
                rows.append({"metadata": name, "loss": loss, "of": of, **found._asdict()})
    return pd.DataFrame(rows)


def findings(table: pd.DataFrame) -> list[str]:
    """Say what a table of `predictors` shows of the pixel share, a sentence per loss and kind.

    A correlation counts as clear if its interval leaves out 0.

    Args:
        table: Result of `predictors`, the pixel share among its metadata.

    Returns:
        For each loss, whether classes with more pixels have a higher IoU, and which of several
        columns goes with the IoU best; then, for each loss but cross entropy, where it gains over
        cross entropy.
    """
    sentences = []
    for _, row in table[table.metadata == "pixel share"].iterrows():
        direction = int(row.low > 0) - int(row.high < 0)
        sentence = (
            f"{row.loss.replace('_', ' ')}: {_VERDICTS[row.of][direction]} "
            f"(ρ = {row.rho:+.2f}, {row.low:+.2f} to {row.high:+.2f})."
        )
        known = table[(table.of == "IoU") & (table.loss == row.loss)]
        if row.of == "IoU" and len(known) > 1:
            best = known.loc[known.rho.abs().idxmax()]
            sentence += f" The best predictor is the {best.metadata} (ρ = {best.rho:+.2f})."
        sentences.append(sentence.replace("-", "−"))
    return sentences


def _spearman(
    one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the rank correlation of each row of two arrays `(rows, n)`."""
    ranks = [pd.DataFrame(values).rank(axis="columns").to_numpy() for values in (one, other)]
    x, y = (rank - rank.mean(axis=1, keepdims=True) for rank in ranks)
    scale = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    rho: npt.NDArray[np.float64] = np.full(len(x), np.nan)
    np.divide((x * y).sum(axis=1), scale, out=rho, where=scale > 0)
    return rho
