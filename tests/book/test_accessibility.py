"""axe finds nothing on any page, folded parts opened, but what two rules say of the theme.

How much of a page scrolls sideways depends on the fonts, so that one rule is asked on a phone too.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.book.built import PAGES, TIMEOUT, name, needs_book, one_run_of_each_kind

OF_THE_THEME = {
    # the box with the logo stands in the sidebar beside the navigation, not in it
    "region": (".sidebar-primary-item:nth-child(1)",),
    # a label of their own hides the text on two buttons: of the search, and of folded code
    "label-content-name-mismatch": (
        ".search-button-field",
        'summary[aria-label="Toggle hidden content"]',
    ),
}
RULES = {
    # the second rule is one that axe leaves out unless it is asked for
    "light": {"rules": {"label-content-name-mismatch": {"enabled": True}}},
    "dark": {"runOnly": ["color-contrast"]},  # all that a dark page has of its own
}
SCROLLING = {"runOnly": ["scrollable-region-focusable"]}
AT_REST = "*, *::before, *::after { animation: none !important; transition: none !important; }"
OPEN_ALL = "for (const part of document.querySelectorAll('details')) part.open = true"

pytestmark = needs_book


@pytest.fixture(scope="module", params=list(RULES))
def theme(request):
    return request.param


@pytest.fixture(scope="module")
def tab(browser, theme):
    context = browser.new_context(color_scheme=theme)
    context.set_default_timeout(TIMEOUT)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("page", one_run_of_each_kind(PAGES), ids=name)
def test_axe_finds_nothing_of_ours(tab, theme, page):
    tab.goto(page.as_uri())
    tab.add_style_tag(content=AT_REST)
    tab.evaluate(OPEN_ALL)
    assert tab.evaluate("document.documentElement.dataset.theme") == theme
    found = Axe().run(tab, options={"resultTypes": ["violations"], **RULES[theme]})
    ours = [
        f"{violation['id']}: {node['target'][0]}: {node['failureSummary']}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
        if not node["target"][0].endswith(OF_THE_THEME.get(violation["id"], ()))
    ]
    assert ours == []


@pytest.fixture(scope="module")
def phone(browser):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(TIMEOUT)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("page", one_run_of_each_kind(PAGES), ids=name)
def test_all_that_scrolls_on_a_phone_is_in_reach_of_a_keyboard(phone, page):
    phone.goto(page.as_uri())
    phone.evaluate(OPEN_ALL)
    found = Axe().run(phone, options=SCROLLING)
    targets = [node["target"] for rule in found.response["violations"] for node in rule["nodes"]]
    assert targets == []
