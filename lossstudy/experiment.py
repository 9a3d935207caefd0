"""One experiment: build what it names, train, validate, record."""

import datetime
import resource
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from lossstudy import evaluation, paths, provenance
from lossstudy.batches import Batches
from lossstudy.build import (
    build_criterion,
    build_model,
    choose_device,
    train_set,
    validation_sets,
)
from lossstudy.config import ExperimentConfig
from lossstudy.configure import command
from lossstudy.datasets import SegmentationDataset, labelled_subset
from lossstudy.files import append_json_line, read_json_lines, write_npz
from lossstudy.labels import mapping
from lossstudy.models import SegmentationModel
from lossstudy.results import SCHEMA_VERSION, Record, read_record, write_record
from lossstudy.trainer import Measurement, fit

Point = dict[str, int | float]
"""A step and what was measured there."""


@dataclass
class Progress:
    """What a run has measured while it trained."""

    curve: list[Point] = field(default_factory=list)
    validation_curve: list[Point] = field(default_factory=list)
    step_s: list[float] = field(default_factory=list)
    data_s: float = 0.0
    evaluate_s: float = 0.0


def run(config: ExperimentConfig, *, progress: bool = True) -> Record:
    """Train, validate and record one experiment; return at once if that is already done.

    The record is written last and whole, to `runs/<id>/record.json`; a run that was stopped
    continues from its checkpoint. A finished record is used again only if the code of training
    and the data are those it was made with.

    Args:
        config: The experiment.
        progress: Show a progress bar with the loss terms and the time left.

    Returns:
        The record.

    Raises:
        ValueError: The data is not what its label space declares.
        FileNotFoundError: Data is missing.
        NonFiniteLossError: A loss term became infinite or not a number.
    """
    folder = paths.runs_dir() / config.id
    data, validation = train_set(config), validation_sets(config)
    code = provenance.code_fingerprint(config)
    if (folder / "record.json").exists():
        record = read_record(folder)
        seen = {name: scores["fingerprint"] for name, scores in record.evaluations.items()}
        made_with = record.data["fingerprint"], seen, record.provenance["code"]
        here = {name: dataset.fingerprint for name, dataset in validation.items()}
        if made_with == (data.fingerprint, here, code):
            return record
        tqdm.write(f"{config.id}: its record is of other code or other data; training again")
    started, clock = _now(), time.perf_counter()
    device = choose_device(config.device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    model = build_model(config, data.space.num_classes).to(device)
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    # A checkpoint of other code or other data is not this run's.
    checkpoint = folder / f"checkpoint-{code}-{data.fingerprint}.pt"
    labelled = labelled_subset(len(data), config.labelled_ratio, config.seed)
    batches = Batches(data, labelled, config, device, model.semi_supervised)
    done = _train(model, batches, config, validation[config.dataset], checkpoint, progress)
    evaluations = _validate(model, validation, config, folder, done)
    write_record(
        folder,
        {
            "schema": SCHEMA_VERSION,
            "id": config.id,
            "finished": True,
            "config": config.to_dict(),
            "evaluations": evaluations,
            "curve": done.curve,
            "validation_curve": done.validation_curve,
            "timing": {
                "wall_s": time.perf_counter() - clock,
                "train_s": sum(done.step_s),
                "data_s": done.data_s,
                "evaluate_s": done.evaluate_s,
                "step_ms": float(np.median(done.step_s)) * 1e3 if done.step_s else None,
                "steps_timed": len(done.step_s),  # fewer than all in a resumed run
            },
            "peak_memory_mb": _peak_memory_mb(device),
            "data": {
                "generated": data.generated,
                "fingerprint": data.fingerprint,
                "num_train": len(data),
                "num_labelled": len(labelled),
                "classes": list(data.space.classes),
                "class_share": data.class_share().tolist(),
            },
            "provenance": {
                "command": command(config),
                **provenance.git_state(),
                "code": code,
                "versions": provenance.versions(),
                "device": _device_name(device),
                "threads": torch.get_num_threads(),
                "started": started,
                "finished": _now(),
            },
        },
    )
    for path in folder.glob("checkpoint-*"):  # this run's, its log, and those of older code
        path.unlink()
    return read_record(folder)


def _train(
    model: SegmentationModel,
    batches: Batches,
    config: ExperimentConfig,
    own: SegmentationDataset,
    checkpoint: Path,
    progress: bool,
) -> Progress:
    """Train to the end, logging to a file beside the checkpoint so that a resumed run keeps it."""
    criterion = build_criterion(config, batches.dataset, batches.labelled).to(batches.device)
    log = checkpoint.with_suffix(".jsonl")
    done = Progress()
    steps = fit(model, criterion, batches, config, checkpoint)
    with tqdm(total=config.steps, desc=config.id, mininterval=1, disable=not progress) as bar:
        for measurement in steps:
            step = measurement.step
            bar.update(step - bar.n)
            done.step_s.append(measurement.step_s)
            done.data_s += measurement.data_s
            if step % config.log_every == 0 or step == config.steps:
                append_json_line(log, _point(measurement))
                bar.set_postfix({k: f"{v:.3f}" for k, v in measurement.terms.items()})
            if config.eval_every and step % config.eval_every == 0 and step < config.steps:
                began = time.perf_counter()
                space = config.label_space
                translation = mapping(space, own.space.name)
                counts = evaluation.evaluate(model, own, space, translation=translation)
                mean_iou = evaluation.score(counts, own)["mean_iou"]
                append_json_line(log, {"step": step, "mean_iou": mean_iou})
                done.evaluate_s += time.perf_counter() - began
    # A step repeated after a resume was logged twice, with the same numbers.
    points = {("mean_iou" in point, point["step"]): point for point in read_json_lines(log)}
    done.curve = [point for (valid, _), point in sorted(points.items()) if not valid]
    done.validation_curve = [point for (valid, _), point in sorted(points.items()) if valid]
    return done


def _validate(
    model: SegmentationModel,
    validation: dict[str, SegmentationDataset],
    config: ExperimentConfig,
    folder: Path,
    done: Progress,
) -> dict[str, Any]:
    """Score the trained model on each validation set; keep per-image counts and pictures."""
    began = time.perf_counter()
    evaluations: dict[str, Any] = {}
    arrays: dict[str, NDArray[Any]] = {}
    for name, dataset in validation.items():
        space, count = config.label_space, config.samples
        translation = mapping(space, dataset.space.name)
        counts = evaluation.evaluate(model, dataset, space, translation=translation)
        evaluations[name] = evaluation.score(counts, dataset)
        for part, array in evaluation.per_image(counts).items():
            arrays[f"{name}_{part}"] = array
        pictures = evaluation.sample_predictions(
            model, dataset, space, count, translation=translation
        )
        for number, picture in enumerate(pictures):
            write_npz(folder / "samples" / f"{name}_{number}.npz", picture)
    write_npz(folder / "images.npz", arrays)
    final = evaluations[config.dataset]["mean_iou"]
    done.validation_curve.append({"step": config.steps, "mean_iou": final})
    done.evaluate_s += time.perf_counter() - began
    return evaluations


def _device_name(device: torch.device) -> str:
    """Return the kind and model of a device."""
    if device.type == "cuda":
        return f"cuda: {torch.cuda.get_device_name(device)}"
    return f"cpu: {provenance.cpu_name()}"


def _peak_memory_mb(device: torch.device) -> float:
    """Return the peak memory of a GPU since its last reset, or of this process, in MB."""
    if device.type == "cuda":
        return float(torch.cuda.max_memory_allocated(device)) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _point(measurement: Measurement) -> Point:
    step: Point = {"step": measurement.step, "lr": measurement.lr}
    return {**step, **measurement.terms, **measurement.log}


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
