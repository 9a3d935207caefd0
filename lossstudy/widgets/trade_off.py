"""Where losses settle between false positives and false negatives."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from typing_extensions import override

from lossstudy.results import Record
from lossstudy.widgets import _draw
from lossstudy.widgets._chart import Axis, line_chart
from lossstudy.widgets._controls import Choice, Slider, steps
from lossstudy.widgets._cut import CUTS, LOW, STEP, TAILS, Outcomes, settle
from lossstudy.widgets._draw import Numbers
from lossstudy.widgets._explorer import Explorer
from lossstudy.widgets._measured import Group, groups, losses_of, numbers_of

REFERENCE = "cross entropy"
SETTLED = {
    "pixelwise": "cross entropy, focal",
    "dice": "Dice",
    "tversky": "Tversky",
    "focal_tversky": "focal Tversky",
}
"""Names of the losses that settle, and how they are written."""
