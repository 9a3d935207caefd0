"""One experiment as data: every knob, its meaning and its range. Imports no torch."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lossstudy.knobs import checked, knob, shown, unknown_parameter
from lossstudy.model_fields import ModelFields
from lossstudy.profiles import PROFILES

DATASETS = {  # dataset: (label spaces it can be trained in, the space it is validated in)
    "cityscapes": (("cityscapes19",), "cityscapes19"),
    "idd": (("idd30", "idd26", "cityscapes19"), "cityscapes19"),
    "idd_lite": (("iddlite7",), "iddlite7"),
    "kitti": (("cityscapes19",), "cityscapes19"),
    "camvid": (("camvid11", "camvid32"), "camvid11"),
}
"""The first label space of a dataset is its default; IDD's is the paper's 30 classes."""

_SHOWN = 24
"""Characters of a loss parameter that the name of a run shows."""

PATHS = ("data_root", "transfer_root", "weights", "discriminator_weights", "classifier_weights")
"""Fields that name a file or folder on somebody's machine."""


@dataclass(frozen=True, kw_only=True)
class ExperimentConfig(ModelFields):
    """Everything that decides the outcome of one training run.

    Each field carries its help text and its range; both the command line and the notebooks take
    theirs from here. An instance is valid once it exists.

    Raises:
        ValueError: A field has the wrong type or lies outside its range.
    """

    profile: str = knob("quick", "named settings this run starts from", choices=tuple(PROFILES))
    dataset: str = knob("cityscapes", "dataset to train on", choices=tuple(DATASETS))
    data_root: str | None = knob(None, "folder of the real dataset; without it, generated scenes")
    label_space: str = knob("", "label space to train in; empty for the dataset's default")
    transfer_dataset: str | None = knob(
        None,
        "second dataset to validate on, in the same 19 classes",
        choices=("cityscapes", "idd"),
    )
    transfer_root: str | None = knob(None, "folder of the real second dataset")
    labelled_ratio: float = knob(
        1.0, "share of the training set that keeps its labels", low=1e-4, high=1
    )
    train_scenes: int = knob(400, "generated training scenes", low=1)
    val_scenes: int = knob(150, "generated validation scenes", low=1)
    scene_imbalance: float = knob(
        1.0, "imbalance of generated scenes: 0 balanced, 1 natural, 2 extreme", low=0, high=2
    )
    scene_factors: str = knob(
        "", "factors on how often generated classes are drawn, as in 'train=0.5,bus=2'"
    )
    scene_weather: str = knob(
        "mixed",
        "weather of generated scenes",
        choices=("mixed", "clear", "fog", "rain", "night"),
    )
    scene_label_noise: float = knob(
        0.0, "share of wrong labels in generated training scenes", low=0, high=0.99
    )
    height: int = knob(64, "height images are resized to, pixels", low=16)
    width: int = knob(128, "width images are resized to, pixels", low=16)
    crop_height: int | None = knob(None, "height of random training crops, pixels", low=16)
    crop_width: int | None = knob(None, "width of random training crops, pixels", low=16)

    loss: str = knob("cross_entropy", "loss under study")
    loss_params: dict[str, float | str] = dataclasses.field(
        default_factory=dict, metadata={"help": "parameters of that loss"}
    )

    sampling: str = knob(
        "uniform",
        "how labelled images are drawn: each once an epoch, or so that every class is drawn alike",
        choices=("uniform", "class_uniform"),
    )

    seed: int = knob(0, "seed of weights, order and augmentation", low=0, high=2**31 - 1)
    steps: int = knob(150, "optimisation steps", low=1)
    batch_size: int = knob(8, "labelled images a step, and real maps besides", low=1)
    unlabelled_batch_size: int = knob(4, "unlabelled images a step", low=1)
    optimizer: str = knob("adamw", "optimizer of the network", choices=("adamw", "sgd"))
    lr: float = knob(2e-3, "learning rate of the network", low=0)
    weight_decay: float = knob(1e-2, "weight decay of the network", low=0)
    discriminator_lr: float = knob(1e-4, "learning rate of the discriminator (Adam)", low=0)
    poly_power: float = knob(0.9, "exponent of the polynomial decay", low=0)
    warmup_steps: int = knob(15, "steps of linear warm-up", low=0)
    precision: str = knob(
        "float32", "arithmetic of the forward pass", choices=("float32", "bfloat16")
    )
    accumulate: int = knob(1, "parts a step's batch is taken in, to need less memory", low=1)
    ema: float = knob(
        0.0, "decay of averaged weights, which are then validated; 0 for none", low=0, high=0.99999
    )
    device: str = knob("auto", "where to train", choices=("auto", "cpu", "cuda"))
    tf32: bool = knob(False, "let a GPU round the factors of float32 products to TF32")
    deterministic: bool = knob(False, "the same bits in every run, on a GPU too; slower there")
    compile: bool = knob(False, "compile the network with torch.compile")
    resident: bool = knob(True, "training images in GPU memory, where they take a quarter at most")

    eval_every: int = knob(75, "steps between validations; 0 for the end only", low=0)
    checkpoint_every: int = knob(75, "steps between checkpoints", low=1)
    log_every: int = knob(5, "steps between points of the curve", low=1)
    held_out: bool = knob(
        False, "score the training images left without labels too, and fit a decision rule there"
    )
    samples: int = knob(4, "validation predictions kept as pictures; pages show four", low=4)

    def __post_init__(self) -> None:
        """Check types, ranges and what fields demand of each other.

        Raises:
            ValueError: A field does not fit; the message names it.
        """
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, checked(field, getattr(self, field.name)))
        spaces, _ = DATASETS[self.dataset]
        if not self.label_space:
            object.__setattr__(self, "label_space", spaces[0])
        if self.label_space not in spaces:
            raise ValueError(
                f"label_space of {self.dataset} must be one of {', '.join(spaces)}, "
                f"got {self.label_space!r}"
            )
        self._check_scenes()
        self._check_data()
        self._check_crop()
        if self.held_out and self.labelled_ratio == 1:
            raise ValueError(
                "held_out scores training images left without labels, but labelled_ratio is 1: "
                "take a smaller ratio, for example 0.8"
            )

    def _check_scenes(self) -> None:
        """Check that scenes are asked something only where there are some.

        Raises:
            ValueError: The data is real, but a field describes generated scenes.
        """
        for field in dataclasses.fields(self):
            asked = field.name.startswith("scene_") and getattr(self, field.name) != field.default
            if asked and self.data_root is not None:
                raise ValueError(
                    f"{field.name} describes generated scenes, but data_root names real data; "
                    "leave one of them out"
                )

    def _check_data(self) -> None:
        """Check the second dataset against the first.

        Raises:
            ValueError: They share no classes, or one is real and the other generated.
        """
        if self.transfer_dataset is None:
            if self.transfer_root is not None:
                raise ValueError(
                    "transfer_root needs transfer_dataset: say which dataset it holds"
                )
            return
        if self.transfer_dataset == self.dataset:
            raise ValueError(
                f"transfer_dataset must be another dataset than dataset, got {self.dataset!r} for "
                "both; a run is always validated on its own dataset"
            )
        if self.evaluation_space != "cityscapes19":
            raise ValueError(
                f"transfer_dataset needs the 19 Cityscapes classes; {self.dataset} is validated "
                f"in {self.evaluation_space}"
            )
        for one, other in (("data_root", "transfer_root"), ("transfer_root", "data_root")):
            if getattr(self, one) and not getattr(self, other):
                raise ValueError(
                    f"{other} must name a folder when {one} does: a real and a generated dataset "
                    "are not mixed in one run"
                )

    def _check_crop(self) -> None:
        """Check that a crop has two sides and lies within the image.

        Raises:
            ValueError: It does not.
        """
        if (self.crop_height is None) != (self.crop_width is None):
            raise ValueError("crop_height and crop_width must be given together")
        for side in ("height", "width"):
            crop, full = getattr(self, f"crop_{side}"), getattr(self, side)
            if crop is not None and crop > full:
                raise ValueError(f"crop_{side} must be at most {side} = {full}, got {crop}")

    @classmethod
    def from_profile(cls, profile: str, **overrides: Any) -> "ExperimentConfig":
        """Start from a profile and change the named fields.

        Raises:
            ValueError: Unknown profile or field (with the nearest known name), or a bad value.

        Example:
            >>> ExperimentConfig.from_profile("smoke", dataset="idd").label_space
            'idd30'
        """
        if profile not in PROFILES:
            raise ValueError(f"profile must be one of {', '.join(PROFILES)}, got {profile!r}")
        known = [field.name for field in dataclasses.fields(cls)]
        for name in overrides:
            if name not in known:
                raise ValueError(unknown_parameter(name, known))
        return cls(profile=profile, **{**PROFILES[profile], **overrides})

    @property
    def evaluation_space(self) -> str:
        """Label space of the validation: the paper's 19 classes for both its datasets."""
        return DATASETS[self.dataset][1]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of an image, pixels."""
        return self.height, self.width

    @property
    def id(self) -> str:
        """Readable and unique name of the run, the same on every machine.

        Where the data lies is not part of it, only the folder's own name. Nor is a field that
        has its default, so that a field added later leaves the names of earlier runs alone. A
        long value is cut: weights of thirty classes would be longer than a folder's name may be.
        """
        params = "".join(
            f"-{key}{shown(value)[:_SHOWN]}" for key, value in sorted(self.loss_params.items())
        )
        defaults = {field.name: field.default for field in dataclasses.fields(self)}
        content = {k: v for k, v in self.to_dict().items() if v != defaults[k]}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
        return f"{self.profile}-{self.dataset}-{self.loss}{params}-s{self.seed}-{digest}"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values, data folders shortened to their own names."""
        values = dataclasses.asdict(self)
        for name in PATHS:
            if values[name] is not None:
                values[name] = Path(values[name]).name
        return values

    def overrides(self) -> dict[str, Any]:
        """Return the fields that differ from the profile: what a user would type to get here."""
        start = type(self).from_profile(self.profile, dataset=self.dataset)
        return {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
            if field.name in {"dataset", "loss", "seed"}
            or getattr(self, field.name) != getattr(start, field.name)
        }
