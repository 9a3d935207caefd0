"""What holds for every explorer: many on a page, light and dark, with and without scripts."""

import json
import re

import pytest

from lossstudy.widgets import Explorer, ImbalancePlayground, LossCurves
from lossstudy.widgets._chart import Axis
from lossstudy.widgets._controls import Choice, Slider, Tick
from lossstudy.widgets._draw import LEVELS, picture, text_of
from tests.widgets.explorers import MAKERS

every_explorer = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


class Sum(Explorer):
    title = "Sum"
    scripts = ()

    def __init__(self):
        super().__init__((
            Slider("a", "first", (1, 10, 100), 10, "0"),
            Choice("sign", "sign", ("plus", "minus"), "plus"),
            Tick("double", "twice", value=False),
        ))

    def compute(self, values):
        sign = {"plus": 1, "minus": -1}[values["sign"]]
        return {"result": sign * values["a"] * (2 if values["double"] else 1)}

    def view(self, numbers):
        return f"<p>{numbers['result']}</p>"

    def data(self):
        return {"text": "</script>"}


def test_values_and_numbers_follow_the_live_controls():
    explorer = Sum()
    row, view = explorer.widget.children
    slider, choice, tick = row.children
    slider.value, choice.value, tick.value = 100, "minus", True
    assert explorer.values == {"a": 100, "sign": "minus", "double": True}
    assert explorer.numbers == {"result": -200}
    assert "<p>-200</p>" in view.value


def test_set_moves_the_live_controls():
    explorer = Sum()
    explorer.set(a=1, sign="minus")
    assert explorer.widget.children[0].children[0].value == 1
    assert explorer.numbers == {"result": -1}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"b": 1}, "no control is named 'b'; there are a, sign, double"),
        ({"a": 2}, "a cannot be 2"),
    ],
)
def test_set_refuses_what_is_not_there(values, message):
    with pytest.raises(ValueError, match=message):
        Sum().set(**values)


def test_the_page_starts_at_the_first_setting():
    explorer = Sum()
    before = explorer.html()
    explorer.set(a=100)
    assert explorer.html() == before


@pytest.mark.parametrize("make", [LossCurves, ImbalancePlayground])
def test_keyword_arguments_are_the_first_setting(make):
    explorer = make(gamma=5.0)
    assert explorer.values["gamma"] == 5.0
    assert 'aria-valuetext="5.00"' in explorer.html()
    with pytest.raises(ValueError, match=r"gamma cannot be 0\.3"):
        make(gamma=0.3)


def test_data_cannot_end_the_script():
    html = Sum().html()
    data = re.search(r'<script type="application/json">(.*?)</script>', html)[1]
    assert json.loads(data) == {"text": "</script>"}


@every_explorer
def test_offers_a_live_and_a_static_form(tmp_path, make):
    explorer = make(tmp_path)
    bundle = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"].startswith(type(explorer).__name__)
    assert len(bundle["text/html"].encode()) < 100_000


@every_explorer
def test_controls_have_names_and_accessible_labels(open_page, tmp_path, make):
    explorer = make(tmp_path)
    tab = open_page(explorer)
    for control in explorer.controls:
        found = tab.get_by_label(control.label, exact=True)
        assert found.get_attribute("name") == control.name


def test_explorers_on_one_page_do_not_touch_each_other(open_page):
    tab = open_page(LossCurves(), LossCurves(), ImbalancePlayground())
    ids = tab.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(ids) == len(set(ids))
    first, second, third = tab.locator(".explorer").all()
    texts = second.inner_text(), third.inner_text()
    first.get_by_label("focal: γ").press("ArrowRight")
    assert "2.25" in first.locator("output").all_inner_texts()
    assert (second.inner_text(), third.inner_text()) == texts


@every_explorer
def test_shows_its_first_setting_without_scripts(open_page, tmp_path, make):
    tab = open_page(make(tmp_path), javascript=False)
    assert tab.locator("noscript").is_visible()
    assert tab.locator("svg, img, table").first.is_visible()
    assert re.search(r"\d\.\d{3}", tab.locator("tbody").first.inner_text())


@every_explorer
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_and_text_stand_out_in_both_themes(open_page, tmp_path, make, theme):
    tab = open_page(make(tmp_path), theme=theme)
    shown = tab.evaluate(
        """() => {
          const all = (selector) => [...document.querySelectorAll(selector)];
          const styles = (selector, property) =>
            all(selector).map((node) => getComputedStyle(node)[property]);
          return {
            paper: styles("body", "backgroundColor")[0],
            fills: [...styles("text", "fill"), ...styles("[data-pixels]", "fill")],
            lines: [
              ...styles("[data-line]", "stroke"), ...styles("[data-dots]:not(.ring)", "fill"),
            ],
          };
        }"""
    )
    for color in shown["fills"]:
        assert contrast(color, shown["paper"]) > 4.5
    for color in shown["lines"]:
        assert contrast(color, shown["paper"]) > 3


def contrast(color, paper):
    """Return the contrast of two colours `rgb(r, g, b)` as WCAG 2 defines it."""
    bright, dark = sorted(map(luminance, (color, paper)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(color):
    channels = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_numbers_are_written_as_the_format_says():
    assert text_of(0.12345, "2") == "0.12"
    assert text_of(0.12345, "1%") == "12.3 %"


def test_a_logarithmic_axis_places_by_ratio():
    axis = Axis("push", 0.01, 100.0, (), log=True)
    assert [axis.place(value) for value in (0.01, 1.0, 100.0)] == pytest.approx([0, 0.5, 1])
    assert axis.place(0.0) == -1


def test_a_picture_has_one_shade_for_each_level():
    html = picture("title", "alt", "pixels", 2, {"pixels": [0.0, 0.01, 1.0, 0.5]})
    filled = re.findall(r'fill-opacity="([\d.]+)" d="([^"]+)"', html)
    assert filled == [(f"{4 / LEVELS:g}", "M1 1h1v1h-1z"), ("1", "M0 1h1v1h-1z")]
