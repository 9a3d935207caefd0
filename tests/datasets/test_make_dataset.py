import numpy as np
import pytest

from lossstudy.datasets import dataset_names, make_dataset
from lossstudy.datasets.scenes import SceneSettings


def test_the_papers_datasets_and_camvid_are_known():
    names = dataset_names()
    assert {"camvid", "cityscapes", "idd"} <= set(names)
    assert list(names) == sorted(names)


def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match=rf"'mapillary'.*{', '.join(dataset_names())}"):
        make_dataset("mapillary", tmp_path, "train", "cityscapes19", (8, 16))


def test_camvid_needs_a_folder():
    with pytest.raises(ValueError, match=r"not shipped .* data_root, .*trainannot"):
        make_dataset("camvid", None, "train", "camvid11", (8, 16))


@pytest.mark.parametrize(
    ("name", "space"), [("cityscapes", "cityscapes19"), ("idd", "idd30"), ("idd", "cityscapes19")]
)
def test_without_a_root_scenes_are_rendered(name, space, home):
    sizes = {"num_train_scenes": 2, "num_val_scenes": 1}
    train = make_dataset(name, None, "train", space, (16, 32), scene_size=(32, 64), **sizes)
    val = make_dataset(name, None, "val", space, (16, 32), scene_size=(32, 64), **sizes)
    assert (len(train), len(val)) == (2, 1)
    assert train.generated
    assert train.class_share()[0] > 0.05  # there is a road
    assert (home / "data" / "scenes").is_dir()


def test_settings_reach_the_scenes(home):
    def data(split, **settings):
        return make_dataset(
            "cityscapes", None, split, "cityscapes19", (32, 64), scene_size=(32, 64),
            num_train_scenes=2, num_val_scenes=1, scenes=SceneSettings(**settings),
        )  # fmt: skip

    clean, noisy = data("train"), data("train", label_noise=0.3)
    assert np.array_equal(clean.images, noisy.images)
    assert not np.array_equal(clean.targets, noisy.targets)
    assert clean.fingerprint != noisy.fingerprint
    assert data("val").fingerprint == data("val", label_noise=0.3).fingerprint
    assert data("val").fingerprint != data("val", weather="night").fingerprint
