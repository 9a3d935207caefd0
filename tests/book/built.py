"""The book as it was built: where it is, its pages, and how a test asks for them."""

from pathlib import Path

import pytest

HTML = Path(__file__).parents[2] / "_build" / "html"
LEAVES = "index.html"
"""A page that sends its reader on to the first chapter at once, so there is nothing to look at."""
PAGES = sorted(
    page
    for page in HTML.rglob("*.html")
    if page.relative_to(HTML).parts[0] not in {"_static", "_sources", LEAVES}
)
TIMEOUT = 120_000
"""Milliseconds a page may take: much more than it needs, for machines that do other work too."""

needs_book = pytest.mark.skipif(not PAGES, reason="no book in _build/html: run `make book` first")


def name(page):
    return page.relative_to(HTML).as_posix()


every_page = pytest.mark.parametrize("page", PAGES, ids=name)


def one_run_of_each_kind(pages):
    """Leave out all but one page of the runs of a profile and dataset: one notebook made them."""
    kept = {}
    for page in pages:
        kind = page.stem.split("-")[:2] if page.parent.name == "runs" else [name(page)]
        kept.setdefault(tuple(kind), page)
    return list(kept.values())
