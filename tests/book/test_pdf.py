"""The PDF holds the whole book: its chapters, figures and tables, and links that lead inside it.

Chapters, links and pages are read from the PDF itself: Chromium writes outline, destinations and
page objects in plain sight. Figures and tables, which a PDF does not tell apart from other marks,
are counted on the page it was printed from.
"""

import re
from codecs import BOM_UTF16_BE
from html import unescape
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HTML = ROOT / "_build" / "html"
PDF = ROOT / "_build" / "lossstudy.pdf"

pytestmark = pytest.mark.skipif(
    not PDF.exists(), reason="no book in _build/lossstudy.pdf: run `make pdf` first"
)
ESCAPED = re.compile(rb"\\([0-7]{3}|.)")
ON_PAPER = {"figures": "<img|<svg(?![^>]*class=.key)", "tables": "<table"}


@pytest.fixture(scope="module")
def pdf():
    return PDF.read_bytes()


@pytest.fixture(scope="module")
def printed():
    return PDF.with_suffix(".html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chapters():
    """Return the built pages of _toc.yml, those of runs left out."""
    toc = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text())
    entries = [entry for part in toc["parts"] for entry in part["chapters"]]
    files = [toc["root"], *(entry["file"] for entry in entries)]
    patterns = [each["glob"] for entry in entries for each in entry.get("sections", [])]
    files += [
        path.relative_to(ROOT / "book").with_suffix("").as_posix()
        for pattern in patterns
        if not pattern.startswith("runs/")
        for path in sorted((ROOT / "book").glob(pattern))
    ]
    return {file: (HTML / f"{file}.html").read_text(encoding="utf-8") for file in files}


def article(page):
    return page[page.index("<article") : page.index("</article>")]


def outline(pdf):
    """Return the titles of a PDF's outline, which are literal or hexadecimal strings."""
    found = []
    for literal, hexadecimal in re.findall(rb"/Title (?:\((.*?)(?<!\\)\)|<([0-9A-F]+)>)", pdf):
        text = bytes.fromhex(hexadecimal.decode()) if hexadecimal else literal
        if text.startswith(BOM_UTF16_BE):
            found.append(text.removeprefix(BOM_UTF16_BE).decode("utf-16-be"))
        else:
            plain = ESCAPED.sub(lambda m: bytes([int(m[1], 8)]) if len(m[1]) > 1 else m[1], text)
            found.append(plain.decode("latin-1"))
    return found


def _letters(title):
    """Return a title without its spaces: Chromium drops the one at which a heading is broken."""
    return "".join(title.split())


def headings(page, levels):
    """Return the headings of a page of the book, without their marks and spaces."""
    heading = re.compile(rf"<h[{levels}]\b[^>]*>(.*?)(?:<a class=.headerlink.*?)?</h", re.DOTALL)
    return [_letters(unescape(re.sub("<[^>]*>", "", found))) for found in heading.findall(page)]


def test_every_chapter_is_in_the_outline(pdf, chapters):
    titles = [headings(article(page), 1)[0] for page in chapters.values()]
    assert set(titles) <= {_letters(title) for title in outline(pdf)}


def test_the_outline_is_that_of_the_printed_page(pdf, printed):
    """A letter that hangs over the top of a sheet would be read twice, with its heading."""
    book = re.search("<title>(.*?)</title>", printed)[1]  # stands in the PDF's metadata
    found = sorted(_letters(title) for title in outline(pdf))
    assert found == sorted([*headings(printed, "1-6"), _letters(book)])


def test_every_chapter_begins_a_sheet(pdf, chapters):
    assert len(re.findall(rb"/Type /Page\b", pdf)) > len(chapters)


@pytest.mark.parametrize("kind", ON_PAPER)
def test_every_figure_and_table_is_printed(printed, chapters, kind):
    mark = re.compile(ON_PAPER[kind])
    expected = sum(len(mark.findall(article(page))) for page in chapters.values())
    assert len(mark.findall(printed)) == expected > 0


def test_links_between_chapters_stay_in_the_book(pdf, printed):
    ids = re.findall(r'\bid="([^"]*)"', printed)
    targets = set(re.findall(r'<a [^>]*href="#([^"]*)"', printed))
    assert len(ids) == len(set(ids))
    assert targets <= set(ids)
    assert len(re.findall(rb"/Subtype /Link\b", pdf)) >= len(targets) > 0
    addresses = re.findall(r'<a [^>]*href="([^"#][^"]*)"', printed)
    assert [address for address in addresses if not re.match("https?:|mailto:", address)] == []


def test_runs_are_left_out(printed, chapters):
    runs = {path.stem for path in (HTML / "runs").glob("*.html")}
    assert not any(f'id="runs-{run}"' in printed for run in runs)
