"""One transfer to IDD, scored under every encoding its ground truth might have been in.

Table 1 of the paper prints a mean IoU of 0.047 for a network trained on Cityscapes and validated
on IDD. Class numbers of two label spaces can be compared without an error, so a mix-up of
encodings is one explanation and a plain change of domain another. What each would have given
follows from one count: predicted train id against raw class of the ground truth, which a run
records when it transfers to IDD (see `lossstudy.transfer`). Imports no torch.
"""

from lossstudy.encodings._comparison import (
    PRINTED,
    comparison,
    conclusions,
    perfect_profiles,
    printed_column,
    profiles,
)
from lossstudy.encodings._scoring import (
    CLASSES,
    RIGHT,
    TREATMENTS,
    counts_of,
    hypotheses,
    iou,
    perfect,
    reproduces,
    runs_with_counts,
)

__all__ = [
    "CLASSES",
    "PRINTED",
    "RIGHT",
    "TREATMENTS",
    "comparison",
    "conclusions",
    "counts_of",
    "hypotheses",
    "iou",
    "perfect",
    "perfect_profiles",
    "printed_column",
    "profiles",
    "reproduces",
    "runs_with_counts",
]
