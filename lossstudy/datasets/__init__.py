"""The datasets of the study: one file, one class, one published layout, one name.

The name of the file is the name on the command line and in a run record.
"""

from pathlib import Path

from tqdm import tqdm

from lossstudy import registry
from lossstudy.datasets._base import SegmentationDataset as SegmentationDataset
from lossstudy.datasets._cache import BAR_DELAY
from lossstudy.datasets._splits import labelled_subset as labelled_subset
from lossstudy.datasets.scenes import NATURAL, SceneSettings, scenes_root
from lossstudy.paths import data_dir

SCENE_SIZE = (128, 256)
"""Height and width generated scenes are rendered at unless larger ones are asked for, pixels."""


def dataset_names() -> tuple[str, ...]:
    """Return the names `make_dataset` knows."""
    return tuple(registry.discover(__name__, SegmentationDataset))


def make_dataset(
    name: str,
    root: Path | None,
    split: str,
    space: str,
    size: tuple[int, int],
    *,
    num_train_scenes: int = 800,
    num_val_scenes: int = 250,
    scene_size: tuple[int, int] | None = None,
    scenes: SceneSettings = NATURAL,
    progress: bool = True,
) -> SegmentationDataset:
    """Open one split of a dataset.

    Without a root, Cityscapes and IDD are replaced by procedural scenes, rendered on first use
    into `data_dir() / "scenes"` in the official layout and read by the same loader.

    Args:
        name: A name of `dataset_names()`.
        root: Folder of the real dataset; None for generated scenes.
        split: `"train"` or `"val"`.
        space: Label space of the targets.
        size: Height and width images are resized to, pixels.
        num_train_scenes: Generated training scenes; unused with a root.
        num_val_scenes: Generated validation scenes; unused with a root.
        scene_size: Height and width scenes are rendered at, pixels. By default `SCENE_SIZE`, or
            `size` where that is larger.
        scenes: How often classes appear in generated scenes, their weather, and the label noise
            of the training split; unused with a root.
        progress: Show a bar if rendering or decoding takes long.

    Returns:
        The dataset.

    Raises:
        ValueError: Unknown name, or no root for a dataset without generated scenes. Opening the
            files raises what `SegmentationDataset` documents.
    """
    cls = registry.get(__name__, SegmentationDataset, name)
    if root is None:
        if cls.scene_domain is None:
            raise ValueError(
                f"{name} is not shipped with this package and has no generated scenes; pass "
                f"data_root, the folder that holds {cls.layout}"
            )
        height, width = scene_size or (max(SCENE_SIZE[0], size[0]), max(SCENE_SIZE[1], size[1]))
        total = num_train_scenes + num_val_scenes
        description = f"rendering {name} scenes"
        with tqdm(total=total, desc=description, delay=BAR_DELAY, disable=not progress) as bar:
            root = scenes_root(
                cls.scene_domain,
                (height, width),
                num_train_scenes,
                num_val_scenes,
                data_dir() / "scenes",
                lambda *_: bar.update(),
                scenes,
            )
    return cls(root, split, space, size, progress=progress)
