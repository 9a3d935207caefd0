"""From the names in a configuration to the things they name."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lossstudy.config import ExperimentConfig
from lossstudy.datasets import SegmentationDataset, make_dataset
from lossstudy.datasets.scenes import SceneSettings
from lossstudy.losses import SegmentationLoss, make_loss
from lossstudy.models import SegmentationModel, make_model, model_parameters


def train_set(config: ExperimentConfig) -> SegmentationDataset:
    """Open the training set of a run."""
    return _dataset(config, config.dataset, config.data_root, "train", config.label_space)


def validation_sets(config: ExperimentConfig) -> dict[str, SegmentationDataset]:
    """Open the validation sets of a run, by dataset name."""
    roots = {config.dataset: config.data_root}
    if config.transfer_dataset:
        roots[config.transfer_dataset] = config.transfer_root
    return {
        name: _dataset(config, name, root, "val", config.evaluation_space)
        for name, root in roots.items()
    }


def build_model(config: ExperimentConfig, num_classes: int) -> SegmentationModel:
    """Build the network of a run with weights drawn from its seed."""
    torch.manual_seed(config.seed)
    fields = {field.name for field in dataclasses.fields(config)}
    params = {
        name: getattr(config, name) for name in model_parameters(config.model) if name in fields
    }
    return make_model(config.model, num_classes, **params)


def build_criterion(
    config: ExperimentConfig,
    dataset: SegmentationDataset,
    labelled: Sequence[int] | npt.NDArray[np.int_],
) -> SegmentationLoss:
    """Build the loss of a run.

    Args:
        config: The experiment.
        dataset: Its training set.
        labelled: Indices of the images whose labels may be used: the class counts are theirs.
    """
    params: dict[str, Any] = dict(config.loss_params)
    counts = dataset.class_counts(labelled)
    return make_loss(config.loss, dataset.space.num_classes, counts, **params)


def _dataset(
    config: ExperimentConfig, name: str, root: str | None, split: str, space: str
) -> SegmentationDataset:
    return make_dataset(
        name,
        None if root is None else Path(root),
        split,
        space,
        config.size,
        num_train_scenes=config.train_scenes,
        num_val_scenes=config.val_scenes,
        scenes=scene_settings(config),
    )


def scene_settings(config: ExperimentConfig) -> SceneSettings:
    """Return what a run asks of generated scenes.

    Raises:
        ValueError: `scene_factors` is not `class=factor` pairs of classes that are drawn.
    """
    pairs = [pair.split("=") for pair in config.scene_factors.split(",") if pair.strip()]
    try:
        factors = tuple((name.strip(), float(factor)) for name, factor in pairs)
    except ValueError:
        raise ValueError(
            f"scene_factors must be pairs such as 'train=0.5,bus=2', got {config.scene_factors!r}"
        ) from None
    return SceneSettings(
        imbalance=config.scene_imbalance,
        class_factors=factors,
        label_noise=config.scene_label_noise,
        weather=config.scene_weather,
    )
