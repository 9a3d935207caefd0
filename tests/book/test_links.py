"""Every built page points only at what is there: files, places in them, nothing of this machine.

The pages are read, not opened: a browser would not report a link that nobody follows.
"""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from tests.book.built import HTML, LEAVES, PAGES, name, needs_book

FILES = sorted([*PAGES, HTML / LEAVES])
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:home|root|Users|tmp|mnt|work|var)/\S*")

pytestmark = needs_book
every_page = pytest.mark.parametrize("path", FILES, ids=name)


class Page(HTMLParser):
    """What a page names: its links, what it loads, its ids, its images and its text."""

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.links, self.loaded, self.ids, self.images, self.text = [], [], set(), [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = {key: value or "" for key, value in attrs}
        for key in ("href", "src"):
            address = given.get(key)
            if address is not None and not address.startswith("data:"):
                (self.links if tag == "a" else self.loaded).append(address)
        if given.get("http-equiv", "").lower() == "refresh":
            self.links.append(re.split("url=", given["content"], flags=re.IGNORECASE)[1])
        self.ids.update(given[key] for key in ("id", "name") if key in given)
        if tag == "img":
            self.images.append(given)
        self.text += [value for value in given.values() if not value.startswith("data:")]

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        self.text.append(data)

    def leads_somewhere(self, address, pages):
        """Tell whether a relative address is a file of the book and its fragment an id there."""
        parts = urlsplit(address)
        target = self.path
        if parts.path:
            target = (self.path.parent / unquote(parts.path)).resolve()
        if not target.is_file() or not target.is_relative_to(HTML):
            return False
        fragment = unquote(parts.fragment)
        return not fragment or target not in pages or fragment in pages[target].ids


@pytest.fixture(scope="module")
def pages():
    return {path: Page(path) for path in FILES}


@every_page
def test_relative_links_lead_somewhere(pages, path):
    page = pages[path]
    relative = [
        address
        for address in page.links + page.loaded
        if not urlsplit(address).scheme and not address.startswith("//")
    ]
    assert relative, "a page without any link was not read right"
    assert [link for link in relative if not page.leads_somewhere(link, pages)] == []


@every_page
def test_loads_nothing_from_a_host(pages, path):
    hosts = [a for a in pages[path].loaded if urlsplit(a).scheme or a.startswith("//")]
    assert hosts == []


@every_page
def test_images_say_what_they_show(pages, path):
    silent = [image for image in pages[path].images if not image.get("alt", "").strip()]
    assert [image.get("src", "")[:60] for image in silent] == []


@every_page
def test_names_no_path_of_a_machine(pages, path):
    assert MACHINE_PATH.findall(" ".join(pages[path].text)) == []
