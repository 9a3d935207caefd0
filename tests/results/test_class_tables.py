import pytest

from lossstudy.paper import recomputed_means
from lossstudy.results import class_tables, read_records
from tests.records import make_record

LOSSES = ("cross_entropy", "focal", "combo")


def test_the_papers_tables_hold_their_rows_alone():
    tables = class_tables([])
    assert [table.title for table in tables] == [f"Table {n}, the paper" for n in (1, 2, 3)]
    means = [mean for table in tables for mean in table.iou.mean()]
    assert means == pytest.approx(recomputed_means().recomputed.tolist())
    assert all(len(table.iou) == 19 for table in tables)


def test_our_runs_follow_the_papers_in_the_same_columns(tmp_path):
    for loss in LOSSES:
        for seed, iou in enumerate((0.3, 0.5)):
            make_record(tmp_path, loss=loss, dataset="idd", seed=seed, iou=iou)
    paper, ours = class_tables(read_records(tmp_path))[1:3]
    assert (paper.title, ours.title) == ("Table 2, the paper", "Table 2, quick, generated scenes")
    assert list(ours.iou) == list(paper.iou)
    assert list(ours.iou.index) == list(paper.iou.index)
    assert ours.iou.mean().tolist() == pytest.approx([0.4] * 3)


def test_a_table_that_lacks_a_column_is_left_out(tmp_path):
    make_record(tmp_path, loss="combo", dataset="idd")
    assert len(class_tables(read_records(tmp_path))) == 3
