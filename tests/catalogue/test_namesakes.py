"""What the sentences of the book's tables say of each library, computed another way."""

import pytest
import torch
from torch.nn import functional as F

from lossstudy.catalogue import docs, families, libraries, namesakes, probes
from lossstudy.losses import loss_names

SCENE = probes.probe_scene()
LOGITS, TARGETS = SCENE.logits, SCENE.targets
VALID = TARGETS != 255
FILLED = TARGETS.where(VALID, 0)
SHARE_VALID = VALID.float().mean().item()
NUM_CLASSES = 4


def reading(loss, call):
    """Value of the reading that is shown as `call` under the name of a loss."""
    found = [r for r, _ in namesakes.NAMESAKES[loss] if str(r) == call]
    assert len(found) == 1, f"{len(found)} readings {call} of {loss}"
    return namesakes.value(found[0])


def ours(name, targets=TARGETS, images=slice(None), **params):
    return probes.scene_loss(name, **params)(LOGITS[images], targets[images]).item()


def near(value):
    return pytest.approx(value, rel=2e-4)


def p_t():
    return LOGITS.softmax(1).gather(1, FILLED[:, None])[:, 0]


def test_every_row_is_under_a_loss_of_ours_and_of_a_library_we_know():
    assert set(namesakes.NAMESAKES) <= set(loss_names())
    for rows in namesakes.NAMESAKES.values():
        assert isinstance(rows[0][0], namesakes.Ours)
        named = [r.library for r, _ in rows if isinstance(r, libraries.LibraryLoss)]
        assert set(named) <= set(libraries.MODULES)


@pytest.mark.parametrize(
    ("loss", "call"),
    [
        ("cross_entropy", "CrossEntropyLoss()"),
        ("label_smoothing", "CrossEntropyLoss(label_smoothing=0.1)"),
        ("lovasz_softmax", "LovaszLoss()"),
    ],
)
def test_the_same(loss, call):
    assert reading(loss, call) == near(ours(loss))


def test_soft_cross_entropy_divides_by_ignored_pixels_too():
    found = reading("cross_entropy", "SoftCrossEntropyLoss(smooth_factor=0.0)")
    assert found == near(SHARE_VALID * ours("cross_entropy"))
    smoothed = reading("label_smoothing", "SoftCrossEntropyLoss(smooth_factor=0.1)")
    assert smoothed == near(SHARE_VALID * ours("label_smoothing"))


def test_monais_softmax_focal_is_ours_with_and_a_share_of_it_without_an_ignore_index():
    told, untold = (
        namesakes.value(r)
        for r, _ in namesakes.NAMESAKES["focal"]
        if str(r) == "FocalLoss(use_softmax=True)"
    )
    assert told == near(ours("focal"))
    assert untold == near(ours("focal", FILLED) / NUM_CLASSES)


def test_kornias_focal_is_over_all_pixels_and_classes():
    found = reading("focal", "FocalLoss(alpha=None, reduction='mean')")
    assert found == near(SHARE_VALID * ours("focal") / NUM_CLASSES)
    assert reading("focal", "FocalLoss(alpha=0.5, reduction='mean')") == near(found / 2)


def test_kornias_alpha_is_the_weight_of_all_classes_but_the_first():
    arguments = {"alpha": 0.25, "reduction": "mean"}
    hidden = {"ignore_index": 255}
    kornia = libraries.LibraryLoss("kornia", "FocalLoss", arguments, hidden).make(NUM_CLASSES)
    weights = torch.tensor([0.75, 0.25, 0.25, 0.25], dtype=torch.float64)[FILLED]
    pixels = -weights * (1 - p_t()) ** 2 * p_t().log() * VALID
    assert kornia(LOGITS, TARGETS).item() == near(pixels.mean().item() / NUM_CLASSES)


def binary_focal(alpha=None):
    """Focal loss of one class against the rest, (N, H, W, C)."""
    one_hot = F.one_hot(FILLED, NUM_CLASSES).double()
    scores = LOGITS.movedim(1, -1)
    wrong = (scores.sigmoid() - one_hot).abs()
    loss = -(wrong**2) * (1 - wrong).log()
    return loss if alpha is None else loss * (alpha * one_hot + (1 - alpha) * (1 - one_hot))


