"""One experiment: build what it names, train, validate, record."""

import datetime
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from lossstudy import distributed, machine, paths, provenance, termination
from lossstudy.averaging import averaged_copy
from lossstudy.batches import Batches
from lossstudy.build import build_criterion, build_model, train_set, validation_sets
from lossstudy.config import ExperimentConfig
from lossstudy.configure import command
from lossstudy.datasets import SegmentationDataset, labelled_subset
from lossstudy.files import append_json_line, read_json_lines
from lossstudy.models import SegmentationModel
from lossstudy.results import SCHEMA_VERSION, Record, read_record, write_record
from lossstudy.trainer import Measurement, fit
from lossstudy.transfer import raw_counts
from lossstudy.validation import score_on_the_way, validate

Point = dict[str, int | float]
"""A step and what was measured there."""


@dataclass
class Progress:
    """What a run has measured while it trained."""

    curve: list[Point] = field(default_factory=list)
    validation_curve: list[Point] = field(default_factory=list)
    loss_curve: list[dict[str, Any]] = field(default_factory=list)
    """What a loss with state reads, one number a class, by step."""
    step_s: list[float] = field(default_factory=list)
    data_s: list[float] = field(default_factory=list)
    evaluate_s: float = 0.0

    def timing(self, wall_s: float, images_per_step: int) -> dict[str, float | int | None]:
        """Return the section of a record; a resumed run has timed fewer steps than it has."""
        steps = [step + data for step, data in zip(self.step_s, self.data_s, strict=True)]
        return {
            "wall_s": wall_s,
            "train_s": sum(self.step_s),
            "data_s": sum(self.data_s),
            "evaluate_s": self.evaluate_s,
            "step_ms": float(np.median(self.step_s)) * 1e3 if self.step_s else None,
            "steps_timed": len(self.step_s),
            "images_per_s": images_per_step / float(np.median(steps)) if steps else None,
        }


def run(config: ExperimentConfig, *, progress: bool = True) -> Record:
    """Train, validate and record one experiment; return at once if that is already done.

    The record is written last and whole, to `runs/<id>/record.json`; a run that was stopped
    continues from its checkpoint. A finished record is used again only if the code of training
    and the data are those it was made with. Under torchrun all processes train and the first one
    validates and writes; they share the folder of the runs.

    Args:
        config: The experiment.
        progress: Show a progress bar with the loss terms and the time left.

    Returns:
        The record.

    Raises:
        ValueError: The data is not what its label space declares.
        FileNotFoundError: Data is missing.
        OSError: There is no room for a checkpoint.
        NonFiniteLossError: A loss term became infinite or not a number.
        Terminated: SIGTERM came while it trained; exits with 143, the checkpoint written.
    """
    device = machine.choose_device(config.device)
    with distributed.joined(device):
        try:
            return _run(config, device, progress and distributed.is_first())
        except termination.Terminated as stopped:
            if distributed.is_first():
                tqdm.write(f"{config.id}: {stopped}", file=sys.stderr)
            raise


def _run(config: ExperimentConfig, device: torch.device, progress: bool) -> Record:
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
    machine.set_up(config, device)
    model = machine.prepare(build_model(config, data.space.num_classes), config, device)
    # A checkpoint of other code or other data is not this run's.
    checkpoint = folder / f"checkpoint-{code}-{data.fingerprint}.pt"
    labelled = labelled_subset(len(data), config.labelled_ratio, config.seed)
    batches = Batches(data, labelled, config, device, model.semi_supervised)
    trained, done = _train(
        model, batches, config, validation[config.dataset], checkpoint, progress
    )
    if distributed.is_first():
        began = time.perf_counter()
        unlabelled = np.setdiff1d(np.arange(len(data)), labelled).tolist()
        found = validate(trained, validation, data, unlabelled, config, folder)
        if config.transfer_dataset == "idd":
            found.evaluations["idd"].update(raw_counts(trained, validation["idd"], config))
        done.evaluate_s += time.perf_counter() - began
        mean_iou = found.evaluations[config.dataset]["mean_iou"]
        done.validation_curve.append({"step": config.steps, "mean_iou": mean_iou})
        write_record(
            folder,
            {
                "schema": SCHEMA_VERSION,
                "id": config.id,
                "finished": True,
                "config": config.to_dict(),
                "evaluations": found.evaluations,
                "held_out": found.held_out,
                "curve": done.curve,
                "validation_curve": done.validation_curve,
                "loss_curve": done.loss_curve,
                "timing": done.timing(time.perf_counter() - clock, batches.images_per_step),
                "peak_memory_mb": machine.peak_memory_mb(device),
                "data": _data(data, labelled),
                "provenance": {
                    "command": command(config),
                    **provenance.git_state(),
                    "code": code,
                    "versions": provenance.versions(),
                    "device": machine.device_name(device),
                    "processes": batches.processes,
                    "threads": torch.get_num_threads(),
                    "started": started,
                    "finished": _now(),
                },
            },
        )
        for path in folder.glob("checkpoint-*"):  # this run's, its log, and those of older code
            path.unlink()
    distributed.wait_for_all()
    return read_record(folder)


