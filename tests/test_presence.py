import numpy as np
import pytest
import torch
from torch import nn

from lossstudy.models import SegmentationModel, make_model
from lossstudy.presence import presence_counts


class Judge(SegmentationModel):
    """Sees every pixel as class 0, or else 1; calls each class present by half its number."""

    judges_presence = True

    def __init__(self):
        super().__init__(19, nn.Conv2d(3, 19, 1))
        nn.init.zeros_(self.network.weight)
        self.network.bias.data = -torch.arange(19.0)

    def presence(self, images):
        return (torch.arange(19) / 38).expand(len(images), -1)


def test_counts_follow_from_the_definitions(stand_in):
    data = stand_in(5)
    data.targets[0][data.targets[0] == 0] = 1  # the first image has no class 0 any more
    found = presence_counts(Judge(), data, batch_size=2)
    sets = [set(target[target != 255].tolist()) for target in data.targets]
    present = np.array([[c in classes for c in range(19)] for classes in sets])
    np.testing.assert_array_equal(found["present"], present)
    np.testing.assert_allclose(found["presence"][4], np.arange(19) / 38, atol=1e-3)
    valid = (data.targets != 255).sum((1, 2))
    np.testing.assert_array_equal(found["alone_union"][:, 0], valid)
    # The true set of classes moves all of the first image from class 0 to its next one, 1.
    assert found["oracle_union"][0, 0] == 0
    assert found["oracle_union"][0, 1] == valid[0]
    assert found["oracle_intersection"][0, 1] == (data.targets[0] == 1).sum()


@pytest.mark.parametrize("training", [True, False])
def test_counts_without_the_judgement_are_those_of_the_network(training, stand_in):
    torch.manual_seed(0)
    data = stand_in(3)
    model = make_model("mlmt", 19, backbone_width=4, discriminator_width=4).train(training)
    found = presence_counts(model, data)
    assert model.training == training
    with torch.inference_mode():
        images = torch.from_numpy(data.images).float() / 255
        preds = model.eval().network(model.normalised(images)).argmax(1).numpy()
    valid = data.targets != 255
    hits = [(valid & (preds == c) & (data.targets == c)).sum() for c in range(19)]
    np.testing.assert_array_equal(found["alone_intersection"].sum(0), hits)


def test_model_without_a_judgement_has_none():
    with pytest.raises(NotImplementedError):
        make_model("deeplab", 19).presence(torch.rand(1, 3, 32, 32))
