"""What a reader has to load: pages and explorers stay small.

A page is what its own file holds, pictures, tables and explorers included. Scripts, styles and
fonts are the same on all pages and lie beside them.
"""

import re

import pytest
from bs4 import BeautifulSoup

from tests.book.built import PAGES, every_page, name, needs_book

PAGE = 1_500_000
EXPLORER = 100_000
EXPLORING = [page for page in PAGES if page.stem.startswith("explore_")]

pytestmark = needs_book


@every_page
def test_page_is_light(page):
    assert page.stat().st_size <= PAGE


@pytest.mark.parametrize("page", EXPLORING, ids=name)
def test_explorers_are_light_without_recorded_pictures(page):
    outputs = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select(".text_html")
    explorers = [output for output in outputs if output.select_one(".explorer")]
    assert explorers
    for explorer in explorers:
        html = re.sub(r"data:image/[\w;,+/=]*", "", str(explorer))
        assert len(html.encode()) <= EXPLORER
