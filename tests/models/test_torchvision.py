import subprocess
import sys

import torch

from lossstudy.models import _torchvision


def test_operators_are_declared_exactly_when_torchvision_brings_none():
    has_operators = _torchvision.torchvision.extension._has_ops()
    assert _torchvision._library_loads() is has_operators
    assert hasattr(_torchvision, "_SCHEMAS") is not has_operators


def test_schemas_take_boxes_scores_and_a_threshold():
    for name in ("nms", "qnms"):
        schema = getattr(torch.ops.torchvision, name).default._schema
        assert [argument.name for argument in schema.arguments] == [
            "dets",
            "scores",
            "iou_threshold",
        ]


def test_the_small_backbone_does_without_torchvision():
    code = (
        "import sys; from lossstudy.models import make_model; make_model('s4gan', num_classes=3); "
        "sys.exit('torchvision' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
