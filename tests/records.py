"""Made-up run records, written with the files that belong to them."""

import copy
from pathlib import Path

import numpy as np

from lossstudy.knobs import shown
from lossstudy.labels import label_space
from lossstudy.results import write_record

SPACE = label_space("cityscapes19")


def make_evaluation(dataset="cityscapes", iou=0.5, generated=True, num_images=6):
    """An evaluation whose classes have IoUs spread evenly around `iou`, with `train` thin."""
    values = (iou + np.linspace(-0.1, 0.1, 19)).tolist()
    thin = [] if dataset == "cityscapes" else ["train"]
    kept = [v for v, name in zip(values, SPACE.classes, strict=True) if name not in thin]
    confusion = np.pad(np.eye(19, dtype=int) * 90 + 1, ((0, 0), (0, 1)))
    return {
        "dataset": dataset,
        "label_space": "cityscapes19",
        "classes": list(SPACE.classes),
        "thin_classes": thin,
        "num_images": num_images,
        "confusion": confusion.tolist(),
        "iou": values,
        "mean_iou": float(np.mean(values)),
        "mean_iou_without_thin": float(np.mean(kept)),
        "pixel_accuracy": 0.9,
        "generated": generated,
        "fingerprint": f"{dataset}-{num_images}",
    }


def record_data(
    *, dataset="cityscapes", loss="cross_entropy", loss_params=None, seed=0, iou=0.5,
    generated=True, profile="quick", transfer=None, num_images=6, **config,
):  # fmt: skip
    """The content of a record; unknown keywords are fields of its configuration."""
    params = loss_params if loss_params is not None else {"gamma": 2.0} if loss == "focal" else {}
    suffix = "".join(f"-{key}{shown(value)}" for key, value in params.items())
    space = "idd30" if dataset == "idd" else "cityscapes19"
    evaluations = {dataset: make_evaluation(dataset, iou, generated, num_images)}
    if transfer is not None:
        evaluations[transfer] = make_evaluation(transfer, iou - 0.2, generated, num_images)
    steps = range(10, 60, 10)
    return {
        "schema": 1,
        "id": f"{profile}-{dataset}-{loss}{suffix}-s{seed}",
        "finished": True,
        "config": {
            "profile": profile, "dataset": dataset, "data_root": None, "label_space": space,
            "transfer_dataset": transfer, "transfer_root": None, "model": "s4gan", "loss": loss,
            "loss_params": params, "seed": seed, "steps": 50, "labelled_ratio": 1.0, **config,
        },
        "evaluations": evaluations,
        "curve": [
            {
                "step": step, "lr": 1e-3, "supervised": 2.0 / step + seed / 100,
                "feature_matching": 0.01, "self_training": 0.1, "discriminator": 1.3,
            }
            for step in steps
        ],
        "validation_curve": [{"step": step, "mean_iou": iou * step / 50} for step in steps],
        "timing": {
            "wall_s": 61.5, "train_s": 50.0, "evaluate_s": 6.0, "data_s": 5.0, "step_ms": 100.0,
        },
        "peak_memory_mb": 900.0,
        "data": {
            "generated": generated, "fingerprint": "abc", "num_train": 12,
            "class_share": np.linspace(0.1, 0.0, label_space(space).num_classes).tolist(),
        },
        "provenance": {
            "command": "lossstudy train", "git_commit": "0123456789abcdef", "git_dirty": True,
            "code": "c0de", "versions": {"python": "3.11", "torch": "2.13.0"},
            "device": "cpu: fake", "threads": 1, "started": "2026-01-01T00:00:00",
            "finished": "2026-01-01T00:01:01",
        },
    }  # fmt: skip


def make_record(folder: Path, **overrides):
    """Write `<folder>/<id>/` with a record, per-image counts and two samples.

    Returns:
        The run's folder.
    """
    data = record_data(**overrides)
    run = folder / data["id"]
    write_record(run, copy.deepcopy(data))
    generator = np.random.default_rng(data["config"]["seed"])
    counts = {}
    (run / "samples").mkdir()
    for key, evaluation in data["evaluations"].items():
        union = generator.integers(50, 100, (evaluation["num_images"], 19), dtype=np.int32)
        counts[f"{key}_union"] = union
        counts[f"{key}_intersection"] = (union * generator.random(union.shape)).astype(np.int32)
        for k in range(2):
            target = np.full((8, 16), 255, np.uint8)
            target[:4], target[4:7] = 10, k
            np.savez(
                run / "samples" / f"{key}_{k}.npz",
                image=np.full((8, 16, 3), 60 * k + 30, np.uint8),
                target=target,
                pred=np.where(target == 10, 13, 0).astype(np.uint8),
            )
    np.savez(run / "images.npz", **counts)
    return run
