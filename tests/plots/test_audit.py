import pytest

from lossstudy import paper, plots


def series(axes, label):
    (line,) = [line for line in axes.get_lines() if line.get_label() == label]
    return line


def test_the_repetition_and_the_losses_lie_on_the_line_of_their_class():
    repeat = paper.printed_twice().difference
    rows = paper.class_rows(3)
    losses = rows[["focal", "combo"]].sub(rows.cross_entropy, axis="index")
    axes = plots.repeat_dots(repeat, losses, 0.02).axes[0]
    marks = series(axes, "Table 1 − Table 3")
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert marks.get_xdata()[names.index("motorcycle")] == 0.03
    combo = series(axes, "combo − cross entropy")
    assert combo.get_xdata()[names.index("train")] == pytest.approx(0.07)
    text = plots.repeat_dots_text(repeat, losses, 0.0204)
    assert "combo in 3 classes (truck, train, motorcycle)" in text


def test_bars_carry_their_share_of_the_gain():
    gains = {"IDD": paper.contributions(2, "combo"), "Cityscapes": paper.contributions(3, "combo")}
    figure = plots.contribution_bars(gains)
    idd, city = figure.axes
    widths = [bar.get_width() for bar in idd.containers[0]]
    assert widths == pytest.approx(gains["IDD"].contribution.tolist())
    assert "64 %" in [text.get_text() for text in idd.texts]
    assert len(city.texts) == (gains["Cityscapes"].difference != 0).sum()
    assert "train 64 %, traffic sign 24 %, bicycle 14 %" in plots.contribution_bars_text(gains)


def test_weights_are_drawn_as_printed_and_as_meant():
    figure = plots.weight_curves(2.0)
    assert [axes.get_title() for axes in figure.axes] == ["γ = 2, λ = 1", "γ = 2, λ = 2"]
    assert series(figure.axes[1], "as meant").get_ydata()[0] == 4
    assert series(figure.axes[0], "as printed").get_ydata()[0] == 2
    assert "λ = 2 from 4 to 1 as meant and from 4 to 2 as printed" in plots.weight_curves_text(2.0)
