"""Colours can be told apart by readers who see fewer of them; label maps have Cityscapes' own."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import lossstudy.widgets
from lossstudy import plots
from lossstudy.labels import label_space
from lossstudy.plots._style import IGNORED_COLOR, class_patches

# Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB
SEEN_WITH = {
    "three cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array([
    [0.4124, 0.3576, 0.1805],
    [0.2126, 0.7152, 0.0722],
    [0.0193, 0.1192, 0.9505],
])
PAGES = ("#ffffff", "#121212")  # light and dark
APART = 15  # distance in CIELAB; one just noticeable is about 2.3

# labels.py of cityscapesScripts, in the order of the train ids
CITYSCAPES = (
    "#804080 #f423e8 #464646 #66669c #be9999 #999999 #faaa1e #dcdc00 #6b8e23 #98fb98 "
    "#4682b4 #dc143c #ff0000 #00008e #000046 #003c64 #005064 #0000e6 #770b20"
)


def linear(color):
    channels = np.array(to_rgb(color))
    small = channels <= 0.04045
    return np.where(small, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(color, seen_with):
    light = np.clip(np.asarray(SEEN_WITH[seen_with]) @ linear(color), 0, 1)
    t = XYZ @ light / XYZ.sum(axis=1)
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def explorer_lines():
    """Return the line colours of the explorers, on a light page and on a dark one."""
    style = Path(lossstudy.widgets.__file__).with_name("_base.css").read_text()
    light, dark = re.findall(r"--line-1:.*", style)
    return re.findall("#[0-9a-f]{6}", light), re.findall("#[0-9a-f]{6}", dark)


def contrast(color, other):
    """Return the ratio of WCAG 2."""
    lighter, darker = sorted((XYZ[1] @ linear(c) + 0.05 for c in (color, other)), reverse=True)
    return lighter / darker


@pytest.mark.parametrize("seen_with", SEEN_WITH)
@pytest.mark.parametrize(
    "colors", [plots.PALETTE, *explorer_lines()], ids=["figures", "explorers", "explorers, dark"]
)
def test_lines_and_bars_can_be_told_apart(colors, seen_with):
    assert len(colors) >= 4
    for one, other in combinations(colors, 2):
        assert np.linalg.norm(lab(one, seen_with) - lab(other, seen_with)) >= APART, (one, other)


def test_the_distance_finds_colors_that_look_alike():
    red, green = lab("#a06000", "deuteranopia"), lab("#708000", "deuteranopia")
    assert np.linalg.norm(red - green) < APART


@pytest.mark.parametrize(("ground", "colors"), [*zip(PAGES, explorer_lines(), strict=True)])
def test_lines_of_explorers_stand_out(ground, colors):
    assert min(contrast(color, ground) for color in colors) >= 3


def test_label_maps_have_the_colors_of_cityscapes():
    assert list(label_space("cityscapes19").colors) == CITYSCAPES.split()


def test_legend_names_the_classes_of_a_map_and_no_other():
    space = label_space("cityscapes19")
    maps = [np.array([[0, 18]], np.uint8), np.array([[18, 255]], np.uint8)]
    patches = class_patches(maps, space.classes, space.colors)
    assert [patch.get_label() for patch in patches] == ["road", "bicycle", "no class"]
    drawn = [patch.get_facecolor()[:3] for patch in patches]
    assert drawn == [to_rgb(color) for color in ("#804080", "#770b20", IGNORED_COLOR)]
