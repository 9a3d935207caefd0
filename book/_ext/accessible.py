"""Sphinx extension: what keeps a page from being read aloud, mended on its way out.

The makers of the book's HTML leave what the rules of axe refuse: pandas heads the columns of an
index with empty cells, MyST-NB lets outputs scroll that the keyboard cannot reach and the theme
wide tables, Docutils gives the entries of the bibliography a role that ARIA has withdrawn, and the
theme's sidebar folds pages away behind a button without a name.
"""

import re
from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

_EMPTY_HEADING = re.compile(r"<th\b([^>]*)>((?:\s|&nbsp;)*)</th>")
_WIDE_TABLE = '<div class="pst-scrollable-table-container"'
_SCROLLING = re.compile(r'\btag_output_scroll\b.*?<div class="cell_output[^"]*"', re.DOTALL)


def mend(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Rewrite the body of a page and name the buttons of its sidebar."""
    if "body" in context:
        body = _EMPTY_HEADING.sub(r"<td\1>\2</td>", context["body"])
        body = _SCROLLING.sub(r'\g<0> tabindex="0"', body)
        body = body.replace(_WIDE_TABLE, f'{_WIDE_TABLE} tabindex="0"')
        body = body.replace(' role="doc-biblioentry"', "")
        context["body"] = body.replace('<div role="list" class="citation-list">', "<div>")
    context["generate_toctree_html"] = _with_names(context["generate_toctree_html"])


def _with_names(sidebar: Callable[..., BeautifulSoup]) -> Callable[..., BeautifulSoup]:
    """Let the button that folds pages away say below which page they are."""

    def named(*args: Any, **kwargs: Any) -> BeautifulSoup:
        soup = sidebar(*args, **kwargs)
        for button in soup.select("summary"):
            page = button.find_parent("li").find("a").get_text(strip=True)
            button["aria-label"] = f"pages below: {page}"
        return soup

    return named


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", mend, priority=900)
