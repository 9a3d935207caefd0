"""Made-up runs of the adaptive study, with counts per image that give the IoUs asked for."""

import numpy as np

from lossstudy.config import ExperimentConfig
from lossstudy.files import write_npz
from lossstudy.results import read_record, write_record
from lossstudy.results.adaptive import outcomes
from lossstudy.study import study
from tests.records import record_data

NUM_CLASSES = 19
UNION = 1000


def runs(profile="smoke", roots=None):
    """Configurations of the study by (setting's own fields, loss parameters) as it makes them."""
    return study(profile, roots or {}, "adaptive")


def config(setting_fields, loss, seed=0, **params):
    """The study's configuration of one cell."""
    for run in runs():
        same = all(getattr(run, name) == value for name, value in setting_fields.items())
        if same and (run.loss, run.loss_params) == (loss, params):
            return ExperimentConfig(**{**vars(run), "seed": seed})
    raise AssertionError(f"the study has no {loss} {params} in {setting_fields}")


NATURAL = {
    "dataset": "cityscapes", "scene_imbalance": 1.0, "scene_label_noise": 0.0, "model": "deeplab",
    "sampling": "uniform", "labelled_ratio": 0.8,
}  # fmt: skip


BALANCED = {**NATURAL, "scene_imbalance": 0.0}
EXTREME = {**NATURAL, "scene_imbalance": 2.0}
SAMPLED = {**NATURAL, "sampling": "class_uniform"}


def write(
    root, loss, iou, *, seed=0, held_out=None, with_rule=None, accuracy=0.9, noise=0,
    fields=NATURAL, **given,
):  # fmt: skip
    """Write a finished run and return its folder.

    Args:
        root: Folder of the runs.
        loss: Name of the loss.
        iou: IoU of each class, the same in every image up to `noise`.
        seed: Seed.
        held_out: Mean IoU on the images held out; by default the mean of `iou`.
        with_rule: IoU of each class by the fitted rule; by default `iou`.
        accuracy: Pixel accuracy.
        noise: Spread of the intersections over images, pixels.
        fields: Fields of its setting, by default the natural scenes.
        **given: Parameters of the loss.
    """
    iou = np.broadcast_to(np.asarray(iou, float), NUM_CLASSES)
    ruled = iou if with_rule is None else np.broadcast_to(np.asarray(with_rule), NUM_CLASSES)
    cell = config(fields, loss, seed, **given)
    data = record_data(loss=loss, loss_params=given, seed=seed)
    data |= {"id": cell.id, "config": cell.to_dict()}
    generator = np.random.default_rng(seed)
    arrays, entries = {}, {}
    for part, values in (("cityscapes", iou), ("cityscapes_rule", ruled)):
        spread = generator.integers(-noise, noise + 1, (8, NUM_CLASSES))
        both = np.clip((values * UNION).round() + spread, 0, UNION).astype(np.int32)
        arrays[f"{part}_intersection"] = both
        arrays[f"{part}_union"] = np.full_like(both, UNION)
        found = both.sum(0) / (8 * UNION)
        entries[part] = {
            **data["evaluations"]["cityscapes"], "num_images": 8, "iou": found.tolist(),
            "mean_iou": float(found.mean()), "pixel_accuracy": accuracy,
        }  # fmt: skip
    own = entries["cityscapes"] | {
        "calibration": {"ece": 0.02}, "with_rule": entries["cityscapes_rule"],
    }  # fmt: skip
    data["evaluations"]["cityscapes"] = own
    data["held_out"] = own | {"mean_iou": float(iou.mean()) if held_out is None else held_out}
    folder = root / data["id"]
    write_record(folder, data)
    write_npz(folder / "images.npz", arrays)
    return folder


def found(*folders):
    """The outcomes of some folders."""
    return outcomes([read_record(folder) for folder in folders])
