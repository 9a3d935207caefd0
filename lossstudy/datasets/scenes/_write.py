"""Writes scenes in the official folder layouts, once."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from lossstudy.datasets.scenes._scene import check_size, compose, find_domain
from lossstudy.datasets.scenes._settings import NATURAL, SceneSettings

GENERATOR = "lossstudy scenes"
VALIDATION_START = 1_000_000  # indices of validation scenes begin here, so no scene is in both
FRAMES_PER_SEQUENCE = 100  # an IDD folder, a Cityscapes sequence
CITY_NAME = "scenes"

Progress = Callable[[int, int], None]  # (written, total)


def _source_hash() -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


GENERATOR_VERSION = _source_hash()  # changes with the code, so that a change re-renders


def _paths(domain: str, root: Path, split: str, frame: int) -> tuple[Path, Path]:
    """Image and label path of a frame in the release's layout."""
    sequence = frame // FRAMES_PER_SEQUENCE
    number = frame % FRAMES_PER_SEQUENCE
    images, labels = root / "leftImg8bit" / split, root / "gtFine" / split
    if domain == "cityscapes":
        stem = f"{CITY_NAME}_{sequence:06d}_{number:06d}"
        return (
            images / CITY_NAME / f"{stem}_leftImg8bit.png",
            labels / CITY_NAME / f"{stem}_gtFine_labelIds.png",
        )
    folder = f"{sequence:03d}"
    return (
        images / folder / f"{number:06d}_leftImg8bit.png",
        labels / folder / f"{number:06d}_gtFine_labelids.png",
    )


def _first_index(split: str) -> int:
    starts = {"train": 0, "val": VALIDATION_START}
    if split not in starts:
        raise ValueError(f"split must be one of {sorted(starts)}, got {split!r}")
    return starts[split]


def _check_count(name: str, count: int) -> None:
    if not 1 <= count <= VALIDATION_START:
        raise ValueError(f"{name} must be from 1 to {VALIDATION_START}, got {count}")


def write_scenes(
    domain: str,
    root: Path,
    split: str,
    count: int,
    size: tuple[int, int],
    progress: Progress | None = None,
    settings: SceneSettings = NATURAL,
) -> None:
    """Write scenes 0 to `count` - 1 of a split below `root`, in the layout of the release.

    Frequencies and weather hold for both splits; only the labels of `train` hold the label noise
    that the settings ask for. Cityscapes gets its instances too (`_gtFine_instanceIds.png`).

    Args:
        domain: `cityscapes` or `idd`.
        root: folder that gets `leftImg8bit` and `gtFine`.
        split: `train` or `val`; they share no scene.
        count: number of scenes.
        size: height and width in pixels.
        progress: called with (written, count) after each scene.
        settings: frequency of the classes, weather, label noise.

    Raises:
        ValueError: if the domain or split is unknown, or the size or count is not positive.
    """
    find_domain(domain)
    check_size(size)
    _check_count("count", count)
    start = _first_index(split)
    for frame in range(count):
        image_path, label_path = _paths(domain, root, split, frame)
        image_path.parent.mkdir(parents=True, exist_ok=True)
        label_path.parent.mkdir(parents=True, exist_ok=True)
        scene = compose(domain, start + frame, size, settings)
        if split == "train" and settings.label_noise:
            scene = scene.mislabelled(settings.label_noise)
        Image.fromarray(scene.image).save(image_path, compress_level=1)
        Image.fromarray(scene.labels).save(label_path, compress_level=2)
        if domain == "cityscapes":
            instance_path = label_path.with_name(label_path.name.replace("label", "instance"))
            Image.fromarray(scene.instance_ids()).save(instance_path, compress_level=2)
        if progress is not None:
            progress(frame + 1, count)


def scenes_root(
    domain: str,
    size: tuple[int, int],
    train: int,
    val: int,
    base: Path,
    progress: Progress | None = None,
    settings: SceneSettings = NATURAL,
) -> Path:
    """Return a folder below `base` with these scenes, writing it first if it is missing.

    The folder is written aside and renamed, so a reader never sees half of it and two
    processes may ask for it at once. Its `manifest.json` holds the generator, its version, the
    settings and the sha256 of every file. Equality of the files across versions of Pillow and
    numpy is not promised, which is why the hashes are of what was written.

    Args:
        domain: `cityscapes` or `idd`.
        size: height and width in pixels.
        train: number of training scenes.
        val: number of validation scenes.
        base: folder of all generated data.
        progress: called with (written, train + val) after each scene.
        settings: frequency of the classes, weather, label noise (of training scenes alone).
            All but the default ones appear in the name of the folder.

    Returns:
        The root of the release's layout.

    Raises:
        ValueError: if the domain is unknown, or the size or a count is not positive.
    """
    find_domain(domain)
    check_size(size)
    _check_count("train", train)
    _check_count("val", val)
    description: dict[str, object] = {
        "generator": GENERATOR,
        "version": GENERATOR_VERSION,
        "domain": domain,
        "size": list(size),
        "counts": {"train": train, "val": val},
        "settings": settings.to_dict(),
    }
    shape = f"{size[0]}x{size[1]}-{train}+{val}"
    name = f"scenes-{domain}-{shape}{settings.suffix}-{GENERATOR_VERSION}"
    target = base / name
    if _is_complete(target, description):
        return target
    base.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=base))
    try:
        for split, count, before in (("train", train, 0), ("val", val, train)):
            write_scenes(
                domain, aside, split, count, size, _offset(progress, before, train + val), settings
            )
        manifest = description | {"sha256": _hashes(aside)}
        (aside / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))
        _move_into_place(aside, target, description)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


def _offset(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Report the scenes of one split as part of all scenes."""
    if progress is None:
        return None
    return lambda written, _: progress(before + written, total)


def _hashes(root: Path) -> dict[str, str]:
    """Relative path -> sha256 of every file below `root`."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*.png"))
    }


def _is_complete(target: Path, description: dict[str, object]) -> bool:
    """Whether `target` holds a manifest of exactly these scenes."""
    manifest = target / "manifest.json"
    if not manifest.is_file():
        return False
    found = json.loads(manifest.read_text())
    return all(found.get(key) == value for key, value in description.items())


def _move_into_place(aside: Path, target: Path, description: dict[str, object]) -> None:
    """Rename the finished folder; a process that was faster wins.

    Raises:
        OSError: The folder cannot be renamed, and no other process has made it either.
    """
    try:
        aside.rename(target)
    except OSError:
        if not _is_complete(target, description):
            raise
