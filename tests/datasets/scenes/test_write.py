"""Folders of scenes: layout, manifest, atomicity."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lossstudy.datasets.scenes import (
    GENERATOR_VERSION,
    SceneSettings,
    _write,
    compose,
    render,
    scenes_root,
    write_scenes,
)

SIZE = (16, 32)


def files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.png"))


def test_names_of_the_cityscapes_layout(tmp_path: Path) -> None:
    write_scenes("cityscapes", tmp_path, "val", 1, SIZE)
    assert files(tmp_path) == [
        "gtFine/val/scenes/scenes_000000_000000_gtFine_instanceIds.png",
        "gtFine/val/scenes/scenes_000000_000000_gtFine_labelIds.png",
        "leftImg8bit/val/scenes/scenes_000000_000000_leftImg8bit.png",
    ]


def test_names_of_the_idd_layout(tmp_path: Path) -> None:
    write_scenes("idd", tmp_path, "train", 1, SIZE)
    assert files(tmp_path) == [
        "gtFine/train/000/000000_gtFine_labelids.png",
        "leftImg8bit/train/000/000000_leftImg8bit.png",
    ]


def test_more_scenes_than_fit_a_sequence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_write, "FRAMES_PER_SEQUENCE", 2)
    write_scenes("idd", tmp_path, "train", 4, SIZE)
    assert len(files(tmp_path)) == 8
    assert (tmp_path / "leftImg8bit/train/001/000001_leftImg8bit.png").is_file()


def test_files_hold_the_rendered_scene(tmp_path: Path) -> None:
    write_scenes("idd", tmp_path, "train", 2, SIZE)
    image, labels = render("idd", 1, SIZE)
    stem = "train/000/000001"
    written = np.asarray(Image.open(tmp_path / f"leftImg8bit/{stem}_leftImg8bit.png"))
    written_labels = np.asarray(Image.open(tmp_path / f"gtFine/{stem}_gtFine_labelids.png"))
    assert np.array_equal(written, image)
    assert np.array_equal(written_labels, labels)


def test_manifest_describes_every_file(tmp_path: Path) -> None:
    root = scenes_root("cityscapes", SIZE, 3, 2, tmp_path)
    manifest = json.loads((root / "manifest.json").read_text())
    assert manifest["generator"] == "lossstudy scenes"
    assert manifest["version"] == GENERATOR_VERSION
    assert (manifest["domain"], manifest["size"]) == ("cityscapes", [16, 32])
    assert manifest["counts"] == {"train": 3, "val": 2}
    assert sorted(manifest["sha256"]) == files(root)
    assert manifest["settings"] == {
        "imbalance": 1.0, "class_factors": {}, "label_noise": 0.0, "weather": "mixed",
    }  # fmt: skip
    assert len(files(root)) == 3 * (3 + 2)
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((root / name).read_bytes()).hexdigest() == digest


def test_train_and_val_share_no_scene(tmp_path: Path) -> None:
    root = scenes_root("idd", SIZE, 4, 4, tmp_path)
    hashes = json.loads((root / "manifest.json").read_text())["sha256"]
    images = [digest for name, digest in hashes.items() if name.startswith("leftImg8bit")]
    assert len(set(images)) == 8


def test_a_second_call_writes_nothing(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    first = scenes_root("idd", SIZE, 2, 1, tmp_path, lambda *step: seen.append(step))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    second = scenes_root("idd", SIZE, 2, 1, tmp_path, lambda *step: seen.append(step))
    assert second == first
    assert len(seen) == 3


def test_other_counts_get_another_folder(tmp_path: Path) -> None:
    assert scenes_root("idd", SIZE, 1, 1, tmp_path) != scenes_root("idd", SIZE, 2, 1, tmp_path)


def test_default_settings_are_not_in_the_name_of_the_folder(tmp_path: Path) -> None:
    root = scenes_root("idd", SIZE, 2, 1, tmp_path)
    assert root.name == f"scenes-idd-16x32-2+1-{GENERATOR_VERSION}"


def test_other_settings_get_another_folder_once(tmp_path: Path) -> None:
    fog = SceneSettings(weather="fog", class_factors=(("car", 1 / 3),))
    seen: list[int] = []
    roots = [
        scenes_root("idd", SIZE, 1, 1, tmp_path, lambda written, _: seen.append(written), settings)
        for settings in (SceneSettings(), fog, fog)
    ]
    assert roots[0] != roots[1] == roots[2]
    assert seen == [1, 2, 1, 2]
    manifest = json.loads((roots[1] / "manifest.json").read_text())
    assert manifest["settings"] == fog.to_dict()


def read(root: Path, name: str) -> np.ndarray:
    return np.asarray(Image.open(root / name))


def test_label_noise_is_in_the_training_labels_alone(tmp_path: Path) -> None:
    size = (32, 64)
    clean, noisy = (
        scenes_root("idd", size, 2, 2, tmp_path, settings=SceneSettings(label_noise=share))
        for share in (0.0, 0.3)
    )
    frames = ["000/000000", "000/000001"]
    for split in ("train", "val"):
        for frame in frames:
            image = f"leftImg8bit/{split}/{frame}_leftImg8bit.png"
            label = f"gtFine/{split}/{frame}_gtFine_labelids.png"
            assert np.array_equal(read(clean, image), read(noisy, image))
            same = np.array_equal(read(clean, label), read(noisy, label))
            assert same == (split == "val")
    expected = compose("idd", 1, size).mislabelled(0.3).labels
    assert np.array_equal(read(noisy, "gtFine/train/000/000001_gtFine_labelids.png"), expected)


def test_weather_holds_for_validation_too(tmp_path: Path) -> None:
    night = SceneSettings(weather="night")
    write_scenes("idd", tmp_path, "val", 1, SIZE, settings=night)
    expected = compose("idd", _write.VALIDATION_START, SIZE, night).image
    assert np.array_equal(read(tmp_path, "leftImg8bit/val/000/000000_leftImg8bit.png"), expected)


def test_instances_of_the_city_are_16_bit(tmp_path: Path) -> None:
    write_scenes("cityscapes", tmp_path, "train", 1, (64, 128))
    stem = "gtFine/train/scenes/scenes_000000_000000_gtFine"
    assert np.array_equal(
        read(tmp_path, f"{stem}_instanceIds.png"),
        compose("cityscapes", 0, (64, 128)).instance_ids(),
    )
    assert read(tmp_path, f"{stem}_instanceIds.png").max() > 24000


def test_an_interrupted_write_leaves_no_folder(tmp_path: Path) -> None:
    def interrupt(written: int, total: int) -> None:
        if written == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scenes_root("cityscapes", SIZE, 3, 1, tmp_path, interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_faster_process_wins(tmp_path: Path) -> None:
    """The other process finishes while this one is still writing."""
    roots: list[Path] = []

    def overtaken(written: int, total: int) -> None:
        if written == 1:
            roots.append(scenes_root("idd", SIZE, 1, 1, tmp_path))

    assert scenes_root("idd", SIZE, 1, 1, tmp_path, overtaken) == roots[0]
    assert list(tmp_path.iterdir()) == roots


@pytest.mark.parametrize(
    ("domain", "size", "train", "val", "message"),
    [
        ("mars", SIZE, 1, 1, "domain must be"),
        ("idd", (16, -1), 1, 1, "size must be"),
        ("idd", SIZE, 0, 1, "train must be"),
        ("idd", SIZE, 1, 0, "val must be"),
    ],
)
def test_bad_arguments(
    tmp_path: Path, domain: str, size: tuple[int, int], train: int, val: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        scenes_root(domain, size, train, val, tmp_path)


def test_bad_count_and_split(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="count must be"):
        write_scenes("idd", tmp_path, "train", 0, SIZE)
    with pytest.raises(ValueError, match="split must be one of"):
        write_scenes("idd", tmp_path, "test", 1, SIZE)
