import numpy as np
import pytest

from lossstudy import labels
from lossstudy.labels import (
    LABEL_SPACES,
    comparable,
    encoding,
    label_space,
    mapping,
    targets_of,
)
from tests.labels.tables import ids, rows

CLASSES = label_space("cityscapes19").classes


@pytest.mark.parametrize("source", ["idd30", "idd26"])
def test_a_perfect_idd_predictor_stays_perfect_on_the_19_classes(source):
    """Every merge of level 4 and level 3 joins at most one of the 19 classes."""
    truth = encoding("idd", "id", "cityscapes19")
    predicted = encoding("idd", "id", source)
    raw = np.flatnonzero((truth != labels.UNDECLARED) & (truth != 255))
    np.testing.assert_array_equal(
        mapping(source, "cityscapes19").table[predicted[raw]], truth[raw]
    )


@pytest.mark.parametrize("source", ["idd30", "idd26"])
def test_the_levels_of_idd_are_nested_in_the_seven_classes_of_idd_lite(source):
    level1 = encoding("idd", "id", source)
    truth = {int(row["id"]): int(row["level1_id"]) for row in rows("idd")}
    table = mapping(source, "iddlite7").table
    for raw, train_id in enumerate(level1[:35]):
        assert table[train_id] == truth[raw]


@pytest.mark.parametrize("name", ["trailer", "vehicle fallback", "rail track", "polegroup"])
def test_the_hidden_part_of_a_shared_class_counts_as_the_class_it_is_named_after(name):
    level4_id = ids("idd", name, "level4_id")
    shared_with = label_space("idd30").classes[level4_id]
    to_19 = mapping("idd30", "cityscapes19")
    assert to_19.table[level4_id] == CLASSES.index(shared_with)
    assert name in to_19.lost[shared_with]
    assert "not separable" in to_19.lost[shared_with]


def test_exactly_three_of_level_4s_classes_are_not_separable_into_the_19():
    lost = mapping("idd30", "cityscapes19").lost
    assert {name for name, text in lost.items() if "not separable" in text} == {
        "train", "sidewalk", "pole",
    }  # fmt: skip


def test_a_class_without_a_counterpart_maps_to_other_and_is_said_to_be_lost():
    to_19 = mapping("idd30", "cityscapes19")
    pairs = zip(label_space("idd30").classes, to_19.table, strict=True)
    names = {name for name, train_id in pairs if train_id == 19}
    assert {"parking", "autorickshaw", "billboard", "fallback background"} <= names
    assert not names & set(CLASSES)
    assert len(names) == 30 - 19
    assert names == {name for name, text in to_19.lost.items() if "no counterpart" in text}


def test_camvid_and_cityscapes_map_to_each_other_and_back():
    there, back = mapping("camvid11", "cityscapes19"), mapping("cityscapes19", "camvid11")
    np.testing.assert_array_equal(back.table[there.table], np.arange(11))
    assert CLASSES[there.table[4]] == "sidewalk"
    assert back.table[CLASSES.index("bicycle")] == 11
    assert set(there.unreachable) == set(back.lost)
    assert len(there.unreachable) == 19 - 11


def test_camvids_32_classes_merge_into_11_and_none_is_unreachable():
    merged = mapping("camvid32", "camvid11")
    assert merged.unreachable == ()
    assert merged.table.max() == 10
    assert merged.lost["TrafficCone"] == "counts as pole, and so does Column_Pole"
    assert {"Sky", "Fence"} == set(label_space("camvid32").classes) - set(merged.lost)


@pytest.mark.parametrize("name", LABEL_SPACES)
def test_mapping_a_space_to_itself_changes_and_loses_nothing(name):
    same = mapping(name, name)
    np.testing.assert_array_equal(same.table, np.arange(label_space(name).num_classes))
    assert (same.lost, same.unreachable) == ({}, ())


@pytest.mark.parametrize("source", LABEL_SPACES)
@pytest.mark.parametrize("target", LABEL_SPACES)
def test_a_mapping_exists_exactly_where_it_is_said_to(source, target):
    if target in targets_of(source):
        assert len(mapping(source, target).table) == label_space(source).num_classes
    else:
        with pytest.raises(ValueError, match=f"from label space {source} to {target}"):
            mapping(source, target)


def test_predictions_of_another_space_are_refused_without_a_mapping():
    with pytest.raises(ValueError, match=r"space idd30 .* targets in cityscapes19.*iddlite7"):
        comparable("idd30", "cityscapes19", None)


def test_a_mapping_between_other_spaces_does_not_help():
    with pytest.raises(ValueError, match=r"from label space idd26 to cityscapes19, but .* idd30"):
        comparable("idd30", "cityscapes19", mapping("idd26", "cityscapes19"))


def test_with_its_mapping_or_in_one_space_a_comparison_is_allowed():
    given = mapping("idd30", "cityscapes19")
    assert comparable("idd30", "cityscapes19", given) is given
    assert comparable("camvid11", "camvid11", None).table.tolist() == list(range(11))
