"""Where losses settle between false positives and false negatives."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from typing_extensions import override

from lossstudy.results import Record
from lossstudy.widgets import _draw
from lossstudy.widgets._chart import Axis, line_chart
from lossstudy.widgets._controls import Choice, Slider, steps
from lossstudy.widgets._cut import CUTS, LOW, STEP, TAILS, Outcomes, settle
from lossstudy.widgets._draw import Numbers
from lossstudy.widgets._explorer import Explorer
from lossstudy.widgets._measured import REFERENCE, groups, losses_of, numbers_of

SETTLED = {
    "pixelwise": "cross entropy; focal, any γ",
    "dice": "Dice",
    "jaccard": "Jaccard",
    "tversky": "Tversky",
    "focal_tversky": "focal Tversky",
}
"""Names of what is settled on, and of the losses that do."""

BOTH, FOREGROUND = "foreground and background", "foreground alone"
"""Classes that a loss can be the mean over."""

_STYLES = dict(zip(SETTLED, ("dot-1", "dot-2", "ring", "dot-3", "dot-4"), strict=True))

_COLUMNS = {
    "precision": "precision", "recall": "recall", "iou": "IoU", "dice": "Dice", "index": "T",
}  # fmt: skip
_TICKS = (0, 0.2, 0.4, 0.6, 0.8, 1)
_AXES = Axis("recall", 0, 1, _TICKS), Axis("precision", 0, 1, _TICKS)
_WEIGHTS = steps(0.05, 1, 19)


class TradeOff(Explorer):
    r"""False positives against false negatives: where losses settle, and where networks did.

    *Computed.* A pixel is foreground with a small probability \(\pi\), the `share`; its score x
    is normal with deviation 1 and mean d, the `distance`, for foreground and 0 for background. A
    network that is free to give any x any probability minimises the loss of infinitely many such
    pixels, and ends in a rule "foreground above a cut":

    - Cross entropy is proper: it ends at the posterior \(\eta(x) = P(\text{foreground} | x)\),
      and so predicts foreground where \(\eta > 1/2\). Focal loss ends at other probabilities, on
      the same side of 1/2 (Charoenphakdee et al., 2021): its \(\gamma\) moves confidence, not
      the decision. Both make the fewest wrong pixels.
    - Dice, Jaccard, Tversky and focal Tversky are functions of the masses of true and false
      positives, TP and FP, that fall with TP and rise with FP. So their minimum lies on the upper
      edge of what TP and FP can be together, which by Neyman and Pearson is made of cuts of
      \(\eta\), here of x. With the Tversky index \(T = TP / (TP + \alpha FP + \beta FN)\) of the
      foreground (Salehi et al., 2017), the loss at a cut is \((1 - T)^{1/\gamma}\) (Abraham and
      Khan, 2019). Tversky is \(\gamma = 1\), Dice also \(\alpha = \beta = 1/2\), Jaccard
      \(\alpha = \beta = 1\). A power is monotone and IoU = Dice / (2 - Dice), so that \(\gamma\)
      moves no minimum, and Dice and Jaccard share one. \(\gamma\) moves gradients: those of the
      foreground get the factor \((1 - T)^{1/\gamma - 1} / \gamma\).
    - The losses of this package are means over the classes. With `counted` so, the loss is the
      mean of the foreground's and of the background's, whose false positives are the foreground's
      false negatives. A power then shifts weight between the two, and all four minima differ.

    The cut with the least loss is looked for in steps of 0.05; of two equal minima, which a share
    of one half allows, the lower is taken.

    *Measured.* Precision and recall of each class under cross entropy and under a chosen loss,
    from the confusion matrices of recorded runs, in the mean over seeds.

    Controls: `alpha`, `beta`, `gamma`, `share`, `distance`, `counted`, the classes in the loss;
    `runs`, `loss` and `label`, the class. Keyword arguments of these names are the first setting.

    Args:
        records: Finished runs, as `lossstudy.results.read_records` returns them; those of the
            paper's and of the adaptive study are shown.
        **values: First setting of controls.
    """

    title = "False positives against false negatives"
    scripts = ("trade_off.js",)

    def __init__(self, records: Sequence[Record], **values: Any) -> None:
        self._groups = groups(records)
        self._losses = losses_of(self._groups)
        classes = [group["classes"] for group in self._groups.values()]
        titles, names = tuple(self._groups), tuple(dict.fromkeys(chain(*classes)))
        loss = "combo" if "combo" in self._losses else self._losses[0]
        super().__init__(
            (
                Slider("alpha", "α, weight of false positives", _WEIGHTS, 0.3),
                Slider("beta", "β, weight of false negatives", _WEIGHTS, 0.7),
                Slider("gamma", "focal Tversky: γ", (0.5, 0.75, 1.0, 4 / 3, 2.0, 3.0), 4 / 3),
                Slider("share", "share of foreground", (0.02, 0.05, 0.1, 0.2, 0.3, 0.5), 0.02),
                Slider("distance", "distance of the scores", steps(1, 3, 4), 2.0, "1"),
                Choice("counted", "classes in the loss", (BOTH, FOREGROUND), BOTH),
                Choice("runs", "runs", titles, titles[0]),
                Choice("loss", "loss", tuple(self._losses), loss),
                Choice("label", "class", names, classes[0][-1]),
            ),
            **values,
        )

    @override
    def compute(self, values: Mapping[str, Any]) -> Numbers:
        """Return the precision-recall curve, the point each loss settles at, and measured ones.

        Returns:
            `curve.recall` and `curve.precision` at the cuts. For each of `SETTLED`:
            `posterior.<name>` at its cut, `precision.<name>`, `recall.<name>`, `iou.<name>`,
            `dice.<name>` and `index.<name>`, T, of the foreground, and `predicted.<name>`,
            predicted over true foreground. `factor`, of focal Tversky's gradient where it
            settles. And the numbers of `_measured.numbers_of`.
        """
        found = Outcomes.of(values["share"], values["distance"])
        alpha, beta, gamma = (values[name] for name in ("alpha", "beta", "gamma"))
        background = values["counted"] == BOTH
        risks = {
            "pixelwise": found.missed + found.false_positive,
            "dice": found.loss(0.5, 0.5, background=background),
            "jaccard": found.loss(1.0, 1.0, background=background),
            "tversky": found.loss(alpha, beta, background=background),
            "focal_tversky": found.loss(alpha, beta, gamma, background=background),
        }
        predicted = found.hit + found.false_positive
        reached = {
            "posterior": found.posterior,
            "precision": found.hit / predicted,
            "recall": found.true_rate,
            "iou": found.tversky(1.0, 1.0),
            "dice": found.tversky(0.5, 0.5),
            "index": found.tversky(alpha, beta),
            "predicted": predicted / found.share,
        }
        numbers: dict[str, Any] = {
            f"curve.{name}": reached[name].tolist() for name in ("recall", "precision")
        }
        for name, risk in risks.items():
            cut = settle(risk)
            numbers |= {f"{what}.{name}": float(at[cut]) for what, at in reached.items()}
            for what in ("recall", "precision"):
                numbers[f"dot.{what}.{name}"] = [numbers[f"{what}.{name}"]]
        numbers["factor"] = (1 - numbers["index.focal_tversky"]) ** (1 / gamma - 1) / gamma
        return numbers | numbers_of(self._groups, values)

    @override
    def view(self, numbers: Numbers) -> str:
        """Return both planes, and a table of each."""
        computed = line_chart(
            "Precision against recall of every cut, and the point where each loss settles",
            _AXES,
            {"line-plain": ("curve.recall", "curve.precision")},
            numbers,
            dots={
                style: (f"dot.recall.{name}", f"dot.precision.{name}")
                for name, style in _STYLES.items()
            },
            grid=_same_iou(),
        )
        measured = line_chart(
            "Measured precision against recall of each class under cross entropy and a chosen "
            "loss, and lines of the same IoU",
            _AXES,
            {"line-faint": ("shift.recall", "shift.precision")},
            numbers,
            dots={
                "dot-1": ("reference.recall", "reference.precision"),
                "dot-2": ("chosen.recall", "chosen.precision"),
                "ring": ("label.recall", "label.precision"),
            },
            grid=_same_iou(),
        )
        settled = _draw.table(
            "Where each loss settles",
            ["loss", "foreground if η >", *_COLUMNS.values(), "predicted / true"],
            [
                [
                    _draw.key(_STYLES[name]) + written,
                    *(
                        _draw.number(f"{what}.{name}", "3", numbers)
                        for what in ("posterior", *_COLUMNS)
                    ),
                    _draw.number(f"predicted.{name}", "2", numbers),
                ]
                for name, written in SETTLED.items()
            ],
        )
        label, chosen = (_draw.text(name, numbers) for name in ("label", "loss"))
        networks = _draw.table(
            "What the networks do with the class",
            [label, "precision", "recall", "IoU", "n"],
            [
                [
                    name,
                    *(
                        _draw.number(f"measured.{what}.{i}", "3", numbers)
                        for what in ("precision", "recall", "iou")
                    ),
                    _draw.number(f"measured.n.{i}", "0", numbers),
                ]
                for i, name in enumerate(self._losses)
            ],
        )
        legend = (
            f"{_draw.key('dot-1')}{REFERENCE}, {_draw.key('dot-2')}{chosen}, "
            f"{_draw.key('ring')}{label}"
        )
        return (
            f'<div class="side"><div>{computed}</div><div>{measured}</div></div>'
            f"<p>Left, computed: a dot a loss. Right, measured, {_draw.text('runs', numbers)}: a "
            f"dot a class, {legend}. Along a faint line the IoU is the same.</p>"
            f"{settled}<p>T is the Tversky index of the foreground with the chosen α and β. Where "
            "focal Tversky settles, its gradient for the foreground is "
            f"{_draw.number('factor', '2', numbers)} times Tversky's.</p>{networks}"
        )

    @override
    def data(self) -> Mapping[str, Any]:
        """Return the tail of the scores, the cuts, and the measured scores."""
        return {
            "low": LOW, "step": STEP, "cuts": CUTS, "tails": TAILS,
            "groups": self._groups, "losses": self._losses, "reference": REFERENCE, "both": BOTH,
        }  # fmt: skip


def _same_iou() -> list[tuple[list[float], list[float]]]:
    """Return the lines 1 / precision = 1 + 1 / u - 1 / recall of IoU u = 0.1, 0.2 to 0.9."""
    lines = []
    for u in steps(0.1, 0.9, 8):
        inverse = steps(1, 1 / u, 24)
        lines.append(([1 / x for x in inverse], [1 / (1 + 1 / u - x) for x in inverse]))
    return lines