def test_sigmoid_focal_losses_are_means_or_sums_of_binary_ones():
    smp, monai = namesakes.NAMESAKES["focal"][6][0], namesakes.NAMESAKES["focal"][7][0]
    assert (smp.library, monai.library) == ("segmentation-models-pytorch", "monai")
    assert namesakes.value(smp) == near(binary_focal()[VALID].mean().item())
    assert namesakes.value(monai) == near(NUM_CLASSES * namesakes.value(smp))
    found = reading("focal", "sigmoid_focal_loss(reduction='mean')")
    assert found == near(binary_focal(alpha=0.25).mean().item())


def test_sigmoid_focal_changes_when_all_logits_rise_and_ours_does_not():
    smp = namesakes.NAMESAKES["focal"][6][0].make(NUM_CLASSES)
    risen = smp(LOGITS + 3, TARGETS).item()
    assert risen > 5 * smp(LOGITS, TARGETS).item()
    shifted = probes.scene_loss("focal")(LOGITS + 3, TARGETS).item()
    assert shifted == pytest.approx(ours("focal"))


def test_lambda_two_weighs_between_one_and_four_times_cross_entropy():
    assert ours("cross_entropy") < reading("focal", "focal(lam=2.0)") < 4 * ours("cross_entropy")


@pytest.mark.parametrize(
    ("loss", "call"),
    [
        ("dice", "DiceLoss()"),
        ("jaccard", "JaccardLoss()"),
        ("tversky", "TverskyLoss(alpha=0.3, beta=0.7)"),
    ],
)
def test_smp_divides_the_present_classes_by_all(loss, call):
    rows = [r for r, _ in namesakes.NAMESAKES[loss] if str(r) == call]
    smp = next(r for r in rows if r.library == "segmentation-models-pytorch")
    assert namesakes.value(smp) == near(ours(loss, smooth=0.0) * 3 / NUM_CLASSES)


@pytest.mark.parametrize(
    ("loss", "call"),
    [
        ("dice", "DiceLoss(softmax=True)"),
        ("jaccard", "DiceLoss(softmax=True, jaccard=True)"),
        ("tversky", "TverskyLoss(softmax=True, alpha=0.3, beta=0.7)"),
    ],
)
def test_monai_counts_all_classes_of_each_image(loss, call):
    assert reading(loss, call) == near(ours(loss, smooth=1e-6, classes="all", per="image"))


def test_monai_over_the_batch_and_with_squares():
    batch = reading("dice", "DiceLoss(softmax=True, batch=True)")
    assert batch == near(ours("dice", smooth=1e-6, classes="all"))
    probs = LOGITS.softmax(1) * VALID[:, None]
    one_hot = F.one_hot(FILLED, NUM_CLASSES).movedim(-1, 1) * VALID[:, None]
    overlap = 2 * (probs * one_hot).sum((2, 3)) / (probs**2 + one_hot).sum((2, 3))
    squared = reading("dice", "DiceLoss(softmax=True, squared_pred=True)")
    assert squared == near((1 - overlap).mean().item())


def test_kornias_dice_is_the_mean_error_of_images_or_their_present_classes():
    kornia = [r for r, _ in namesakes.NAMESAKES["dice"] if getattr(r, "library", "") == "kornia"]
    errors = [1 - p_t()[image][VALID[image]].mean().item() for image in (0, 1)]
    assert namesakes.value(kornia[0]) == near(sum(errors) / 2)
    assert namesakes.value(kornia[1]) == near(ours("dice", smooth=0.0, per="image"))


def test_micro_dice_is_the_mean_error():
    found = reading("dice", "combo_micro(alpha=0.0, smooth=0.0)")
    assert found == near(1 - p_t()[VALID].mean().item())


def test_counting_the_absent_class_adds_a_loss_of_one():
    present = reading("dice", "dice(smooth=0.0)")
    assert reading("dice", "dice(smooth=0.0, classes='all')") == near((3 * present + 1) / 4)


