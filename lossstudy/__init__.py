"""lossstudy: a reproducible study of segmentation losses on road scenes."""

__version__ = "0.1.0"
