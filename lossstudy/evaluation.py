"""Validation: predict, translate to the target's label space, count."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lossstudy.calibration import Reliability
from lossstudy.datasets import SegmentationDataset
from lossstudy.decision import DecisionRule, fit_decision_rule
from lossstudy.labels import LabelMapping, comparable, label_space, thin_classes
from lossstudy.metrics import (
    confusion_matrices,
    intersection_and_union,
    iou_per_class,
    pixel_accuracy,
)
from lossstudy.models import SegmentationModel
from lossstudy.pixels import IGNORE_INDEX

MAX_PIXELS = 4_000_000
"""On how many pixels a decision rule is fitted at most: 30 classes of them take half a GB."""


def predict(
    model: SegmentationModel,
    images: Tensor,
    translation: LabelMapping,
    rule: DecisionRule | None = None,
) -> Tensor:
    """Return the predicted class of each pixel in the target's label space.

    Args:
        model: In evaluation mode.
        images: `(N, 3, H, W)` uint8.
        translation: From the model's label space to the target's.
        rule: How a class is chosen; without one, that of the largest score.

    Returns:
        `(N, H, W)` class numbers on the model's device; the number of target classes where the
        predicted class has no counterpart.

    Raises:
        FloatingPointError: The scores are not finite, so that their argmax means nothing.
    """
    return _decided(_scores(model, images), translation, rule)


@torch.inference_mode()
def evaluate(
    model: SegmentationModel,
    dataset: SegmentationDataset,
    space: str,
    batch_size: int = 16,
    *,
    translation: LabelMapping | None = None,
    indices: Sequence[int] | None = None,
    rule: DecisionRule | None = None,
    reliability: Reliability | None = None,
) -> NDArray[np.int64]:
    """Return one confusion matrix an image over a validation set.

    Args:
        model: Any mode; left in training mode if it was in it.
        dataset: The validation set, in the space to be scored in.
        space: Label space the model predicts in.
        batch_size: Images at a time.
        translation: From that label space to the dataset's; needed where they differ.
        indices: The images to score; all of them by default.
        rule: How a class is chosen; by default that of the largest score.
        reliability: Where confidence and correctness of every pixel are added up, if given.

    Returns:
        `(num_images, C, C + 1)` pixel counts, see `metrics.confusion_matrices`.

    Raises:
        ValueError: The two label spaces differ and `translation` is not the mapping between them,
            or the model has another number of classes than its label space.
    """
    translation = _checked(model, dataset, space, translation)
    chosen = range(len(dataset)) if indices is None else indices
    was_training = model.training
    model.eval()
    parts = []
    for start in range(0, len(chosen), batch_size):
        pairs = [dataset[int(index)] for index in chosen[start : start + batch_size]]
        images, targets = (torch.stack(tensors) for tensors in zip(*pairs, strict=True))
        scores = _scores(model, images)
        preds = _decided(scores, translation, rule).cpu()
        parts.append(confusion_matrices(preds, targets, dataset.space.num_classes))
        if reliability is not None:
            valid = targets != IGNORE_INDEX
            confidence = scores.float().softmax(1).amax(1).cpu()
            reliability.add(confidence[valid], (preds == targets)[valid])
    model.train(was_training)
    return torch.cat(parts).numpy()


@torch.inference_mode()
def fitted_rule(
    model: SegmentationModel, dataset: SegmentationDataset, indices: Sequence[int]
) -> DecisionRule:
    """Fit a decision rule on some images of a dataset, which the model predicts in its own space.

    Of neighbouring pixels, which say the same, every second in both directions is read, and fewer
    where that would be more than `MAX_PIXELS`.

    Args:
        model: Any mode; left in training mode if it was in it.
        dataset: In the label space of the model.
        indices: The images: labelled, and not trained on.
    """
    was_training = model.training
    model.eval()
    pixels = len(indices) * dataset[int(indices[0])][1].numel()
    stride = max(2, math.ceil(math.sqrt(pixels / MAX_PIXELS)))
    probs, classes = [], []
    for index in indices:
        image, target = dataset[int(index)]
        scores = _scores(model, image[None])[0, :, ::stride, ::stride].float().softmax(0).cpu()
        target = target[::stride, ::stride]
        valid = target != IGNORE_INDEX
        probs.append(scores[:, valid].T)
        classes.append(target[valid].long())
    model.train(was_training)
    return fit_decision_rule(torch.cat(probs), torch.cat(classes))


def _scores(model: SegmentationModel, images: Tensor) -> Tensor:
    device = next(model.parameters()).device
    logits: Tensor = model(images.to(device).float() / 255)
    if not torch.isfinite(logits).all():
        raise FloatingPointError("the network's scores are not finite: it diverged; lower lr")
    return logits


def _decided(scores: Tensor, translation: LabelMapping, rule: DecisionRule | None) -> Tensor:
    table = torch.from_numpy(translation.table.astype(np.int64)).to(scores.device)
    return table[scores.argmax(1) if rule is None else rule(scores.float().softmax(1))]


def score(confusions: NDArray[np.int64], dataset: SegmentationDataset) -> dict[str, Any]:
    """Return the entry of a run record for one validation set: JSON values.

    Mean IoU is over the classes the validation set holds; `mean_iou_without_thin` leaves out the
    classes that the dataset's own evaluation ignores (IDD's train).
    """
    confusion = confusions.sum(0)
    classes = dataset.space.classes
    iou = iou_per_class(confusion)
    thin = thin_classes(dataset.name, dataset.space.name)
    kept = np.array([name not in thin for name in classes])
    return {
        "dataset": dataset.name,
        "label_space": dataset.space.name,
        "classes": list(classes),
        "thin_classes": list(thin),
        "num_images": len(confusions),
        "confusion": confusion.tolist(),
        "iou": [None if np.isnan(value) else float(value) for value in iou],
        "mean_iou": float(np.nanmean(iou)),
        "mean_iou_without_thin": float(np.nanmean(iou[kept])),
        "pixel_accuracy": pixel_accuracy(confusion),
        "generated": dataset.generated,
        "fingerprint": dataset.fingerprint,
    }


def per_image(confusions: NDArray[np.int64]) -> dict[str, NDArray[np.int32]]:
    """Return intersection and union per image and class, `(num_images, C)`, for the bootstrap."""
    intersection, union = intersection_and_union(confusions)
    return {"intersection": intersection.astype(np.int32), "union": union.astype(np.int32)}


@torch.inference_mode()
def sample_predictions(
    model: SegmentationModel,
    dataset: SegmentationDataset,
    space: str,
    count: int,
    *,
    translation: LabelMapping | None = None,
) -> list[dict[str, NDArray[np.uint8]]]:
    """Return image, target and prediction of `count` images spread over a validation set.

    Raises:
        ValueError: As `evaluate`.
    """
    translation = _checked(model, dataset, space, translation)
    was_training = model.training
    model.eval()
    samples = []
    for index in np.linspace(0, len(dataset) - 1, min(count, len(dataset))).astype(int):
        image, target = dataset[int(index)]
        pred = predict(model, image[None], translation)[0].cpu().numpy().astype(np.uint8)
        samples.append({
            "image": image.permute(1, 2, 0).numpy(),
            "target": target.numpy(),
            "pred": pred,
        })
    model.train(was_training)
    return samples


def _checked(
    model: SegmentationModel,
    dataset: SegmentationDataset,
    space: str,
    translation: LabelMapping | None,
) -> LabelMapping:
    """Return the mapping by which predictions are compared with targets, see `comparable`.

    Raises:
        ValueError: There is none, or the model has another number of classes than `space`.
    """
    expected = label_space(space).num_classes
    if model.num_classes != expected:
        raise ValueError(
            f"label space {space} has {expected} classes, but the network predicts "
            f"{model.num_classes}; name the label space it was trained in"
        )
    return comparable(space, dataset.space.name, translation)
