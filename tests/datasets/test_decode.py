import numpy as np
import pytest
from PIL import Image

from lossstudy.datasets._decode import read_frame
from lossstudy.datasets._frames import Frame
from lossstudy.labels import encoding

LUT = encoding("camvid", "id", "camvid11")


@pytest.fixture
def frame(tmp_path):
    generator = np.random.default_rng(0)
    image, label = tmp_path / "image.png", tmp_path / "label.png"
    Image.fromarray(generator.integers(0, 256, (12, 16, 3), dtype=np.uint8)).save(image)
    Image.fromarray(generator.integers(0, 12, (12, 16), dtype=np.uint8)).save(label)
    return Frame("frame", image, label)


def test_at_its_own_size_a_frame_is_unchanged(frame):
    image, target = read_frame(frame, LUT, (12, 16))
    np.testing.assert_array_equal(image.transpose(1, 2, 0), np.asarray(Image.open(frame.image)))
    np.testing.assert_array_equal(target, LUT[np.asarray(Image.open(frame.label))])


def test_reducing_an_image_averages_and_reducing_labels_chooses(frame):
    """A checkerboard of 0 and 200 reduced by 4 is an even 100; its labels stay 1 or 7."""
    board = np.indices((12, 16)).sum(axis=0) % 2
    Image.fromarray((200 * board).astype(np.uint8)).convert("RGB").save(frame.image)
    Image.fromarray((6 * board + 1).astype(np.uint8)).save(frame.label)
    image, target = read_frame(frame, LUT, (3, 4))
    assert np.abs(image[:, 1:-1, 1:-1].astype(int) - 100).max() <= 2
    assert set(np.unique(target)) <= {1, 7}


def test_image_and_labels_stay_aligned(frame):
    """The same step edge, one class left of it and one right, at half the size."""
    edge = np.zeros((12, 16), dtype=np.uint8)
    edge[:, 8:] = 1
    Image.fromarray(255 * edge).convert("RGB").save(frame.image)
    Image.fromarray(edge).save(frame.label)
    image, target = read_frame(frame, LUT, (6, 8))
    np.testing.assert_array_equal(image[0] > 127, target == 1)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.6, 0.8])
@pytest.mark.parametrize("which", ["image", "label"])
def test_a_file_cut_short_is_named(frame, which, share):
    path = getattr(frame, which)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=rf"{which}.png cannot be read as an image"):
        read_frame(frame, LUT, (12, 16))


def test_a_jpeg_cut_short_is_named(frame, tmp_path):
    path = tmp_path / "image.jpg"
    Image.open(frame.image).save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"image.jpg cannot be read as an image \(.*truncated"):
        read_frame(Frame("frame", path, frame.label), LUT, (12, 16))


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        ("RGBA", "8-bit colour with an alpha channel"),
        ("L", "8-bit greyscale"),
        ("P", "8-bit palette"),
    ],
)
def test_images_that_are_not_rgb_are_refused(frame, mode, found):
    Image.open(frame.image).convert(mode).save(frame.image)
    with pytest.raises(ValueError, match=f"image.png is {found}; expected an RGB image"):
        read_frame(frame, LUT, (12, 16))


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        ("RGB", "8-bit colour"),
        ("I;16", "16-bit greyscale"),
        ("P", "8-bit palette"),
        ("1", "black"),
    ],
)
def test_label_images_that_are_not_8_bit_ids_are_refused(frame, mode, found):
    Image.open(frame.label).convert(mode).save(frame.label)
    with pytest.raises(ValueError, match=f"label.png is {found}.*expected one channel of 8-bit"):
        read_frame(frame, LUT, (12, 16))


def test_an_image_and_a_label_image_of_different_size_are_refused(frame):
    Image.open(frame.label).resize((8, 6)).save(frame.label)
    with pytest.raises(ValueError, match=r"label.png is 8x6 pixels, its image .* 16x12"):
        read_frame(frame, LUT, (12, 16))


def test_one_undeclared_id_is_enough(frame):
    ids = np.array(Image.open(frame.label))
    ids[5, 5] = 12
    Image.fromarray(ids).save(frame.label)
    with pytest.raises(ValueError, match=r"label.png holds the values \[12\].*only 0-11"):
        read_frame(frame, LUT, (3, 4))