def _data(data: SegmentationDataset, labelled: list[int]) -> dict[str, Any]:
    """Return what a record says of the training set; the labelled images by name if not all."""
    everything = len(labelled) == len(data)
    return {
        "generated": data.generated,
        "fingerprint": data.fingerprint,
        "num_train": len(data),
        "num_labelled": len(labelled),
        "labelled": None if everything else [data.names[index] for index in labelled],
        "classes": list(data.space.classes),
        "class_share": data.class_share().tolist(),
    }


def _train(
    model: SegmentationModel,
    batches: Batches,
    config: ExperimentConfig,
    own: SegmentationDataset,
    checkpoint: Path,
    progress: bool,
) -> tuple[SegmentationModel, Progress]:
    """Train to the end, logging to a file beside the checkpoint so that a resumed run keeps it.

    Returns:
        What is to be validated, the model or its moving average, and what was measured.
    """
    criterion = build_criterion(config, batches.dataset, batches.labelled).to(batches.device)
    averaged = averaged_copy(model) if config.ema else None
    trained = model if averaged is None else averaged
    log = checkpoint.with_suffix(".jsonl")
    done = Progress()
    with (
        termination.noticed() as stopping,
        tqdm(total=config.steps, desc=config.id, mininterval=1, disable=not progress) as bar,
    ):
        for measurement in fit(model, criterion, batches, config, checkpoint, averaged, stopping):
            step = measurement.step
            bar.update(step - bar.n)
            done.step_s.append(measurement.step_s)
            done.data_s.append(measurement.data_s)
            if not distributed.is_first():
                continue
            if step % config.log_every == 0 or step == config.steps:
                append_json_line(log, _point(measurement))
                if reading := _rounded(criterion.reading()):
                    append_json_line(log, {"step": step, **reading})
                bar.set_postfix({k: f"{v:.3f}" for k, v in measurement.terms.items()})
            if config.eval_every and step % config.eval_every == 0 and step < config.steps:
                began = time.perf_counter()
                mean_iou = score_on_the_way(trained, own, config, checkpoint.parent, step)
                append_json_line(log, {"step": step, "mean_iou": mean_iou})
                done.evaluate_s += time.perf_counter() - began
    # A step repeated after a resume was logged twice, with the same numbers.
    points = {(_kind(point), point["step"]): point for point in read_json_lines(log)}
    for (kind, _), point in sorted(points.items()):
        getattr(done, kind).append(point)
    return trained, done


def _kind(point: dict[str, Any]) -> str:
    """Return the curve that a line of the log belongs to."""
    if "mean_iou" in point:
        return "validation_curve"
    return "loss_curve" if any(isinstance(value, list) for value in point.values()) else "curve"


def _rounded(reading: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return numbers a class to four digits: they are for plots, and there are many."""
    return {name: [round(value, 4) for value in values] for name, values in reading.items()}


def _point(measurement: Measurement) -> Point:
    step: Point = {"step": measurement.step, "lr": measurement.lr}
    return {**step, **measurement.terms, **measurement.log}


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
