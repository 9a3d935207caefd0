import torch
from torch.nn import functional as F

from lossstudy.models.deeplab import DeepLab


def test_the_one_term_is_the_criterion_on_the_labelled_batch(batch, criterion, num_classes):
    model = DeepLab(num_classes, backbone_width=4)
    (phase,) = model.phases()
    terms = phase.loss(batch, criterion, {"log": {}}, 0)
    expected = F.cross_entropy(model(batch.images), batch.targets, ignore_index=255)
    assert list(terms) == ["supervised"]
    torch.testing.assert_close(terms["supervised"], expected)


def test_images_are_normalised_with_imagenets_statistics(num_classes):
    model = DeepLab(num_classes, backbone_width=4).eval()
    images = torch.rand(1, 3, 32, 32)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    normalised = ((images.movedim(1, -1) - mean) / std).movedim(-1, 1)
    torch.testing.assert_close(model(images), model.network(normalised))
