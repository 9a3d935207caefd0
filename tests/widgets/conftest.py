"""Explorers in a real browser: each test gets pages of its own, and they may not complain."""

import pytest

PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8">
<title>explorers</title><style>body {{ color: {ink}; background: {paper} }}</style>
<body><main>{explorers}</main></body></html>"""
INK_AND_PAPER = {"light": ("#323232", "#ffffff"), "dark": ("#ced6dd", "#14181e")}


@pytest.fixture
def open_page(browser, tmp_path):
    """Open explorers on one page from disk; at the end, no error and no request of another."""
    tabs, complaints, requested = [], [], []

    def open_page(*explorers, theme="light", javascript=True):
        ink, paper = INK_AND_PAPER[theme]
        html = "\n".join(explorer.html() for explorer in explorers)
        file = tmp_path / f"page-{len(tabs)}.html"
        file.write_text(PAGE.format(theme=theme, ink=ink, paper=paper, explorers=html))
        tab = browser.new_page(java_script_enabled=javascript)
        tabs.append(tab)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda line: complaints.append(line.text))
        tab.on("request", lambda request: requested.append(request.url))
        tab.goto(file.as_uri())
        return tab

    yield open_page
    for tab in tabs:
        tab.close()
    assert complaints == []
    assert len(requested) == len(tabs)
