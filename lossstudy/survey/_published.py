"""What is published about the datasets themselves."""

from importlib import resources

import pandas as pd


def published_statistics() -> pd.DataFrame:
    """Return statistics of the real datasets as others have published them.

    - `images`: labelled images of each split of a release.
    - `pixel share`: share of the labelled pixels of Cityscapes' fine training set, as in the code
      of DANNet (Wu et al. 2021). The class weights of ERFNet (Romera et al. 2018), one over the
      logarithm of 1.1 plus the share of all pixels, imply the same shares to three digits.
    - `median frequency weight`: of CamVid's 11 classes, as in SegNet's training settings
      (Badrinarayanan et al. 2017): the median frequency over the class's, a frequency being the
      pixels of a class over all pixels of the images that contain it.

    Nothing is here for the pixels per class of IDD: its authors show them as a figure only.

    Returns:
        Columns `dataset`, `split`, `statistic`, `class_name` (NaN for a whole split), `value` and
        `source`, a key of the book's bibliography.

    Example:
        >>> table = published_statistics()
        >>> table.query("dataset == 'cityscapes' and statistic == 'images'").value.sum().item()
        5000.0
    """
    with resources.files("lossstudy.survey").joinpath("published.csv").open() as file:
        return pd.read_csv(file)
