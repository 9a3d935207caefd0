"""What a model's say on which classes an image holds is worth, measured image by image."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lossstudy.datasets import SegmentationDataset
from lossstudy.metrics import confusion_matrices, intersection_and_union
from lossstudy.models import SegmentationModel


@torch.inference_mode()
def presence_counts(
    model: SegmentationModel, dataset: SegmentationDataset, batch_size: int = 16
) -> dict[str, NDArray[Any]]:
    """Return a model's presence scores, the truth, and what either does to the segmentation.

    Args:
        model: One that judges presence; any mode, left as it was.
        dataset: The validation set, in the label space of the model.
        batch_size: Images at a time.

    Returns:
        Arrays `(num_images, C)`: the `presence` scores; whether a class has a pixel, `present`;
        and two pairs of pixel counts, `alone_intersection` and `alone_union` of the network
        without the scores, `oracle_intersection` and `oracle_union` of the network where no pixel
        may have a class that its image does not hold. Without a truth nobody could predict so: it
        is the most that perfect scores would give.
    """
    assert model.num_classes == dataset.space.num_classes
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    parts: dict[str, list[Tensor]] = {}
    for start in range(0, len(dataset), batch_size):
        indices = range(start, min(start + batch_size, len(dataset)))
        pairs = [dataset[index] for index in indices]
        pixels, targets = (torch.stack(tensors) for tensors in zip(*pairs, strict=True))
        images = pixels.to(device).float() / 255
        scores = model.presence(images)
        logits = model.network(model.normalised(images)).cpu()
        present = torch.stack(
            [(targets == c).flatten(1).any(1) for c in range(logits.shape[1])], 1
        )
        allowed = logits.masked_fill(~present[:, :, None, None], -torch.inf)
        found = {"presence": scores.half().cpu(), "present": present}
        for name, kept in (("alone", logits), ("oracle", allowed)):
            counts = confusion_matrices(kept.argmax(1), targets, logits.shape[1])
            both = intersection_and_union(counts.numpy())
            for part, array in zip(("intersection", "union"), both, strict=True):
                found[f"{name}_{part}"] = torch.from_numpy(array.astype(np.int32))
        for name, tensor in found.items():
            parts.setdefault(name, []).append(tensor)
    model.train(was_training)
    return {name: torch.cat(tensors).numpy() for name, tensors in parts.items()}
