"""One browser for the tests of a file; no name resolves in it, so nothing can come from a host."""

import pytest
from playwright.sync_api import sync_playwright

from lossstudy.printing import find_chromium


@pytest.fixture(scope="module")
def browser():
    try:
        chromium = find_chromium()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"],
        )
        yield browser
        browser.close()
