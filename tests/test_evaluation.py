import numpy as np
import pytest
import torch
from torch import nn

from lossstudy import evaluation
from lossstudy.labels import label_space, mapping
from lossstudy.models import SegmentationModel


class Reader(SegmentationModel):
    """Predicts the class that the red of a `StandIn` image shows, times and plus a constant."""

    def __init__(self, num_classes=19, constant=None):
        super().__init__(num_classes, nn.BatchNorm2d(3))  # a network with parameters and a mode
        self.constant = constant
        self.modes = []

    def forward(self, images):
        self.modes.append(self.training)
        shown = (images[:, 0] * 255 / 12).round().long() % 20
        if self.constant is not None:
            shown = torch.full_like(shown, self.constant)
        return (
            nn.functional
            .one_hot(shown, max(20, self.num_classes))
            .movedim(-1, 1)[:, : self.num_classes]
            .float()
        )


@pytest.fixture
def dataset(stand_in):
    return stand_in(5)


def test_perfect_prediction_scores_one(dataset):
    counts = evaluation.evaluate(Reader(), dataset, "cityscapes19")
    assert counts.shape == (5, 19, 20)
    valid = np.asarray(dataset.targets) != 255
    np.testing.assert_array_equal(counts.sum((1, 2)), valid.sum((1, 2)))
    scores = evaluation.score(counts, dataset)
    assert set(scores["iou"]) <= {1.0, None}
    assert (scores["mean_iou"], scores["pixel_accuracy"]) == (1.0, 1.0)


def test_constant_prediction_scores_its_share(dataset):
    scores = evaluation.score(
        evaluation.evaluate(Reader(constant=3), dataset, "cityscapes19"), dataset
    )
    targets = np.asarray(dataset.targets)
    share = (targets == 3).sum() / (targets != 255).sum()
    assert scores["iou"][3] == pytest.approx(share)
    assert scores["pixel_accuracy"] == pytest.approx(share)
    present = len(set(np.unique(targets)) - {255})
    assert scores["mean_iou"] == pytest.approx(share / present)


@pytest.mark.parametrize("batch_size", [1, 2, 5, 16])
def test_number_of_images_at_a_time_does_not_matter(batch_size, dataset):
    expected = evaluation.evaluate(Reader(), dataset, "cityscapes19")
    counts = evaluation.evaluate(Reader(), dataset, "cityscapes19", batch_size)
    np.testing.assert_array_equal(counts, expected)


@pytest.mark.parametrize("training", [True, False])
def test_model_predicts_in_evaluation_mode_and_returns_to_its_own(training, dataset):
    model = Reader().train(training)
    evaluation.evaluate(model, dataset, "cityscapes19")
    assert model.modes == [False]
    assert model.training is training


def test_prediction_in_another_space_is_translated(dataset):
    """Road is class 0 of idd30; drivable fallback, its class 1, is none of the 19 classes."""
    idd = label_space("idd30").classes
    to_19 = mapping("idd30", "cityscapes19")
    scored = {
        name: evaluation.evaluate(
            Reader(30, constant=idd.index(name)), dataset, "idd30", translation=to_19
        ).sum(0)
        for name in ("road", "drivable fallback")
    }
    assert scored["road"][:, 0].sum() == scored["road"].sum() > 0
    assert scored["drivable fallback"][:, 19].sum() == scored["road"].sum()


def test_predictions_of_another_space_are_refused_without_a_mapping(dataset):
    """Number against number, a network for idd30 would be scored as one for the 19 classes."""
    refused = r"space idd30 cannot be compared with targets in cityscapes19.*iddlite7"
    with pytest.raises(ValueError, match=refused):
        evaluation.evaluate(Reader(30), dataset, "idd30")
    with pytest.raises(ValueError, match=refused):
        evaluation.sample_predictions(Reader(30), dataset, "idd30", 1)


def test_a_mapping_between_other_spaces_is_refused(dataset):
    wrong = mapping("idd26", "cityscapes19")
    with pytest.raises(ValueError, match="from label space idd26 to cityscapes19, but"):
        evaluation.evaluate(Reader(30), dataset, "idd30", translation=wrong)


def test_a_network_with_other_classes_than_its_space_is_refused(dataset):
    with pytest.raises(
        ValueError, match="cityscapes19 has 19 classes, but the network predicts 30"
    ):
        evaluation.evaluate(Reader(30), dataset, "cityscapes19")


def test_class_absent_from_the_set_is_null_and_not_in_the_mean(dataset):
    dataset.targets[dataset.targets == 7] = 255
    scores = evaluation.score(evaluation.evaluate(Reader(), dataset, "cityscapes19"), dataset)
    assert scores["iou"][7] is None
    assert scores["mean_iou"] == 1.0


def test_second_mean_leaves_out_what_the_dataset_does_not_evaluate(stand_in):
    dataset = stand_in(5, name="idd")
    train = dataset.space.classes.index("train")
    counts = evaluation.evaluate(Reader(), dataset, "cityscapes19")
    counts[:, train] = np.roll(counts[:, train], 19 - train, axis=1)  # all of them missed
    scores = evaluation.score(counts, dataset)
    assert scores["thin_classes"] == ["train"]
    assert scores["mean_iou"] < scores["mean_iou_without_thin"] == 1.0


def test_entry_says_what_was_scored(dataset):
    counts = evaluation.evaluate(Reader(), dataset, "cityscapes19")
    scores = evaluation.score(counts, dataset)
    assert scores["dataset"] == "cityscapes"
    assert scores["label_space"] == "cityscapes19"
    assert tuple(scores["classes"]) == label_space("cityscapes19").classes
    assert scores["num_images"] == 5
    assert scores["generated"] is True
    assert scores["fingerprint"] == dataset.fingerprint
    assert scores["confusion"] == counts.sum(0).tolist()


def test_counts_per_image_add_up_to_the_scores(dataset):
    counts = evaluation.evaluate(Reader(constant=2), dataset, "cityscapes19")
    parts = evaluation.per_image(counts)
    iou = evaluation.score(counts, dataset)["iou"]
    assert parts["intersection"].shape == parts["union"].shape == (5, 19)
    ratio = parts["intersection"].sum(0) / parts["union"].sum(0)
    for c, value in enumerate(iou):
        assert value is None or ratio[c] == pytest.approx(value)


def test_samples_are_spread_over_the_set_with_their_predictions(dataset):
    samples = evaluation.sample_predictions(Reader(), dataset, "cityscapes19", 3)
    assert len(samples) == 3
    for index, sample in zip((0, 2, 4), samples, strict=True):
        assert sample["image"].shape == (*dataset.size, 3)
        assert (sample["image"][..., 1] == index).all()
        np.testing.assert_array_equal(sample["target"], dataset.targets[index])
        valid = sample["target"] != 255
        np.testing.assert_array_equal(sample["pred"][valid], sample["target"][valid])
        assert sample["pred"].dtype == np.uint8


@pytest.mark.parametrize(("asked", "given"), [(0, 0), (9, 5)])
def test_no_more_samples_than_asked_for_or_there_are(asked, given, dataset):
    assert len(evaluation.sample_predictions(Reader(), dataset, "cityscapes19", asked)) == given


def test_a_network_that_diverged_has_no_score(dataset):
    class Diverged(Reader):
        def forward(self, images):
            return super().forward(images) * float("nan")

    with pytest.raises(FloatingPointError, match="diverged"):
        evaluation.evaluate(Diverged(), dataset, "cityscapes19")
