"""The built book as one page, and that page as a PDF. Needs a Chromium on PATH; imports no torch.

From a shell: `python -m lossstudy.printing _build/html _build/lossstudy.pdf`.

The chapters are taken from the built HTML, so that nothing is in the PDF that the book does not
say. Left out are what a sheet of paper cannot do (code cells folded on the page, controls,
downloads) and the pages of single runs, a few hundred sheets that differ in their numbers.
"""

import re
import shutil
import sys
from collections.abc import Container, Sequence
from html import escape
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag  # comes with the theme of the book
from bs4.filter import SoupStrainer

LEFT_OUT = "runs/"
"""Folder of the pages that are not printed."""

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_FOLDED_CODE = "details.hide.above-input"
_ONLY_ON_SCREEN = (
    f"script, noscript, .headerlink, .explorer input, .toctree-wrapper, {_FOLDED_CODE}"
)
_MATHJAX = re.compile(
    r"<script>window\.MathJax = .*?</script>\s*"
    r'<script [^>]*src="(?P<up>(?:\.\./)*)_static/.*?</script>'
)
_STYLE = """
@page { size: A4; margin: 16mm 15mm 18mm; }
html { font-size: 12px; }
body { background: #fff; }
.bd-content { display: block; }
.front .title { font-size: 2.5em; font-weight: bold; }
.front p { margin: 0 0 0.3em; }
main > section + section { break-before: page; }
h1 { font-size: 2em; }
h1, h2, h3, h4, h5, h6 { line-height: normal; }  /* the theme's is lower than some fonts are */
h1, h2, h3, h4, caption, figcaption, .folded { break-after: avoid; }
img, svg, tr, pre, .admonition-title { break-inside: avoid; }
mjx-container svg * { stroke: none; }  /* MathJax has 0, of which a PDF makes a hairline */
img { max-width: 100%; height: auto; }
pre { white-space: pre-wrap; }
.folded { font-weight: bold; margin: 1em 0 0.5em; }
.study-table th[scope=row] { position: static !important; }
.full-width, .tag_full-width { width: auto !important; max-width: none !important; }
"""
_FIT = """() => {
  const width = document.querySelector("main").clientWidth;
  for (const table of document.querySelectorAll("table")) {
    const share = width / table.getBoundingClientRect().width;
    if (share < 1) table.style.zoom = 0.99 * share;
  }
}"""
"""Makes tables that are wider than the sheet smaller; on screen they scroll."""

_FOOTER = (
    '<div style="width: 100%; font: 8px sans-serif; text-align: center">'
    '<span class="pageNumber"></span></div>'
)
_PATIENCE = 300_000
"""Milliseconds the page may take to open, on a machine that trains networks meanwhile."""

_WIDTH = 680
"""Pixels between the margins of A4, of which CSS counts 96 to the inch."""


def find_chromium() -> str:
    """Return the path of the system's Chromium.

    Raises:
        FileNotFoundError: There is none on PATH.
    """
    for name in _CHROMIUM:
        if path := shutil.which(name):
            return path
    raise FileNotFoundError(
        f"none of {', '.join(_CHROMIUM)} is on PATH; install one (Debian: `apt install chromium`)"
    )


def print_book(html: Path, target: Path) -> None:
    """Write the built book as a PDF, and beside it the page it was printed from.

    Args:
        html: Folder of the built book.
        target: The PDF; the page has the same name with `.html`.

    Raises:
        FileNotFoundError: There is no book, or no Chromium.
    """
    from playwright.sync_api import sync_playwright

    browser_path = find_chromium()
    page = target.with_suffix(".html")
    page.write_text(one_page(html, page.parent), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path,
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
        )
        tab = browser.new_page(viewport={"width": _WIDTH, "height": 1000}, color_scheme="light")
        tab.emulate_media(media="print")
        tab.goto(page.resolve().as_uri(), wait_until="load", timeout=_PATIENCE)
        tab.evaluate("window.MathJax.startup.promise")
        tab.evaluate(_FIT)
        tab.pdf(
            path=target,
            prefer_css_page_size=True,
            print_background=True,
            outline=True,
            tagged=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=_FOOTER,
        )
        browser.close()


