"""The chapters of a built book become one page in which nothing is named twice or leads away."""

import re

import pytest

from lossstudy.printing import one_page

HEAD = (
    '<link rel="stylesheet" href="_static/theme.css"></head><body>'
    '<p class="logo__title">Roads &amp; losses</p><nav class="bd-links">'
    '<a href="notebooks/first.html">First</a><p class="caption">Part</p>'
    '<a href="second.html">Second</a><a href="runs/one.html">one</a></nav>'
)
MATHJAX = (
    '<script>window.MathJax = {}</script>\n<script defer src="../_static/mathjax.js"></script>'
)
FIRST = """<article><h1 id="same">First<a class="headerlink" href="#same">#</a></h1>
<a href="../second.html#same">there</a><a href="#same">here</a><a href="../runs/one.html">run</a>
<a href="https://example.org/">away</a><img src="../_images/a.png">
<p><a download="t.csv" href="data:text/csv;charset=utf-8,1">CSV</a></p>
<details class="hide above-input"><summary>code</summary>1 + 1</details>
<table><tr><td><details><summary>0.5</summary>seeds</details></td></tr></table></article>"""
SECOND = """<article><h1 id="same">Second</h1><details><summary>Solution</summary>
<p>42</p></details><div class="explorer"><input><script>explore()</script></div></article>"""


@pytest.fixture
def page(tmp_path):
    html = tmp_path / "html"
    (html / "notebooks").mkdir(parents=True)
    (html / "search.html").write_text(f"<html><head>{HEAD}</html>")
    (html / "notebooks" / "first.html").write_text(MATHJAX + FIRST)
    (html / "second.html").write_text(SECOND)
    return one_page(html, tmp_path)


def test_chapters_come_in_the_order_of_the_navigation_behind_a_list_of_them(page):
    assert re.findall('<section id="([^"]*)"', page) == ["notebooks-first", "second"]
    front = page[: page.index("<article>")]
    assert re.findall('<a href="([^"]*)"', front) == ["#notebooks-first", "#second"]
    assert "<title>Roads &amp; losses</title>" in front


def test_places_of_the_same_name_in_two_chapters_are_told_apart(page):
    assert re.findall('<h1 id="([^"]*)"', page) == ["notebooks-first--same", "second--same"]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="#second--same">there</a>',
        '<a href="#notebooks-first--same">here</a>',
        '<a href="https://example.org/">away</a>',
    ],
)
def test_links_lead_into_the_page_or_to_the_web(page, link):
    assert link in page


def test_a_link_to_a_page_of_a_run_is_text(page):
    assert "run\n" in page
    assert "runs/" not in page


def test_what_is_loaded_is_named_from_where_the_page_lies(page):
    assert '<img src="html/_images/a.png"/>' in page
    assert 'href="html/_static/theme.css"' in page
    assert 'src="html/_static/mathjax.js"' in page


def test_folded_results_are_shown_and_of_a_cell_its_summary(page):
    assert "<td>0.5</td>" in page
    assert '<p class="folded">Solution</p>\n<p>42</p>' in page


@pytest.mark.parametrize("gone", ["1 + 1", "CSV", "seeds", "explore()", "<input", "details"])
def test_what_paper_cannot_do_is_left_out(page, gone):
    assert gone not in page


def test_without_a_book_the_error_says_how_to_make_one(tmp_path):
    with pytest.raises(FileNotFoundError, match="make book"):
        one_page(tmp_path / "html", tmp_path)