def test_kornias_tversky_is_over_the_present_classes_of_each_image():
    kornia = next(
        r for r, _ in namesakes.NAMESAKES["tversky"] if getattr(r, "library", "") == "kornia"
    )
    assert namesakes.value(kornia) == near(ours("tversky", smooth=0.0, per="image"))


def test_smp_takes_the_power_after_the_mean():
    found = reading("focal_tversky", "TverskyLoss(gamma=0.75, alpha=0.3, beta=0.7)")
    assert found == near((ours("tversky", smooth=0.0) * 3 / NUM_CLASSES) ** 0.75)


def generalized_dice(images):
    """MONAI's weights: an absent class weighs like the rarest."""
    one_hot = F.one_hot(FILLED[images], NUM_CLASSES).movedim(-1, 1)
    probs = LOGITS[images].softmax(1)
    sizes = one_hot.sum((0, 2, 3)).double()
    weights = 1 / sizes.where(sizes > 0, sizes[sizes > 0].min()) ** 2
    overlap = 2 * (weights * (probs * one_hot).sum((0, 2, 3))).sum()
    return 1 - overlap / (weights * (probs + one_hot).sum((0, 2, 3))).sum()


def test_monais_generalised_dice_weighs_an_absent_class_like_the_rarest():
    batch = reading("generalized_dice", "GeneralizedDiceLoss(softmax=True, batch=True)")
    # its smoothing of 1e-5 is not small beside one over the square of a class's size
    assert batch == pytest.approx(generalized_dice(slice(None)).item(), rel=1e-3)
    images = [generalized_dice(slice(i, i + 1)).item() for i in (0, 1)]
    found = reading("generalized_dice", "GeneralizedDiceLoss(softmax=True)")
    assert found == pytest.approx(sum(images) / 2, rel=5e-3)


def test_kornias_lovasz_counts_absent_classes_of_each_image_with_their_largest_probability():
    losses = []
    for image in (0, 1):
        one = slice(image, image + 1)
        present = FILLED[image].unique()
        absent = [c for c in range(NUM_CLASSES) if c not in present]
        largest = LOGITS[image].softmax(0)[absent].flatten(1).max(1).values.sum().item()
        mean = ours("lovasz_softmax", FILLED, one)
        losses.append((len(present) * mean + largest) / NUM_CLASSES)
    found = reading("lovasz_softmax", "LovaszSoftmaxLoss()")
    assert found == near(sum(losses) / 2)


def test_monais_sum_of_dice_and_cross_entropy_is_not_a_mean():
    dice = ours("dice", FILLED, smooth=1e-6, classes="all", per="image")
    found = reading("combo", "DiceCELoss(softmax=True)")
    assert found == near(ours("cross_entropy", FILLED) + dice)


def test_tables_hold_a_row_a_reading_with_its_value():
    sections = {s.split("`")[1]: s for s in namesakes.sections("regions")}
    rows = sections["dice"].splitlines()[4:]
    assert len(rows) == len(namesakes.NAMESAKES["dice"])
    values = [float(row.split(" | ")[1]) for row in rows]
    expected = [namesakes.value(r) for r, _ in namesakes.NAMESAKES["dice"]]
    assert values == pytest.approx(expected, abs=5e-5)


def test_without_the_libraries_their_rows_are_left_out_and_named(monkeypatch):
    monkeypatch.setattr(namesakes, "installed", lambda: {"torch": "2"})
    text = "\n".join(namesakes.sections("regions"))
    assert "monai" not in text
    assert "`dice(smooth=0.0)`" in text
    expected = "Not installed here, and left out: kornia, monai, segmentation-models-pytorch."
    assert namesakes.note("regions").endswith(expected)


def test_a_family_nobody_else_offers_says_so():
    lonely = [f for f in families.PAGES if not list(namesakes.sections(f))]
    assert lonely == ["margins"]
    assert namesakes.note("margins").startswith("None of torch, ")
    assert all(name not in namesakes.NAMESAKES for name in docs.family_losses("margins"))
