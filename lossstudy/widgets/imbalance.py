"""What a rare foreground has to say under four losses."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from typing_extensions import override

from lossstudy.widgets import _draw
from lossstudy.widgets._controls import Slider, steps
from lossstudy.widgets._draw import Numbers
from lossstudy.widgets._explorer import Explorer
from lossstudy.widgets._two_class import LOSSES, PARAMETERS, effect, losses_for

SIDE = 24
PIXELS = SIDE * SIDE
EASY = 0.9
"""A background pixel is easy if its p_t is at least this."""

_CENTRE = (13.3, 10.4)
_PARTS = {"foreground": "part-1", "hard": "part-2", "easy": "part-3"}


class ImbalancePlayground(Explorer):
    r"""A small image whose foreground takes a chosen share, and where each loss pushes.

    The image has 24 x 24 pixels: a disc of foreground, the rest background. A pixel's margin,
    the logit of its own class minus that of the other, is the margin chosen for its class plus
    noise of deviation 1, the same noise at every setting; \(p_t\) is its sigmoid. A background
    pixel is *easy* if \(p_t \ge 0.9\).

    Shown for each loss: its value; the *gradient* of each class, \(N \sum |\partial L / \partial
    z_t|\) over its pixels with \(z_t\) the logit of a pixel's own class and N = 576, so that a
    pixel counts \(1 - p_t\) under cross entropy; the share of the whole that comes from the
    foreground, from easy and from other background; and a picture of where it lies.

    Controls: `foreground` pixels, `margin_foreground`, `margin_background`, `gamma` and `lam` of
    focal, `alpha` of combo. Keyword arguments of these names are the first setting.

    Example:
        >>> explorer = ImbalancePlayground()
        >>> explorer.set(foreground=6)
        >>> explorer.numbers["share.easy.cross_entropy"] > explorer.numbers["share.easy.focal"]
        True
    """

    title = "Imbalance playground"
    scripts = ("_two_class.js", "imbalance.js")

    def __init__(self, **values: Any) -> None:
        noise = np.random.default_rng(0).standard_normal(PIXELS)
        self._noise = [round(float(value), 3) for value in noise]
        rows, columns = np.divmod(np.arange(PIXELS), SIDE)
        distance = (rows - _CENTRE[0]) ** 2 + (columns - _CENTRE[1]) ** 2
        self._rank = np.argsort(np.argsort(distance, kind="stable")).tolist()
        margins = steps(-2, 6, 16)
        super().__init__(
            (
                Slider("foreground", "foreground pixels", (2, 6, 12, 29, 58, 144, 288), 12, "0"),
                Slider("margin_foreground", "foreground margin", margins, 1.0, "1"),
                Slider("margin_background", "background margin", margins, 3.5, "1"),
                *PARAMETERS,
            ),
            **values,
        )

    @override
    def compute(self, values: Mapping[str, Any]) -> Numbers:
        """Return what each loss makes of the image.

        Returns:
            `share`, of the foreground in the image; `easy`, of the easy pixels in the background;
            `target` and `predicted`, the foreground and its probability pixel by pixel. For each
            loss: `value.<loss>`; `gradient.foreground.<loss>` and `gradient.background.<loss>`;
            `share.foreground.<loss>`, `share.hard.<loss>` and `share.easy.<loss>` of the
            gradient; `where.<loss>`, it pixel by pixel over its largest.
        """
        foreground = torch.tensor(self._rank) < values["foreground"]
        noise = torch.tensor(self._noise, dtype=torch.float64)
        margin = torch.where(foreground, values["margin_foreground"], values["margin_background"])
        margins = margin.double() + noise
        own = margins.sigmoid()
        easy = ~foreground & (own >= EASY)
        image = foreground.long().view(SIDE, SIDE), margins.view(1, SIDE, SIDE)
        numbers: dict[str, Any] = {
            "share": values["foreground"] / PIXELS,
            "easy": int(easy.sum()) / int((~foreground).sum()),
            "target": foreground.double().tolist(),
            "predicted": torch.where(foreground, own, 1 - own).tolist(),
        }
        for name, loss in losses_for(values).items():
            found = effect(loss, *image)
            push = found.push.flatten()
            whole, on_foreground = float(push.sum()), float(push[foreground].sum())
            on_easy = float(push[easy].sum())
            numbers |= {
                f"value.{name}": found.cost.item() / PIXELS,
                f"gradient.foreground.{name}": on_foreground,
                f"gradient.background.{name}": whole - on_foreground,
                f"share.foreground.{name}": on_foreground / whole,
                f"share.hard.{name}": (whole - on_foreground - on_easy) / whole,
                f"share.easy.{name}": on_easy / whole,
                f"where.{name}": (push / push.max()).tolist(),
            }
        return numbers

    @override
    def view(self, numbers: Numbers) -> str:
        """Return the pictures, and a line of the table for each loss."""
        shown = {"labels": "target", "prediction": "predicted"}
        shown |= {f"gradient, {written}": f"where.{name}" for name, written in LOSSES.items()}
        pictures = "".join(
            _draw.picture(title, f"{title}, pixel by pixel", name, SIDE, numbers)
            for title, name in shown.items()
        )
        rows = [
            [
                written,
                _draw.number(f"value.{name}", "4", numbers),
                _draw.number(f"gradient.foreground.{name}", "2", numbers),
                _draw.number(f"gradient.background.{name}", "2", numbers),
                _draw.bar({p: f"share.{k}.{name}" for k, p in _PARTS.items()}, numbers),
                *(_draw.number(f"share.{kind}.{name}", "1%", numbers) for kind in _PARTS),
            ]
            for name, written in LOSSES.items()
        ]
        header = [
            "loss", "value", "foreground gradient", "background gradient", "shares",
            _draw.key("part-1") + "foreground", _draw.key("part-2") + "other background",
            _draw.key("part-3") + "easy background",
        ]  # fmt: skip
        share = _draw.number("share", "1%", numbers)
        easy = _draw.number("easy", "1%", numbers)
        return (
            f'<div class="pictures">{pictures}</div>'
            f"<p>The foreground is {share} of the image; {easy} of the background is easy, "
            f"pₜ ≥ {EASY}.</p>" + _draw.table("What each loss makes of the image", header, rows)
        )

    @override
    def data(self) -> Mapping[str, Any]:
        """Return the noise of each pixel, its rank in joining the foreground, and the limit."""
        return {"noise": self._noise, "rank": self._rank, "easy": EASY}
