"""Where the adaptive loss stands among all contenders: in each dataset, and over all of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lossstudy.results._interval import Interval
from lossstudy.results._markup import download_html, frame_html
from lossstudy.results._text import frame_csv, loss_with, number, with_bounds, words
from lossstudy.results.adaptive._comparison import (
    DEFAULTS,
    comparison,
    settings_of,
)
from lossstudy.results.adaptive._outcomes import OURS, WITH_RULE, Outcome, of
from lossstudy.study import ADAPTIVE_GRID


def standings(found: Sequence[Outcome]) -> pd.DataFrame:
    """Return one row a setting: the best of the others, and how many are told apart from ours.

    Ours with a decision rule is left out, being no opponent.

    Returns:
        Columns `setting`, `mean_iou` of ours; `best`, the contender that ours leads by least, and
        `lead`, `low`, `high`, ours minus it; `above`, `level` and `below`, the number of
        contenders whose interval of that difference lies above 0, includes it, or lies below it;
        `loses_to`, the names of the last.
    """
    rows = []
    for setting in settings_of(found):
        table = comparison(found, setting)
        own = table[table.contender == OURS].iloc[0]
        others = table[~table.contender.isin([OURS, OURS + WITH_RULE])]
        if others.empty:
            continue
        best = others.loc[others.behind.idxmin()]
        below = others[others.high < 0]
        rows.append({
            "setting": setting,
            "mean_iou": own.mean_iou,
            "best": best.contender,
            "lead": best.behind,
            "low": best.low,
            "high": best.high,
            "above": int((others.low > 0).sum()),
            "level": int(((others.low <= 0) & (others.high >= 0)).sum()),
            "below": len(below),
            "loses_to": tuple(below.contender),
        })
    return pd.DataFrame(rows)


def regrets(found: Sequence[Outcome]) -> pd.DataFrame:
    """Return how far each contender falls behind the best one, over all settings.

    The regret of a contender in a setting is the best mean IoU there minus its own, both over the
    seeds of ours. Those take part that were trained in every setting with all of these: losses at
    their defaults, of which one is ours with nothing adapting, and what tuning may choose, one
    choice for all.

    Returns:
        Columns `contender`; `regret`, its mean over the settings; `worst`, the largest, and
        `where`, the setting of that. The least mean regret first.
    """
    settings = settings_of(found)
    if not settings:
        return pd.DataFrame(columns=["contender", "regret", "worst", "where"])
    names = [name for name in _untuned() if all(_has_our_seeds(found, s, name) for s in settings)]
    scores = pd.DataFrame({s: _over_our_seeds(found, s, names) for s in settings}, index=names)
    behind = scores.max() - scores
    table = pd.DataFrame({
        "regret": behind.mean(axis="columns"),
        "worst": behind.max(axis="columns"),
        "where": behind.idxmax(axis="columns"),
    })
    return table.sort_values(["regret", "worst"]).rename_axis("contender").reset_index()


def _untuned() -> list[str]:
    """Return the names of all that need no tuning, each by argmax and by its fitted rule."""
    chosen = [loss_with(loss, params) for loss, grid in ADAPTIVE_GRID.items() for params in grid]
    names = [OURS, *DEFAULTS, *chosen]
    return [*names, *(name + WITH_RULE for name in names)]


def _has_our_seeds(found: Sequence[Outcome], setting: str, name: str) -> bool:
    return of(found, setting, OURS).keys() <= of(found, setting, name).keys()


def _over_our_seeds(
    found: Sequence[Outcome], setting: str, names: Sequence[str]
) -> dict[str, float]:
    """Return the mean IoU of each contender over the seeds of ours."""
    seeds = of(found, setting, OURS)
    return {
        name: float(np.mean([of(found, setting, name)[seed].scores["mean_iou"] for seed in seeds]))
        for name in names
    }


def standings_html(found: Sequence[Outcome]) -> str:
    """Return `standings` as a table."""
    table = standings(found)
    if table.empty:
        return ""
    page = pd.DataFrame({
        "dataset": table.setting,
        "adaptive": table.mean_iou.map(number),
        "best of the others, adaptive minus it": [
            f"{words(row.best)}<br>{with_bounds(Interval(row.lead, row.low, row.high))}"
            for row in table.itertuples()
        ],
        "above": table.above,
        "level": table.level,
        "below": [
            "<br>".join([str(row.below), *map(words, row.loses_to)]) for row in table.itertuples()
        ],
    })
    return frame_html(
        page.set_index("dataset"),
        "Adaptive among all contenders: how many it is above, level with and below",
        after=download_html("Standings", frame_csv(table)),
    )


def regrets_html(found: Sequence[Outcome]) -> str:
    """Return `regrets` as a table."""
    table = regrets(found)
    page = table.assign(
        contender=table.contender.map(words),
        regret=table.regret.map(number),
        worst=[f"{number(row.worst)} ({row.where})" for row in table.itertuples()],
    )[["contender", "regret", "worst"]]
    return frame_html(
        page.set_index("contender").rename(columns={"regret": "mean regret", "worst": "largest"}),
        "Regret in mean IoU of the contenders trained on every dataset with every seed",
        after=download_html("Regret", frame_csv(table)),
    )