def one_page(html: Path, folder: Path) -> str:
    """Return the chapters of the built book, in their order, as one page.

    Args:
        html: Folder of the built book.
        folder: Where the page will lie, a folder above: what it loads is named from there.

    Raises:
        FileNotFoundError: There is no book in the folder.
    """
    top = html / "search.html"  # lies at the top, so its navigation names pages from there
    if not top.is_file():
        raise FileNotFoundError(f"there is no book in {html}: run `make book` first")
    front = BeautifulSoup(top.read_text(encoding="utf-8"), "html.parser")
    entries = [
        entry
        for entry in front.select("nav.bd-links a[href], nav.bd-links p.caption")
        if not _value(entry, "href").startswith(LEFT_OUT)
    ]
    pages = {link: _text(html / link) for entry in entries if (link := _value(entry, "href"))}
    base = html.relative_to(folder).as_posix()
    styles = "".join(
        f'<link rel="stylesheet" href="{base}/{_value(link, "href")}">'
        for link in front.select('head link[rel="stylesheet"]')
    )
    mathjax = next(filter(None, map(_MATHJAX.search, pages.values())))
    scripts = mathjax[0].replace(mathjax["up"], f"{base}/")
    title = front.select(".logo__title")[0].get_text()
    chapters = "".join(_chapter(base, page, text, pages) for page, text in pages.items())
    return (
        '<!doctype html><html lang="en" data-theme="light" data-mode="light">'
        f'<head><meta charset="utf-8"><title>{escape(title)}</title>{styles}{scripts}'
        f'<style>{_STYLE}</style></head><body><main class="bd-content">'
        f"{_front(title, entries)}{chapters}</main></body></html>"
    )


def _front(title: str, entries: Sequence[Tag]) -> str:
    """Return the first sheet: what this is, what it leaves out, and the chapters."""
    lines = [
        f'<p><a href="#{_id(link)}">{escape(entry.get_text().strip())}</a></p>'
        if (link := _value(entry, "href"))
        else f'<p class="folded">{escape(entry.get_text().strip())}</p>'
        for entry in entries
    ]
    return (
        f'<section class="front"><p class="title">{escape(title)}</p><p>The whole book but for '
        "the pages of single runs, the code that is folded on its pages, and the downloads. "
        f"Explorers are shown at their first setting.</p>{''.join(lines)}</section>"
    )


def _chapter(base: str, page: str, text: str, pages: Container[str]) -> str:
    """Return the article of a page, its ids and addresses made those of the one page."""
    soup = BeautifulSoup(text, "html.parser", parse_only=SoupStrainer("article"))
    for tag in soup.select(_ONLY_ON_SCREEN):
        tag.decompose()
    for link in soup.select("a[download]"):
        (link.parent or link).decompose()
    for details in soup.select("details"):
        _unfold(details)
    for tag in soup.select("[id]"):
        tag["id"] = _id(page, _value(tag, "id"))
    for tag in soup.select("[src]"):
        if not _value(tag, "src").startswith("data:"):
            tag["src"] = f"{base}/{_resolve(page, _value(tag, 'src'))}"
    for link in soup.select("a[href]"):
        _relink(link, page, pages)
    return f'<section id="{_id(page)}">{soup}</section>'


def _unfold(details: Tag) -> None:
    """Show what is folded; of a table's cell the summary alone, or no sheet would hold it."""
    summary = details.select("summary")[0]
    if details.find_parent("td"):
        details.replace_with(*summary.contents)
        return
    summary.name = "p"
    summary["class"] = "folded"
    details.unwrap()


def _relink(link: Tag, page: str, pages: Container[str]) -> None:
    """Point a link into the page; one to what is not printed becomes text."""
    address = urlsplit(_value(link, "href"))
    if address.scheme:
        return
    target = _resolve(page, address.path) if address.path else page
    if target in pages:
        link["href"] = f"#{_id(target, address.fragment)}"
    else:
        link.unwrap()


def _id(page: str, fragment: str = "") -> str:
    """Return the id of a chapter, or of a place in it, which other chapters may name alike."""
    chapter = page.removesuffix(".html").replace("/", "-")
    return f"{chapter}--{fragment}" if fragment else chapter


def _resolve(page: str, address: str) -> str:
    """Return an address of a page as seen from the top of the book."""
    return normpath(str(PurePosixPath(page).parent / address))


def _value(tag: Tag, name: str) -> str:
    return str(tag.get(name, ""))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


if __name__ == "__main__":
    print_book(Path(sys.argv[1]), Path(sys.argv[2]))
