"""Procedural road scenes in the layouts and label encodings of Cityscapes and IDD.

The real releases need a registration. These scenes stand in for them: two small worlds with a
visible gap between them, which the loaders of the real data read unchanged. They are not a
substitute for photographs, and every folder of them says so in its manifest.
"""

from lossstudy.datasets.scenes._scene import Scene, compose, render
from lossstudy.datasets.scenes._settings import (
    ADJUSTABLE,
    NATURAL,
    WEATHERS,
    SceneSettings,
)
from lossstudy.datasets.scenes._write import GENERATOR_VERSION, scenes_root, write_scenes

__all__ = [
    "ADJUSTABLE",
    "GENERATOR_VERSION",
    "NATURAL",
    "WEATHERS",
    "Scene",
    "SceneSettings",
    "compose",
    "render",
    "scenes_root",
    "write_scenes",
]
