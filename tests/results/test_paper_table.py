import csv
import io
import math
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from lossstudy.results import (
    PAPER,
    paper_table,
    read_records,
    table_csv,
    table_html,
    table_sources,
    table_text,
)
from tests.records import make_record


@pytest.fixture
def records(tmp_path):
    for seed, iou in enumerate((0.3, 0.4)):
        for loss in ("cross_entropy", "focal", "combo"):
            make_record(tmp_path, seed=seed, iou=iou, loss=loss, transfer="idd")
            make_record(tmp_path, seed=seed, iou=iou, loss=loss, dataset="idd")
    return read_records(tmp_path)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_column_has_ours_beside_the_papers(records, number):
    table = paper_table(number, records)
    for column in table.columns.get_level_values("column").unique():
        (source,) = table_sources(table, column)
        ours, printed = table[column][source], table[column][PAPER].iou
        expected = ours["mean"] - printed
        assert ours.difference.iloc[:20].tolist() == pytest.approx(expected.iloc[:20].tolist())
        assert math.isnan(ours.difference["mean iou without thin classes"])
        assert (ours.n == 2).all()
        assert ours.loc["mean iou", "low"] < ours.loc["mean iou", "mean"]


def test_the_transfer_column_holds_the_transfer_evaluation(records):
    table = paper_table(1, records)
    ours = table["cityscapes → idd, cross entropy"]["quick, generated scenes"]
    assert ours.loc["mean iou", "mean"] == pytest.approx(0.15)
    assert ours.loc["mean iou", "runs"] == tuple(
        f"quick-cityscapes-cross_entropy-s{seed}" for seed in (0, 1)
    )


def test_only_the_papers_own_experiments_enter(tmp_path):
    make_record(tmp_path, loss="focal", loss_params={"gamma": 5.0})
    make_record(tmp_path, loss="adaptive")
    make_record(tmp_path / "supervised", loss="focal", model="deeplab")
    make_record(tmp_path / "spaces", dataset="idd", label_space="idd26")
    table = paper_table(3, read_records(tmp_path))
    assert set(table.columns.get_level_values("source")) == {PAPER}


def test_profiles_settings_and_kinds_of_images_are_separate_sources(tmp_path):
    make_record(tmp_path)
    make_record(tmp_path, profile="gpu", generated=False)
    make_record(tmp_path / "other", seed=1, labelled_ratio=0.125)
    table = paper_table(3, read_records(tmp_path))
    assert sorted(table_sources(table, "cityscapes → cityscapes, cross entropy")) == [
        "gpu, real images",
        "quick, labelled_ratio=0.125, generated scenes",
        "quick, labelled_ratio=1.0, generated scenes",
    ]


def test_an_unknown_table_is_refused():
    with pytest.raises(ValueError, match="must be 1, 2 or 3"):
        paper_table(4, [])


class Parser(HTMLParser):
    """Collects the table's rows and checks that tags close in order."""

    def __init__(self):
        super().__init__()
        self.open, self.rows, self.links, self.headers = [], [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "tr":
            self.rows.append(0)
        if tag in {"th", "td"}:
            self.rows[-1] += int(attrs.get("colspan", 1))
        if tag == "th":
            self.headers.append(attrs["scope"])
        if tag == "a":
            self.links.append(attrs["href"])
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parse(html):
    parser = Parser()
    parser.feed(html)
    parser.close()
    assert not parser.open
    return parser


def test_the_html_is_well_formed_and_its_rows_are_equally_long(records):
    parser = parse(table_html(paper_table(1, records)))
    first, second, *body = parser.rows
    assert (first, second) == (1 + 9, 9)
    assert body == [10] * 21
    assert parser.headers.count("row") == 21
    assert parser.headers.count("colgroup") == 3


def test_our_cells_link_to_every_run(records):
    parser = parse(table_html(paper_table(2, records), lambda run: f"page/{run}.html"))
    pages = [link for link in parser.links if link.startswith("page/")]
    assert len(pages) == 3 * 2 * 21
    assert set(pages) == {f"page/{r.id}.html" for r in records if r.dataset == "idd"}


def test_generated_scenes_are_marked_in_every_column_of_ours(records):
    html = table_html(paper_table(1, records))
    assert html.count('<span class="generated">generated scenes</span>') == 3
    assert "real images" not in html


def test_real_images_carry_no_mark_of_generated_scenes(tmp_path):
    make_record(tmp_path, generated=False)
    html = table_html(paper_table(3, read_records(tmp_path)))
    assert html.count("<span>real images</span>") == 1
    assert 'class="generated"' not in html


def test_one_seed_shows_no_interval(tmp_path):
    make_record(tmp_path, iou=0.4)
    _, _, body = table_html(paper_table(3, read_records(tmp_path))).partition("<tbody>")
    assert "<summary>0.400</summary>" in body
    assert "±" not in body


def test_text_from_records_is_escaped(tmp_path):
    make_record(tmp_path, profile="<b>&quot;")
    html = table_html(paper_table(3, read_records(tmp_path)))
    assert "<b>" not in html
    assert "ours, &lt;b&gt;&amp;quot;, n = 1" in html


def test_colours_are_left_to_the_page(records):
    style = table_html(paper_table(1, records)).partition("</style>")[0]
    assert "#" not in style
    assert "rgb" not in style


def test_the_csv_holds_the_table_and_is_what_the_link_downloads(records):
    table = paper_table(2, records)
    text = table_csv(table)
    header, *rows = csv.reader(io.StringIO(text))
    assert len(rows) == 21
    cells = dict(zip(header, rows[19], strict=True))
    assert cells["class"] == "mean iou"
    assert float(cells["idd → idd, combo | paper | iou"]) == 0.512
    ours = "idd → idd, combo | quick, generated scenes"
    assert float(cells[f"{ours} | mean"]) == pytest.approx(0.35)
    assert cells[f"{ours} | runs"] == "quick-idd-combo-s0 quick-idd-combo-s1"
    assert all("generated scenes" in name for name in header[1:] if "| paper |" not in name)
    (link,) = [link for link in parse(table_html(table)).links if link.startswith("data:")]
    assert unquote(link.partition(",")[2]) == text


def test_the_text_for_a_terminal_names_source_and_spread(records):
    lines = table_text(paper_table(3, records)).splitlines()
    start = lines.index("cityscapes → cityscapes, combo")
    assert "quick, generated scenes, n = 2" in lines[start + 1]
    mean = next(line for line in lines[start:] if line.startswith("mean iou "))
    assert mean.split() == ["mean", "iou", "0.576", "0.350", "±", "0.635", "−0.226"]
