"""What the paper says in words, as data: its claims, and what it leaves out."""

from importlib import resources

import pandas as pd

UNSTATED: dict[str, tuple[str, ...]] = {
    "size of the images": ("height", "width"),
    "crop": ("crop_height", "crop_width"),
    "share of labelled images": ("labelled_ratio",),
    "steps": ("steps",),
    "batch size, labelled and unlabelled": ("batch_size", "unlabelled_batch_size"),
    "optimiser and learning rate": ("optimizer", "lr"),
    "initial weights": ("pretrained",),
    "which terms of s4GAN use the studied loss": ("self_training_loss",),
}
"""What Khan & Khan do not state of their training, and the fields of a run that decide it here.

Not among the fields of a run, and not stated either: the weights inside combo, whether its Dice
runs over classes or over all of them flattened, the seeds, and how many images were validated on.
"""


def quoted_claims() -> pd.DataFrame:
    """Return the claims of the paper.

    Returns:
        In the paper's order of argument, indexed by `id`: `section`, `claim` (in our words) and
        `quotation` (in theirs; a row of numbers where only a table says it).

    Example:
        >>> quoted_claims().section["adaptive-needed"]
        'VI'
    """
    with resources.files("lossstudy.paper").joinpath("claims.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, index_col="id")
