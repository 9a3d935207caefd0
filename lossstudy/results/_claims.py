"""The claims of the paper, each with the rule that decides it and what the records say."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import pandas as pd

from lossstudy import paper
from lossstudy.results import _claim_rules as rules
from lossstudy.results._claim_reasons import REASONED, Verdict
from lossstudy.results._claim_tables import in_tables
from lossstudy.results._finding import Finding
from lossstudy.results._pages import study_runs
from lossstudy.results._records import Record
from lossstudy.results._tidy import data_label, settings_key
from lossstudy.study import LOSSES, PAPERS_DATASETS

_SIGN = ("same sign", "opposite sign")
_PLAIN = ("holds", "does not hold")
_ABOUT_DATA = ("not testable", "not testable")  # how scenes were made is no finding


class Rule(NamedTuple):
    """How a claim is decided from runs.

    Attributes:
        text: The rule, in words.
        decide: The runs of the study by dataset to a finding.
        gamma: The focal loss it asks of.
        words: What it is called on generated scenes when the claim holds, and when it does not.
    """

    text: str
    decide: Callable[[rules.Runs], Finding]
    gamma: float = 2.0
    words: tuple[str, str] = _PLAIN


_ABOVE = "The 95 % interval of the difference in mean IoU, seed by seed, lies above zero"
_BELOW = "The 95 % interval of the difference in mean IoU, seed by seed, lies below zero"
_HALVES = "the classes divided by the mean of both losses; on both datasets"

RULES: dict[str, Rule] = {
    "losses-differ": Rule(
        "On each dataset some two of the three losses differ: the 95 % interval of their "
        "difference in mean IoU, seed by seed, does not hold zero.",
        rules.losses_differ,
    ),
    **{
        f"combo-best-{dataset}": Rule(
            f"{_ABOVE} against cross entropy and against focal.",
            partial(rules.ahead, dataset=dataset, loss="combo", others=["cross_entropy", "focal"]),
            words=_SIGN,
        )
        for dataset in PAPERS_DATASETS
    },
    **{
        f"focal-below-{dataset}": Rule(
            f"{_BELOW}, focal minus cross entropy.",
            partial(rules.behind, dataset=dataset, loss="focal", other="cross_entropy"),
            words=_SIGN,
        )
        for dataset in PAPERS_DATASETS
    },
    "no-single-loss": Rule(
        "Compare every loss with the two others in every class of both datasets. A loss is behind "
        "where the 95 % interval of the difference lies below zero, which chance does in 2.5 % of "
        "the comparisons. It holds if each loss is behind more often than that, and does not if "
        "one is never behind.",
        rules.no_single_loss,
    ),
    "dataset-matters": Rule(
        "The gain of focal or of combo over cross entropy on Cityscapes minus that on IDD: the "
        "95 % interval of one of the two, seed by seed, does not hold zero.",
        rules.dataset_matters,
    ),
    "idd-harder": Rule(
        f"{_ABOVE}: cross entropy on Cityscapes minus cross entropy on IDD.",
        rules.idd_harder,
        words=_ABOUT_DATA,
    ),
    "transfer-drops": Rule(
        f"{_ABOVE}: the same network at home minus on IDD.", rules.transfer_drops, words=_SIGN
    ),
    "transfer-collapses": Rule(
        f"The 95 % interval of the mean IoU on IDD lies below {rules.COLLAPSE}, twice the printed "
        "0.047; it does not hold if the interval lies above.",
        rules.transfer_collapses,
    ),
    "frequent-better": Rule(
        "Spearman's correlation between a class's share of the labelled training pixels and its "
        "IoU under cross entropy, one a seed: its 95 % interval lies above zero on both datasets.",
        rules.frequent_better,
    ),
    "rare-overwhelmed": Rule(
        "In the rarer half of the classes, cross entropy predicts fewer pixels than there are: "
        "the 95 % interval of predicted over true pixels lies below 1 on both datasets.",
        rules.rare_overwhelmed,
    ),
    "focal-lifts-weak": Rule(
        "Focal minus cross entropy, averaged over the weaker half of the classes, seed by seed: "
        f"the 95 % interval lies above zero; {_HALVES}.",
        rules.focal_lifts_weak,
        words=_SIGN,
    ),
    "gamma-five": Rule(
        "Focal with γ = 5 minus cross entropy, averaged over the stronger half of the classes, "
        f"seed by seed: the 95 % interval lies below zero; {_HALVES}.",
        rules.focal_drops_strong,
        gamma=5.0,
        words=_SIGN,
    ),
}
"""The claims that runs decide."""


def claims(records: Sequence[Record]) -> pd.DataFrame:
    """Return every claim of the paper with its rule and what is found.

    Real images of the paper's datasets decide a claim. Generated scenes cannot: they show at
    most the same sign, and the words of the verdict say so.

    Args:
        records: Finished runs of any kind; of the study's, the best settings are looked at.

    Returns:
        Indexed by id: `section`, `claim`, `quotation`, `rule`, `tables` (what the paper's own
        tables say to it) and `verdicts`, a tuple with one `Verdict` for each kind of images.

    Example:
        >>> claims([]).verdicts["gamma-five"][0].text
        'not testable here: no such run'
    """
    table = paper.quoted_claims()
    table["rule"] = [RULES[id].text if id in RULES else REASONED[id][0] for id in table.index]
    table["tables"] = [in_tables(id) for id in table.index]
    table["verdicts"] = [
        _decided(RULES[id], records) if id in RULES else (REASONED[id][1](),) for id in table.index
    ]
    return table


def _decided(rule: Rule, records: Sequence[Record]) -> tuple[Verdict, ...]:
    """Return the verdicts on a claim, on real images before generated scenes."""
    verdicts = []
    for generated in (False, True):
        runs = _runs_on([run for run in records if run.generated == generated], rule.gamma)
        found = rule.decide(runs)
        if found.runs:
            profiles = " and ".join(dict.fromkeys(run.profile for run in found.runs))
            data = f"{profiles}, {data_label(generated)}"
            verdicts.append(Verdict(_words(found.holds, rule, generated), data, *found[1:]))
    return tuple(verdicts) or (Verdict("not testable here: no such run"),)


def _runs_on(records: Sequence[Record], gamma: float) -> dict[str, list[Record]]:
    """Return the runs of the study by dataset, focal with the given γ in the same settings."""
    runs: dict[str, list[Record]] = {}
    for dataset in PAPERS_DATASETS:
        try:
            chosen = study_runs(records, dataset)
        except ValueError:  # no run on it
            chosen = []
        if chosen and gamma != LOSSES["focal"]["gamma"]:
            same = (chosen[0].profile, settings_key(chosen[0]))
            chosen = [run for run in chosen if run.loss != "focal"] + [
                run
                for run in records
                if (run.dataset, run.model, run.loss) == (dataset, chosen[0].model, "focal")
                and run.loss_params == {"gamma": gamma}
                and (run.profile, settings_key(run)) == same
            ]
        runs[dataset] = chosen
    return runs


def _words(holds: bool | None, rule: Rule, generated: bool) -> str:
    """Return the verdict in words that say no more than the images can."""
    if holds is None:
        return "undecided"
    if generated:
        return f"{rule.words[0 if holds else 1]} on generated scenes"
    return "reproduced" if holds else "not reproduced"
