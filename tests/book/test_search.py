"""The book's search works from disk, by keyboard, and leads to chapters first."""

from tests.book.built import HTML, TIMEOUT, needs_book

pytestmark = needs_book


def test_search_finds_the_pages_with_a_word(browser):
    complaints = []
    tab = browser.new_page()
    tab.set_default_timeout(TIMEOUT)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    tab.goto((HTML / "notebooks" / "intro.html").as_uri())
    tab.keyboard.press("Control+k")
    tab.keyboard.type("focal")
    tab.keyboard.press("Enter")
    tab.get_by_text("Search finished").wait_for()
    links = tab.locator("#search-results li a").all()
    found = [link.get_attribute("href").partition("?")[0].partition("#")[0] for link in links]
    tab.close()
    assert complaints == []
    assert "notebooks/losses-pixels.html" in found
    of_runs = [page.startswith("runs/") for page in found]
    assert of_runs == sorted(of_runs)
    assert any(of_runs)
    for page in found:
        assert "focal" in (HTML / page).read_text(encoding="utf-8").lower()


def test_search_says_when_it_finds_nothing(browser):
    tab = browser.new_page()
    tab.set_default_timeout(TIMEOUT)
    tab.goto(f"{(HTML / 'search.html').as_uri()}?q=xylophone")
    tab.get_by_text("did not match any documents").wait_for()
    assert tab.locator("#search-results li").count() == 0
    tab.close()
