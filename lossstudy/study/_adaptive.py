"""The adaptive loss against static ones: the grid of its runs.

Every run trains DeepLab alone, with the loss alone, on four fifths of the training images. The
rest is held out: opponents are tuned there and decision rules fitted there, so that validation
images decide nothing.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from lossstudy.config import DATASETS, ExperimentConfig
from lossstudy.profiles import PROFILES
from lossstudy.study._cells import Roots, cell, seeds

Params = dict[str, float | str]
Cell = tuple[str, str, Params]
"""Setting, loss, and the parameters of the loss that are not its defaults."""

COMMON: dict[str, Any] = {
    "model": "deeplab",
    "labelled_ratio": 0.8,
    "held_out": True,
    "eval_every": 0,
    "log_every": 20,
}
"""What sets these runs apart from their profile."""

SCENES: dict[str, Any] = {"train_scenes": 1000, "steps": 400}
"""What sets those on generated scenes apart, at `standard`."""

CAMVID: dict[str, Any] = {"height": 120, "width": 160, "steps": 300}
"""CamVid's images are 3 to 4, and a third of the scenes in number."""

ADAPTIVE_SETTINGS: dict[str, dict[str, Any]] = {
    "Cityscapes-like": {"dataset": "cityscapes"},
    "CamVid": {"dataset": "camvid"},
    "IDD-like, 30 classes": {"dataset": "idd"},
    "IDD-like, 19 classes": {"dataset": "idd", "label_space": "cityscapes19"},
    "balanced": {"dataset": "cityscapes", "scene_imbalance": 0.0},
    "extreme": {"dataset": "cityscapes", "scene_imbalance": 2.0},
    "10 % label noise": {"dataset": "cityscapes", "scene_label_noise": 0.1},
}
"""The datasets. `balanced` and `extreme` are the Cityscapes-like scenes with how often classes
are drawn evened out or sharpened."""

ADAPTIVE_STATIC: dict[str, Params] = {
    "cross_entropy": {},
    "focal": {"gamma": 2.0},
    "combo": {},
    "tversky": {},
    "recall": {},
    "uncertainty": {},
    "cross_entropy_lovasz": {},
    "seesaw": {},
    "logit_adjustment": {},
}
"""The opponents at their published defaults, all of them on the first two datasets."""

EVERYWHERE = ("cross_entropy", "focal", "combo", "uncertainty", "cross_entropy_lovasz")
"""Those on every dataset."""

ADAPTIVE_OTHERS = (
    "combo_micro", "dice", "focal_tversky", "generalized_dice", "jaccard", "label_smoothing",
    "ldam", "lovasz_softmax", "ohem", "poly1", "unified_focal", "weighted_cross_entropy",
)  # fmt: skip
"""The rest of the library at its defaults, on the first two datasets, once."""

ADAPTIVE_GRID: dict[str, list[Params]] = {
    "focal": [{"gamma": 1.0}, {"gamma": 5.0}],
    "combo": [{"alpha": 0.25}, {"alpha": 0.75}],
    "tversky": [{"alpha": 0.5, "beta": 0.5}, {"alpha": 0.7, "beta": 0.3}],
}
"""What the tuned opponents may be, beside their defaults."""

STATIC_FORM: Params = {"adapt": "neither"}
"""What the adaptive loss is while nothing adapts. Trained on every dataset."""

STATIC_TWIN = "cross_entropy_jaccard"
"""The loss of the library, at its defaults, that this is; it is not trained a second time."""

ADAPTIVE_HELD: dict[str, str] = {
    "inverse frequency": "inverse",
    "median frequency": "median",
}
"""Weights that a user could set by hand in the place of those that adapt, from metadata."""

FINAL_WEIGHTS: dict[str, str] = {
    "Cityscapes-like":
        "0.07, 0.32, 0.34, 0.76, 0.66, 0.89, 0.80, 0.61, 0.31, 0.54, 0.22, 0.84, 0.94, 0.30, "
        "0.77, 0.76, 0.79, 0.95, 0.94",
    "CamVid": "0.14, 0.30, 0.96, 0.10, 0.52, 0.42, 0.83, 0.72, 0.35, 0.85, 0.88",
    "extreme":
        "0.05, 0.36, 0.18, 1.00, 0.87, 0.98, 1.00, 0.93, 0.26, 0.45, 0.17, 0.96, 1.00, 0.32, "
        "1.00, 1.00, 1.00, 1.00, 1.00",
}  # fmt: skip
"""Those at which the adaptive loss ends in profile `standard`, the mean over its seeds, on the
datasets on which it is better than its static form."""

ADAPTIVE_ABLATIONS: dict[str, Params] = {
    "nothing adapts": STATIC_FORM,
    "the region term adapts instead": {"adapt": "regions"},
    "both terms adapt": {"adapt": "both"},
    "statistics of the batch": {"memory": "batch"},
    "statistics of all training": {"memory": "forever"},
    "recall for IoU": {"measure": "recall"},
    "square roots of the weights": {"power": 0.5},
    "squares of the weights": {"power": 2.0},
    "half cross entropy": {"alpha": 0.5},
    "a tenth cross entropy": {"alpha": 0.1},
    "cross entropy alone, weighted": {"alpha": 1.0},
}
"""The adaptive loss with one ingredient taken away or changed, on the first two datasets."""

