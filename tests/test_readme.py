"""The README's numbers are those of the records."""

from pathlib import Path

from lossstudy.results import headline_markdown, read_records

ROOT = Path(__file__).parent.parent


def test_the_result_table_is_that_of_the_kept_records():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = text.split("<!-- results: begin -->")[1].split("<!-- results: end -->")[0].strip()
    expected = headline_markdown(read_records(ROOT / "book" / "results"))
    assert shown == expected, "put the output of `lossstudy table headline` between the marks"


def test_every_file_of_the_tree_exists():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = text.split("## What is where")[1].split("```")[1]
    folder = ""
    for line in tree.strip().splitlines():
        name = line.split()[0].rstrip(",")
        if not line.startswith(" "):
            folder = name if name.endswith("/") else ""
            assert (ROOT / name).exists(), name
        elif "." in name or name.endswith("/"):
            assert (ROOT / folder / name).exists(), folder + name
