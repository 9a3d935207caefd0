import pytest

from lossstudy.datasets import dataset_names, make_dataset


def test_the_three_datasets_are_known():
    assert dataset_names() == ("camvid", "cityscapes", "idd")


def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match=r"'kitti'.*camvid, cityscapes, idd"):
        make_dataset("kitti", tmp_path, "train", "cityscapes19", (8, 16))


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
