import inspect
import re

import pytest

from lossstudy import registry
from lossstudy.catalogue import docs, families, tables
from lossstudy.losses import SegmentationLoss, loss_names, loss_parameters

every_loss = pytest.mark.parametrize("name", loss_names())


def test_every_loss_is_on_the_page_of_one_family():
    shown = [name for family in families.PAGES for name in docs.family_losses(family)]
    assert sorted(shown) == sorted(loss_names())


@every_loss
def test_no_tex_delimiter_of_a_docstring_is_left_over(name):
    text = docs.description(name)
    assert not re.search(r"\\[\[\]()]", text.replace(r"\\[0.6em]", ""))
    assert text.count("$$") % 2 == 0


@every_loss
def test_all_words_of_a_docstring_are_on_its_page(name):
    code = re.compile(r"`\w+`|</?\w[^>]*>")  # names of losses become links
    page = set(re.findall(r"[a-zA-Z]{4,}", docs.description(name)))
    missing = set(re.findall(r"[a-zA-Z]{4,}", code.sub("", docs.docstring(name)))) - page
    assert missing <= {"Args", "Example", "qquad"}


@every_loss
def test_every_argument_a_user_sets_has_its_default_in_the_table(name):
    cls = registry.get("lossstudy.losses", SegmentationLoss, name)
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", docs.description(name), re.MULTILINE))
    documented = set(rows) if rows else set(inspect.signature(cls).parameters)
    assert documented >= set(loss_parameters(name))
    for key, value in loss_parameters(name).items():
        if isinstance(value, float):
            assert float(rows[key].strip("`")) == pytest.approx(value, rel=1e-3)
        else:
            assert rows[key] == f"`{value!r}`"


@every_loss
def test_the_example_is_shown_as_written(name):
    fenced = re.search(r"```pycon\n(.*?)\n```", docs.description(name), re.DOTALL)[1]
    source = docs.docstring(name).partition("Example:\n")[2]
    assert fenced.splitlines() == [line[4:] for line in source.splitlines()]


def test_formulas_get_dollars_and_losses_get_links():
    text = docs.description("tversky")
    assert "\n\n$$\nL = \\frac{1}{|K|} \\sum_{c \\in K} (1 - T_c)" in text
    assert '<a href="losses-regions.html#jaccard"><code>jaccard</code></a>' in text
    assert 'href="losses-regions.html#tversky"' not in text


def test_a_wide_formula_stands_on_two_lines():
    assert "\\begin{gathered}" in docs.description("focal_tversky")
    assert "\\begin{gathered}" not in docs.description("poly1")


def test_a_bar_in_a_formula_does_not_end_a_cell():
    row = tables.table(["a", "b"], [["$|V|$", "1"]]).splitlines()[-1]
    assert row.count("|") == 3
    assert tables.table(["a"], [[r"$\|z\|$"]]).splitlines()[-1] == r"| $\|z\|$ |"
