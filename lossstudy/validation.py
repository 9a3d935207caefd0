"""What a run is scored on: while it trains, at its end, and on training images held out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lossstudy import evaluation
from lossstudy.calibration import Reliability
from lossstudy.config import ExperimentConfig
from lossstudy.datasets import SegmentationDataset
from lossstudy.decision import DecisionRule
from lossstudy.files import write_npz
from lossstudy.labels import mapping
from lossstudy.models import SegmentationModel
from lossstudy.presence import presence_counts


class Validation(NamedTuple):
    """What the trained network was found to be worth, as sections of the run's record."""

    evaluations: dict[str, Any]
    """Scores by validation set, each with its calibration and, if there is one, with the rule."""
    held_out: dict[str, Any] | None
    """The same of the training images held out, and the rule fitted on them."""


def score_on_the_way(
    model: SegmentationModel,
    own: SegmentationDataset,
    config: ExperimentConfig,
    folder: Path,
    step: int,
) -> float:
    """Return mean IoU on the run's own validation set, and keep the sample predictions.

    The predictions lie beside those of the end, in `samples/<dataset>_<number>-step<step>.npz`.
    """
    translation = mapping(config.label_space, own.space.name)
    counts = evaluation.evaluate(model, own, config.label_space, translation=translation)
    for number, picture in enumerate(_pictures(model, own, config)):
        file = folder / "samples" / f"{own.name}_{number}-step{step}.npz"
        write_npz(file, {"pred": picture["pred"]})
    return float(evaluation.score(counts, own)["mean_iou"])


def validate(
    model: SegmentationModel,
    validation: Mapping[str, SegmentationDataset],
    data: SegmentationDataset,
    unlabelled: Sequence[int],
    config: ExperimentConfig,
    folder: Path,
) -> Validation:
    """Score a trained model; keep per-image counts and pictures in the run's folder.

    Args:
        model: The trained model.
        validation: Validation sets by name.
        data: The training set, for `config.held_out`.
        unlabelled: Indices of its images whose labels were not used.
        config: The experiment.
        folder: Of the run.
    """
    arrays: dict[str, NDArray[Any]] = {}
    rule, held_out = None, None
    if config.held_out:
        rule = evaluation.fitted_rule(model, data, unlabelled)
        held_out = _scored(model, data, config, rule, arrays, "held_out", unlabelled)
        held_out["rule"] = rule.to_dict()
    evaluations = {}
    for name, dataset in validation.items():
        own_rule = rule if name == config.dataset else None
        evaluations[name] = _scored(model, dataset, config, own_rule, arrays, name)
        for number, picture in enumerate(_pictures(model, dataset, config)):
            write_npz(folder / "samples" / f"{name}_{number}.npz", picture)
    write_npz(folder / "images.npz", arrays)
    return Validation(evaluations, held_out)


def _scored(
    model: SegmentationModel,
    dataset: SegmentationDataset,
    config: ExperimentConfig,
    rule: DecisionRule | None,
    arrays: dict[str, NDArray[Any]],
    name: str,
    indices: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Return the scores of one set, and add its per-image counts to `arrays`."""
    translation = mapping(config.label_space, dataset.space.name)
    reliability = Reliability()
    counts = evaluation.evaluate(
        model, dataset, config.label_space,
        translation=translation, indices=indices, reliability=reliability,
    )  # fmt: skip
    scores = {**evaluation.score(counts, dataset), "calibration": reliability.to_dict()}
    for part, array in evaluation.per_image(counts).items():
        arrays[f"{name}_{part}"] = array
    own_space = dataset.space.name == config.label_space
    if model.judges_presence and own_space and indices is None:
        arrays |= {f"{name}_{part}": a for part, a in presence_counts(model, dataset).items()}
    if rule is not None:
        counts = evaluation.evaluate(
            model, dataset, config.label_space,
            translation=translation, indices=indices, rule=rule,
        )  # fmt: skip
        scores["with_rule"] = evaluation.score(counts, dataset)
        for part, array in evaluation.per_image(counts).items():
            arrays[f"{name}_rule_{part}"] = array
    return scores


def _pictures(
    model: SegmentationModel, dataset: SegmentationDataset, config: ExperimentConfig
) -> list[dict[str, NDArray[np.uint8]]]:
    translation = mapping(config.label_space, dataset.space.name)
    return evaluation.sample_predictions(
        model, dataset, config.label_space, config.samples, translation=translation
    )
