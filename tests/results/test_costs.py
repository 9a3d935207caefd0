import csv
import io
import re
from urllib.parse import unquote

import numpy as np
import pytest

from lossstudy import results


def row(loss, library, seconds, size, compiled=None, dtype="float32", reference=(1.0, 2.0, 1.0)):
    return {
        "loss": loss, "library": library, "call": f"{loss}(x=1)", "definition": "", "dtype": dtype,
        "logits_bytes": 100, "seconds": seconds, "reference": reference,
        "bytes": size, "compiled": compiled,
    }  # fmt: skip


@pytest.fixture
def record():
    """Three rounds, the second of them on a machine twice as slow."""
    compiled = {"reference": [1.0, 2.0, 1.0], "seconds": [0.5, 1.0, 0.5], "bytes": 150}
    return {
        "setting": {"shape": [1, 5, 4, 5], "rounds": 3},
        "rows": [
            row(results.COST_REFERENCE, "torch", [1.0, 2.0, 1.0], 300),
            row(results.COST_FLOOR, "torch", [0.25, 0.5, 0.25], 0),
            row("dice", "lossstudy", [1.2, 2.4, 1.2], 300, {"error": "a graph break"}),
            row("focal", "lossstudy", [0.9, 1.8, 3.0], 240, compiled),
            row("lovasz_softmax", "lossstudy", [3.0, 6.0, 3.0], 900),
            row("lovasz_softmax", "segmentation-models-pytorch", [20.0, 40.0, 20.0], 900),
            row("focal", "kornia", [2.0, 4.0, 2.0], 150),
        ],
        "growth": [
            {"along": along, "shape": shape, "loss": "dice", "seconds": [9.0, seconds, 0.0]}
            for along, shape, seconds in [
                ("pixels", [1, 5, 2, 4], 1.0), ("pixels", [1, 5, 4, 8], 4.0),
                ("classes", [1, 2, 4, 8], 3.0), ("classes", [1, 8, 4, 8], 6.0),
            ]
        ],
        "provenance": {
            "versions": {"torch": "2"}, "git_commit": "0123456789abcdef", "git_dirty": True,
            "gpu": None, "cpu": "a processor", "threads": 2, "date": "today",
        },
    }  # fmt: skip


def of(table, loss, library="lossstudy"):
    return table[(table.loss == loss) & (table.library == library)].iloc[0]


def test_ratios_are_taken_pair_by_pair(record):
    focal = of(results.costs(record), "focal")
    assert focal.eager == pytest.approx(0.9)
    assert (focal.eager_low, focal.eager_high) == pytest.approx((0.9, 1.95))
    assert focal.compiled == pytest.approx(0.5)
    assert focal.floors == pytest.approx(3.6)
    assert focal.compiled_floors == pytest.approx(2.0)
    assert (focal.memory, focal["sizes"], focal.compiled_memory) == pytest.approx((0.8, 2.4, 0.5))


def test_namesakes_stand_below_ours(record):
    table = results.costs(record)
    assert table.loss.tolist()[2:] == [
        "dice",
        "focal",
        "focal",
        "lovasz_softmax",
        "lovasz_softmax",
    ]
    assert table.library.tolist()[3:5] == ["lossstudy", "kornia"]


def test_goals_are_for_ours_and_lovasz_has_a_fifth_of_its_namesakes_time(record):
    table = results.costs(record)
    assert of(table, "focal").goal_eager == results.GOALS["focal"].eager
    assert np.isnan(of(table, "focal", "kornia").goal_eager)
    assert of(table, "lovasz_softmax").goal_eager == pytest.approx(4.0)
    missed = results.missed_goals(table)
    assert list(zip(missed.loss, missed.of, strict=True)) == [("dice", "eager")]
    assert missed.iloc[0]["measured / goal"] == pytest.approx(1.2 / results.GOALS["dice"].eager)


