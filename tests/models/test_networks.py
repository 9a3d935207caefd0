import pytest

from lossstudy.models._networks import make_network


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"network": "unet"}, "network must be one of deeplabv2, deeplabv3plus, got 'unet'"),
        ({"backbone": "darknet53"}, "of deeplabv2 must be one of small, .*, got 'darknet53'"),
        ({"network": "deeplabv3plus"}, "of deeplabv3plus must be darknet53, got 'small'"),
        (
            {"network": "deeplabv3plus", "backbone": "darknet53", "release_head": True},
            "release_stride are options of deeplabv2 alone",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(params, message):
    with pytest.raises(ValueError, match=message):
        make_network(3, **params)
