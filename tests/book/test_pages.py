"""Every page of the book opens from disk with no console error and asks no host for anything."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

HTML = Path(__file__).parents[2] / "_build" / "html"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((name for name in BROWSERS if shutil.which(name)), None)
PAGES = sorted(
    page
    for page in HTML.rglob("*.html")
    if page.relative_to(HTML).parts[0] not in {"_static", "_sources"}
)

pytestmark = [
    pytest.mark.skipif(not PAGES, reason="no book in _build/html: run `make book` first"),
    pytest.mark.skipif(
        BROWSER is None, reason="no Chromium on PATH (Debian: `apt install chromium`)"
    ),
]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which(BROWSER),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
        )
        yield browser
        browser.close()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HTML)))
def test_page_is_self_contained(browser, page):
    requested, complaints = [], []
    tab = browser.new_page()
    tab.on("request", lambda request: requested.append(request.url))
    tab.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    tab.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    tab.goto(page.as_uri(), wait_until="load")
    tab.close()
    assert [url for url in requested if not url.startswith(("file:", "data:", "blob:"))] == []
    assert complaints == []
