"""Small pictures as text that a page holds in itself."""

import base64
import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor


def label_picture(train_ids: npt.NDArray[np.uint8], colors: Sequence[str]) -> str:
    """Return a label map as a PNG of few colours, in a `data:` address.

    Args:
        train_ids: (height, width). An id without a colour becomes black.
        colors: One `#rrggbb` per train id.
    """
    image = Image.fromarray(np.minimum(train_ids, len(colors)))
    palette = [channel for color in (*colors, "#000000") for channel in ImageColor.getrgb(color)]
    image.putpalette(palette)
    return _address(image, "PNG", optimize=True)


def photograph(image: npt.NDArray[np.uint8]) -> str:
    """Return an image, (height, width, 3), as a WebP in a `data:` address."""
    return _address(Image.fromarray(image), "WEBP", quality=80, method=6)


def _address(image: Image.Image, form: str, **options: int) -> str:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    text = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"data:image/{form.lower()};base64,{text}"