def test_the_page_names_what_missed_its_goal_and_by_how_much(record):
    (line,) = re.findall(r"<tr>\s*<td>(.*?)</tr>", results.missed_html(record), re.DOTALL)
    cells = re.sub(r"</?td>|\s+", " ", line).split()
    goal = results.GOALS["dice"].eager
    assert cells == ["dice", "float32", "eager", "1.20", f"{goal:.2f}", f"{1.2 / goal:.2f}"]
    record["rows"] = [row for row in record["rows"] if row["loss"] != "dice"]
    assert results.missed_html(record) == "<p>Nothing.</p>"


def test_growth_is_the_slope_of_the_logarithms(record):
    growth = results.cost_growth(record)
    assert growth["size"].tolist() == [8, 32, 2, 8]
    assert growth.ms.tolist() == [1000, 4000, 3000, 6000]
    assert growth.exponent.tolist() == pytest.approx([1, 1, 0.5, 0.5])


def test_the_text_has_the_goal_beside_the_number_and_hides_no_failure(record):
    text = results.cost_text(record)
    (dice,) = (line for line in text.splitlines() if line.split()[:2] == ["dice", "lossstudy"])
    assert "1.20 / 1.10" in dice
    assert "fails" in dice
    assert "Missed: dice eager 1.20 (goal 1.10)" in text
    assert "commit 0123456789ab+" in text


def test_types_of_logits_are_compared_each_with_its_own_reference(record):
    record["rows"] += [
        row(
            results.COST_REFERENCE, "torch", [0.5] * 3, 200, dtype="bfloat16", reference=[0.5] * 3
        ),
        row(results.COST_FLOOR, "torch", [0.1] * 3, 0, dtype="bfloat16", reference=[0.5] * 3),
        row("dice", "lossstudy", [1.0] * 3, 200, dtype="bfloat16", reference=[0.5] * 3),
    ]
    table = results.costs(record)
    halves = table[table.dtype == "bfloat16"]
    assert halves.eager.tolist() == [1.0, 0.2, 2.0]
    assert set(results.missed_goals(table)["dtype"]) == {"float32", "bfloat16"}
    assert "bfloat16" in results.cost_html(record)


def test_the_page_holds_every_number_as_csv(record):
    (data,) = re.findall(r'href="data:text/csv;charset=utf-8,([^"]+)"', results.cost_html(record))
    rows = list(csv.DictReader(io.StringIO(unquote(data))))
    assert [row["loss"] for row in rows] == results.costs(record).loss.tolist()
    assert [float(row["eager"]) for row in rows if row["loss"] == "focal"] == [0.9, 2.0]


def test_the_page_has_every_loss_of_a_library_below_ours_and_its_call_in_a_table(record):
    record["rows"][-1] |= {"call": "FocalLoss(gamma=2.0)", "definition": "p < 0.5 counts as 0"}
    table = results.cost_html(record)
    assert table.index("<td>focal</td>") < table.index("<small>kornia FocalLoss</small>")
    assert "0.5 counts" not in table.partition("<p><a download")[0]
    calls = results.namesakes_html(record)
    assert "<code>FocalLoss(gamma=2.0)</code>" in calls
    assert "p &lt; 0.5 counts as 0" in calls
    assert "lossstudy" not in calls


def test_a_loss_that_does_not_run_keeps_its_row(record):
    record["rows"].append(row("dice", "monai", [], None))
    for name in ("seconds", "reference"):
        del record["rows"][-1][name]
    record["rows"][-1]["error"] = "no kernel for this type"
    dice = of(results.costs(record), "dice", "monai")
    assert dice.error == "no kernel for this type"
    assert np.isnan([dice.eager, dice.memory, dice.ms]).all()
    (line,) = (line for line in results.cost_text(record).splitlines() if "monai" in line)
    assert "fails" in line


def test_a_record_that_is_not_there_says_how_to_make_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"lossstudy bench losses --record"):
        results.read_costs(tmp_path / "losses-cpu.json")