TWICE = "twice the steps"
ADAPTIVE_STRESS: dict[str, dict[str, Any]] = {
    TWICE: {},
    "class-uniform sampling": {"sampling": "class_uniform"},
    "s4GAN, loss on both terms": {"model": "s4gan", "labelled_ratio": 0.125},
    "s4GAN, loss on the supervised term": {
        "model": "s4gan", "labelled_ratio": 0.125, "self_training_loss": "cross_entropy",
    },
    "labelled eighth alone": {"labelled_ratio": 0.125},
}  # fmt: skip
"""What could undo the gain, on Cityscapes-like scenes, with `cross_entropy`, `combo` and
`adaptive`. `TWICE` doubles what the profile trains."""

STRESS_TWINS = {"s4GAN, loss on the supervised term": "s4GAN, loss on both terms"}
"""Settings that are one and the same with cross entropy: trained as the second."""

MAIN = ("Cityscapes-like", "CamVid")
"""The datasets of the ablations and of the whole library."""


SPACES = {name: spaces[0] for name, (spaces, _) in DATASETS.items()}


def adaptive(profile: str, roots: Roots) -> list[ExperimentConfig]:
    """Return the runs of the comparison, the most telling ones of a seed first.

    CamVid takes part if its folder is given. Cityscapes and IDD are generated scenes, whose
    imbalance and label noise can be varied, except in profile `paper`: there they are the real
    ones, and nothing else takes part.

    Raises:
        ValueError: Profile `paper` without the folders.
    """
    runs: dict[str, ExperimentConfig] = {}
    for seed in seeds(profile):
        for setting, loss, params in [*cells(seed), *held_cells(profile)]:
            fields = _fields(profile, setting)
            if not _takes_part(profile, fields, roots):
                continue
            if profile == "paper" or fields["dataset"] == "camvid":
                fields["data_root"] = roots[fields["dataset"]]
            config = ExperimentConfig.from_profile(
                profile, **fields, loss=loss, loss_params=params, seed=seed
            )
            runs.setdefault(config.id, config)
    return list(runs.values())


def _takes_part(profile: str, fields: Mapping[str, Any], roots: Roots) -> bool:
    if profile == "paper":
        if fields["dataset"] == "camvid" or any(name.startswith("scene_") for name in fields):
            return False
        cell(profile, {**fields, "held_out": False, "data_root": roots.get(fields["dataset"])})
        return True
    return fields["dataset"] != "camvid" or "camvid" in roots


def cells(seed: int) -> list[Cell]:
    """Return what is trained with a seed, in order.

    Every seed has the comparison, the ablations, the stress tests and the grid of combo, which of
    the tuned opponents came nearest. The other grids and the rest of the library, which choose and
    survey, are trained with the first.
    """
    found: list[Cell] = [
        (setting, loss, params)
        for setting in ADAPTIVE_SETTINGS
        for loss, params in {"adaptive": {}, **ADAPTIVE_STATIC}.items()
        if setting in MAIN or loss in ("adaptive", *EVERYWHERE)
    ]
    found += [
        (setting, "adaptive", params) for setting in MAIN for params in ADAPTIVE_ABLATIONS.values()
    ]
    found += [(setting, "adaptive", STATIC_FORM) for setting in ADAPTIVE_SETTINGS]
    found += [
        (setting, loss, {})
        for setting in ADAPTIVE_STRESS
        for loss in ("adaptive", "combo", "cross_entropy")
        if loss != "cross_entropy" or setting not in STRESS_TWINS
    ]
    found += [
        (setting, loss, params)
        for setting in ADAPTIVE_SETTINGS
        for loss, grid in ADAPTIVE_GRID.items()
        for params in (ADAPTIVE_STATIC[loss], *grid)
        if seed == 0 or loss == "combo"
    ]
    if seed > 0:
        return found
    return found + [(setting, loss, {}) for setting in MAIN for loss in ADAPTIVE_OTHERS]


def held_cells(profile: str) -> list[Cell]:
    """Return what is trained with weights that are set beforehand, with every seed."""
    weights = {
        setting: [*ADAPTIVE_HELD.values(), *([final] if profile == "standard" else [])]
        for setting, final in FINAL_WEIGHTS.items()
    }
    return [
        (setting, STATIC_TWIN, {"class_weight": weight})
        for setting, those in weights.items()
        for weight in those
    ]


def setting_of(config: Mapping[str, Any]) -> str | None:
    """Return the setting a recorded run belongs to, or None for a run of another study.

    Args:
        config: The `config` of its record.
    """
    profile = config["profile"]
    start = {field.name: field.default for field in dataclasses.fields(ExperimentConfig)}
    start |= PROFILES.get(profile, {})
    for setting in (*ADAPTIVE_SETTINGS, *ADAPTIVE_STRESS):
        expected = {**start, **_fields(profile, setting)}
        if all(config.get(name, start[name]) == expected[name] for name in _TELLING):
            return setting
    return None


def _fields(profile: str, setting: str) -> dict[str, Any]:
    """Return what sets the runs of a setting apart from their profile."""
    own = ADAPTIVE_SETTINGS.get(
        setting, {"dataset": "cityscapes", **ADAPTIVE_STRESS.get(setting, {})}
    )
    size: dict[str, Any] = SCENES if profile == "standard" else {}
    if own["dataset"] == "camvid":
        size = CAMVID
    if setting == TWICE:
        usual = PROFILES.get(profile, {}).get("steps", ExperimentConfig.steps)
        size = {**size, "steps": 2 * size.get("steps", usual)}
    return {**COMMON, **size, **own, "label_space": own.get("label_space", SPACES[own["dataset"]])}


_TELLING = {
    name
    for given in (COMMON, SCENES, CAMVID, *ADAPTIVE_SETTINGS.values(), *ADAPTIVE_STRESS.values())
    for name in given
} - {"eval_every", "log_every"}
"""The fields by which settings differ."""
