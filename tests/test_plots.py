import base64
import io
import re

import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from lossstudy import plots
from lossstudy.labels import label_space
from lossstudy.results import paper_table, read_records, training_shares
from tests.records import make_record

SPACE = label_space("cityscapes19")


@pytest.fixture
def records(tmp_path):
    for seed in (0, 1):
        for loss in ("focal", "combo", "cross_entropy"):
            make_record(tmp_path, seed=seed, loss=loss, iou=0.4 + seed / 10)
    return read_records(tmp_path)


def bar_heights(figure, label):
    return [
        bar.get_height()
        for axes in figure.axes
        for container in axes.containers
        if container.get_label() == label
        for bar in getattr(container, "patches", [])
    ]


def test_bars_are_as_high_as_the_numbers_of_the_table(records):
    table = paper_table(3, records)
    figure = plots.grouped_bars(table)
    for column in table.columns.get_level_values("column").unique():
        block = table[column].iloc[:20]
        assert bar_heights(figure, f"{column}: paper") == block["paper"].iou.tolist()
        ours = block["quick, generated scenes"]["mean"].tolist()
        assert bar_heights(figure, f"{column}: quick, generated scenes") == pytest.approx(ours)


def test_the_papers_bars_are_outlines_and_ours_are_filled(records):
    figure = plots.grouped_bars(paper_table(3, records))
    fills = {
        container.get_label().endswith("paper"): container.patches[0].get_fill()
        for container in figure.axes[0].containers
        if hasattr(container, "patches")
    }
    assert fills == {True: False, False: True}


def test_the_alternative_text_gives_the_means_and_says_what_the_data_were(records):
    text = plots.alt_text(paper_table(3, records))
    assert "combo: paper 0.576, ours (quick, generated scenes, n = 2) 0.450 ± 0.635" in text


def test_labels_are_painted_in_their_classes_colours():
    ids = np.arange(21, dtype=np.uint8).reshape(3, 7)
    painted = plots.paint(ids, SPACE.colors).reshape(-1, 3) / 255
    assert [to_hex(color) for color in painted[:19]] == [color.lower() for color in SPACE.colors]
    assert painted[19:].max() == 0


def test_panels_show_image_truth_and_each_prediction_in_the_order_of_the_paper(records):
    figure = plots.panels([r for r in records if r.seed == 0], "cityscapes", samples=(0, 1))
    titles = [axes.get_title() for axes in figure.axes[:5]]
    assert titles == [
        "input", "ground truth", "cross entropy\nseed 0", "focal\nseed 0", "combo\nseed 0",
    ]  # fmt: skip
    truth, prediction = (figure.axes[i].images[0].get_array() for i in (6, 7))
    sky, car, sidewalk = (SPACE.colors[SPACE.classes.index(c)] for c in ("sky", "car", "sidewalk"))
    assert to_hex(truth[0, 0] / 255) == sky.lower()
    assert to_hex(truth[5, 0] / 255) == sidewalk.lower()
    assert to_hex(prediction[0, 0] / 255) == car.lower()
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["road", "sidewalk", "sky", "car", "no class"]


def test_panels_with_titles_keep_the_order_given(records):
    runs = [run for run in records if run.seed == 0][::-1][:2]
    figure = plots.panels(runs, "cityscapes", titles=["before", "after"])
    assert [axes.get_title() for axes in figure.axes] == [
        "input", "ground truth", "before", "after",
    ]  # fmt: skip


def test_panels_refuse_runs_that_kept_other_images(records):
    file = records[0].folder / "samples" / "cityscapes_0.npz"
    with np.load(file) as arrays:
        np.savez(file, **{**arrays, "target": np.zeros((8, 16), np.uint8)})
    with pytest.raises(ValueError, match="sample 0 of cityscapes is another image"):
        plots.panels(records, "cityscapes")
    with pytest.raises(FileNotFoundError, match=r"cityscapes_9.npz"):
        plots.panels(records, "cityscapes", samples=(9,))


def test_curves_have_a_panel_per_term_and_a_line_per_run(records):
    figure = plots.curves(records)
    drawn = {axes.get_title(): axes.lines for axes in figure.axes if axes.get_title()}
    assert list(drawn) == [
        "supervised", "feature matching", "self training", "discriminator",
        "mean IoU on the validation set",
    ]  # fmt: skip
    assert all(len(lines) == len(records) for lines in drawn.values())
    assert drawn["supervised"][0].get_ydata()[0] == records[0].curve[0]["supervised"]
    assert drawn["supervised"][0].get_color() == plots.loss_colors(["combo"])["combo"]


def test_class_shares_are_the_bars_lengths(records):
    shares = training_shares(records)
    (axes,) = plots.class_shares(shares).axes
    widths = [bar.get_width() for bar in axes.patches]
    assert widths[:18] == pytest.approx(shares.iloc[:18, 0].tolist())
    assert np.isnan(widths[18])  # a class without pixels
    assert axes.get_xscale() == "log"


def test_confusion_is_in_percent_of_the_ground_truth(records):
    axes = plots.confusion(records[0], "cityscapes").axes[0]
    shares = axes.images[0].get_array()
    assert shares.shape == (19, 20)
    assert shares[0, 0] == pytest.approx(100 * 91 / 109)
    assert np.nansum(shares[0]) == pytest.approx(100)


def test_an_image_grid_has_label_maps_below_the_images():
    image, target = np.full((4, 6, 3), 9, np.uint8), np.full((4, 6), 2, np.uint8)
    figure = plots.image_grid([image, image], [target, target], "cityscapes19", ["a", "b"])
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "", ""]
    shown = figure.axes[2].images[0].get_array()
    assert to_hex(shown[0, 0] / 255) == SPACE.colors[2].lower()


def test_a_figure_on_a_page_carries_its_text_escaped_and_an_opaque_background(records):
    figure = plots.curves(records)
    html = plots.figure_html(figure, 'mean < 0.5 & "rising"')
    assert 'alt="mean &lt; 0.5 &amp; &quot;rising&quot;"' in html
    assert "data:image/webp;base64," in html
    assert to_hex(figure.get_facecolor(), keep_alpha=True) == "#ffffffff"


def test_losses_keep_their_colour_and_differ():
    colors = plots.loss_colors(["tversky", "focal", "adaptive", "combo"])
    assert colors["focal"] == plots.loss_colors(["focal"])["focal"]
    assert len(set(colors.values())) == 4


def decoded(html):
    """The picture of an `<img>` that carries its own data, as RGB."""
    data = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def test_a_chart_on_a_page_is_exact_and_a_photograph_nearly(records):
    chart = plots.curves(records)
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 255, (40, 80, 3)).astype(np.uint8).repeat(4, 0).repeat(4, 1)
    noisy = photo + rng.integers(0, 9, photo.shape).astype(np.uint8)
    pictures = plots.image_grid([noisy] * 3, [np.zeros(noisy.shape[:2], np.uint8)] * 3, SPACE.name)
    for figure, limit in ((chart, 0), (pictures, 60)):
        original = io.BytesIO()
        figure.savefig(original, dpi=110)
        exact = np.asarray(Image.open(original).convert("RGB")).astype(int)
        shown = decoded(plots.figure_html(figure, ""))
        assert np.percentile(abs(shown - exact), 99) <= limit
