"""The named settings of the study, as data: a profile is a set of `ExperimentConfig` fields.

`smoke`, `instructor`, `quick` and `standard` train a small network on a CPU; `gpu` and `paper` the
ResNet-101 of the paper. Fields a profile does not name keep their default in `ExperimentConfig`.
"""

from typing import Any

PROFILES: dict[str, dict[str, Any]] = {
    # Seconds: for tests.
    "smoke": {
        "height": 32, "width": 64, "train_scenes": 12, "val_scenes": 6, "steps": 4,
        "batch_size": 2, "unlabelled_batch_size": 2, "warmup_steps": 1, "eval_every": 2,
        "checkpoint_every": 2, "log_every": 1, "samples": 4,
    },
    # About half a minute a run on one core: three losses on one dataset, live in a lesson.
    "instructor": {
        "height": 48, "width": 96, "train_scenes": 200, "val_scenes": 60, "steps": 120,
        "batch_size": 8, "unlabelled_batch_size": 4, "lr": 3e-3, "discriminator_lr": 1e-3,
        "warmup_steps": 10, "eval_every": 60, "checkpoint_every": 60, "log_every": 5, "samples": 4,
    },
    # About a minute a run on one core: what `make book` trains.
    "quick": {
        "height": 64, "width": 128, "train_scenes": 400, "val_scenes": 150, "steps": 150,
        "batch_size": 8, "unlabelled_batch_size": 4, "discriminator_lr": 1e-3,
        "warmup_steps": 15, "eval_every": 75, "checkpoint_every": 75, "log_every": 5, "samples": 4,
    },
    # About four minutes a run on one core: the CPU results kept in book/results.
    "standard": {
        "height": 64, "width": 128, "train_scenes": 800, "val_scenes": 250, "steps": 600,
        "batch_size": 8, "unlabelled_batch_size": 4, "discriminator_lr": 1e-3,
        "warmup_steps": 20, "eval_every": 150, "checkpoint_every": 150, "log_every": 10,
        "samples": 4,
    },
    # Minutes a run on one data-centre GPU, on larger scenes.
    "gpu": {
        "height": 256, "width": 512, "train_scenes": 1000, "val_scenes": 250, "steps": 2000,
        "batch_size": 8, "unlabelled_batch_size": 8, "backbone": "resnet101",
        "discriminator_width": 64, "optimizer": "adamw", "lr": 2e-4, "warmup_steps": 100,
        "labelled_ratio": 0.125, "eval_every": 500, "checkpoint_every": 500, "log_every": 20,
        "precision": "bfloat16", "samples": 4,
    },
    # The published hyperparameters of s4GAN on Cityscapes; needs the real data and a GPU.
    "paper": {
        "height": 512, "width": 1024, "crop_height": 256, "crop_width": 512, "steps": 40_000,
        "batch_size": 8, "unlabelled_batch_size": 8, "backbone": "resnet101", "pretrained": True,
        "discriminator_width": 64, "optimizer": "sgd", "lr": 2.5e-4, "weight_decay": 5e-4,
        "discriminator_lr": 1e-5, "warmup_steps": 0, "labelled_ratio": 1.0, "eval_every": 5000,
        "checkpoint_every": 1000, "log_every": 50, "samples": 8,
    },
}  # fmt: skip
