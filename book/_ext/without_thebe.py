"""Sphinx extension: leave the scripts of Thebe (code run on a remote server) out of every page.

Jupyter Book always loads sphinx-thebe, whose inline script comes twice on each page; the second
one fails with "THEBE_JS_URL has already been declared".
"""

from typing import Any

from sphinx.application import Sphinx


def drop_thebe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Remove Thebe's scripts from the list a page is written with."""
    context["script_files"] = [
        script for script in context["script_files"] if not _is_thebe(script)
    ]


def _is_thebe(script: object) -> bool:
    body = getattr(script, "attributes", {}).get("body") or ""
    return "THEBE_JS_URL" in body or "thebe" in str(getattr(script, "filename", ""))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", drop_thebe, priority=900)
