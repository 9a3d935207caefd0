"""Every page of the book opens from disk with no console error and asks no host for anything."""

import pytest

from tests.book.built import TIMEOUT, every_page, needs_book

pytestmark = needs_book


@pytest.fixture(scope="module")
def context(browser):
    context = browser.new_context()
    context.set_default_timeout(TIMEOUT)
    yield context
    context.close()


@every_page
def test_page_is_self_contained(context, page):
    requested, complaints = [], []
    tab = context.new_page()
    tab.on("request", lambda request: requested.append(request.url))
    tab.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    tab.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    tab.goto(page.as_uri(), wait_until="load")
    tab.close()
    assert page.as_uri() in requested
    assert [url for url in requested if not url.startswith(("file:", "data:", "blob:"))] == []
    assert complaints == []


@every_page
def test_page_shows_no_warning_of_a_library(page):
    assert '<div class="output stderr' not in page.read_text(encoding="utf-8")
