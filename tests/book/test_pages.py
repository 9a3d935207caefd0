"""Every page of the book opens from disk with no console error and asks no host for anything."""

import pytest

from tests.book.built import HTML, LEAVES, TIMEOUT, every_page, needs_book

pytestmark = needs_book


@pytest.fixture(scope="module")
def seen():
    """What the tab asked for and what it complained of, emptied by each test."""
    return {"requests": [], "complaints": []}


@pytest.fixture(scope="module")
def tab(browser, seen):
    """One tab for all pages: what one of them reports late, another test reports."""
    tab = browser.new_page()
    tab.set_default_timeout(TIMEOUT)
    requests, complaints = seen["requests"], seen["complaints"]
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    tab.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    return tab


@every_page
def test_page_is_self_contained(tab, seen, page):
    for kept in seen.values():
        kept.clear()
    tab.goto(page.as_uri(), wait_until="load")
    assert page.as_uri() in seen["requests"]
    local = ("file:", "data:", "blob:")
    assert [url for url in seen["requests"] if not url.startswith(local)] == []
    assert seen["complaints"] == []


def test_the_front_door_leads_to_the_first_chapter(tab):
    # waited for: a tab that is closed or sent elsewhere meanwhile may never answer
    tab.goto((HTML / LEAVES).as_uri())
    tab.wait_for_url((HTML / "notebooks" / "intro.html").as_uri())
    assert "No loss for every road" in tab.title()


@every_page
def test_page_shows_no_warning_of_a_library(page):
    assert '<div class="output stderr' not in page.read_text(encoding="utf-8")
