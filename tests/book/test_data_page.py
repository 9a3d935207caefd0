"""The data page says what the loaders read, and its commands are commands."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import yaml

import lossstudy
from lossstudy import cli, registry
from lossstudy.config import DATASETS
from lossstudy.configure import configure
from lossstudy.datasets import SegmentationDataset

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "book" / "data.md").read_text(encoding="utf-8")


def commands():
    """Return every `lossstudy` command line in the prose of the book, as words."""
    found = []
    for path in sorted((ROOT / "book").glob("*.md")):
        for block in re.findall(r"```bash\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                if words and words[0].endswith("/lossstudy"):
                    name = f"{path.stem}: {shlex.join(words[1:])}"
                    found.append(pytest.param(words[1:], id=name))
    return found


@pytest.mark.parametrize("words", commands())
def test_commands_of_the_book_are_understood(words):
    if "--help" in words:
        with pytest.raises(SystemExit, match="0"):
            cli._parser(words[:1]).parse_args(words)
        return
    given = vars(cli._parser(words[:1]).parse_args(words))
    assert callable(given.pop("action"))
    if given.pop("command") == "train":
        asked = {name: value for name, value in given.items() if name != "notebook"}
        assert configure(**asked).profile == asked["profile"]


@pytest.mark.parametrize("name", DATASETS)
def test_every_dataset_has_its_check(name):
    assert f"lossstudy data check {name} --root DIR" in PAGE


@pytest.mark.parametrize("name", DATASETS)
def test_numbers_of_frames_are_those_that_data_check_expects(name):
    cls = registry.get("lossstudy.datasets", SegmentationDataset, name)
    second = getattr(cls, "official_part_2", {})
    for numbers in (cls.official, second):
        for split in numbers.keys() & {"train", "val"}:
            assert re.search(rf"\b{numbers[split]}\b", PAGE), (name, split)


def test_the_only_photographs_in_the_repository_are_those_the_page_admits():
    frames = set()
    for path in (ROOT / "book" / "results").glob("*/*/record.json"):
        evaluations = json.loads(path.read_text(encoding="utf-8"))["evaluations"]
        real = {name for name, scores in evaluations.items() if not scores["generated"]}
        for sample in path.parent.glob("samples/*.npz"):
            dataset = sample.stem.rpartition("_")[0]
            arrays = np.load(sample)
            if dataset in real and "image" in arrays:  # earlier steps: label maps alone
                frames.add((dataset, arrays["image"].shape[:2], arrays["image"].tobytes()))
    assert {(dataset, shape) for dataset, shape, _ in frames} == {("camvid", (120, 160))}
    assert f"lie {len(frames)} validation frames, reduced to 160 x 120" in PAGE


def test_cited_version_is_the_packages():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["version"] == lossstudy.__version__
    assert f"version = {{{lossstudy.__version__}}}" in PAGE
    assert citation["title"] in PAGE


def test_references_and_citations_are_the_same_set():
    text = "".join(
        path.read_text(encoding="utf-8")
        for pattern in ("book/*.md", "notebooks/*.ipynb", "lossstudy/catalogue/*.py")
        for path in sorted(ROOT.glob(pattern))
    )
    groups = re.findall(r"\{cite\w*\}`([^`]*)`", text)
    cited = {key.strip() for group in groups for key in group.split(",")}
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    assert cited == set(re.findall(r"^@\w+\{([^,]+),", bibliography, re.MULTILINE))
