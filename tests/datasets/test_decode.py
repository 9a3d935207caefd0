import numpy as np
import pytest
from PIL import Image

from lossstudy.datasets._decode import decode_frame, read_frame
from lossstudy.datasets._encodings import Ids
from lossstudy.datasets._frames import Frame
from lossstudy.datasets._tree import DiskFile
from lossstudy.labels import encoding

LUT = encoding("camvid", "id", "camvid11")
IDS = Ids(LUT)


@pytest.fixture
def frame(tmp_path):
    generator = np.random.default_rng(0)
    image, label = tmp_path / "image.png", tmp_path / "label.png"
    Image.fromarray(generator.integers(0, 256, (12, 16, 3), dtype=np.uint8)).save(image)
    Image.fromarray(generator.integers(0, 12, (12, 16), dtype=np.uint8)).save(label)
    return Frame("frame", DiskFile(image), DiskFile(label))


def test_at_its_own_size_a_frame_is_unchanged(frame):
    image, target = read_frame(frame, IDS, (12, 16))
    pixels = np.asarray(Image.open(frame.image.path))
    np.testing.assert_array_equal(image.transpose(1, 2, 0), pixels)
    np.testing.assert_array_equal(target, LUT[np.asarray(Image.open(frame.label.path))])


def test_reducing_an_image_averages_and_reducing_labels_chooses(frame):
    """A checkerboard of 0 and 200 reduced by 4 is an even 100; its labels stay 1 or 7."""
    board = np.indices((12, 16)).sum(axis=0) % 2
    Image.fromarray((200 * board).astype(np.uint8)).convert("RGB").save(frame.image.path)
    Image.fromarray((6 * board + 1).astype(np.uint8)).save(frame.label.path)
    image, target = read_frame(frame, IDS, (3, 4))
    assert np.abs(image[:, 1:-1, 1:-1].astype(int) - 100).max() <= 2
    assert set(np.unique(target)) <= {1, 7}


def test_image_and_labels_stay_aligned(frame):
    """The same step edge, one class left of it and one right, at half the size."""
    edge = np.zeros((12, 16), dtype=np.uint8)
    edge[:, 8:] = 1
    Image.fromarray(255 * edge).convert("RGB").save(frame.image.path)
    Image.fromarray(edge).save(frame.label.path)
    image, target = read_frame(frame, IDS, (6, 8))
    np.testing.assert_array_equal(image[0] > 127, target == 1)


def test_without_labels_every_pixel_is_ignored(frame):
    image, target = read_frame(Frame("frame", frame.image, None), None, (6, 8))
    np.testing.assert_array_equal(image, read_frame(frame, IDS, (6, 8))[0])
    assert (target == 255).all()
    assert target.shape == (6, 8)


def test_an_image_and_a_label_image_of_different_size_are_refused(frame):
    Image.open(frame.label.path).resize((8, 6)).save(frame.label.path)
    with pytest.raises(ValueError, match=r"label.png is 8x6 pixels, its image .* 16x12"):
        read_frame(frame, IDS, (12, 16))


def test_decoding_keeps_the_size_of_the_files(frame):
    image, label = decode_frame(frame, IDS)
    assert (image.size, image.mode, label.size, label.mode) == ((16, 12), "RGB", (16, 12), "L")
