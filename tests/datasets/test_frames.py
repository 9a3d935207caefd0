import pytest

from lossstudy.datasets._frames import Frame, Listing, by_frame, folder_files, paired, unlabelled
from lossstudy.datasets._tree import DiskFile, Tree


@pytest.fixture
def files(tmp_path):
    """Files by name, as a tree lists them."""

    def build(*names):
        return {name: DiskFile(tmp_path / name) for name in names}

    return build


def test_files_are_known_by_what_comes_before_their_suffix(files):
    found = by_frame(files("a/1_x.png", "a/2_X.PNG", "a/3_y.png", "b/1_x.jpg"), "_x.png", "_x.jpg")
    assert list(found) == ["a/1", "a/2", "b/1"]


def test_two_files_of_one_frame_are_named(files):
    with pytest.raises(ValueError, match=r"1.png and .*1.jpg are the same frame"):
        by_frame(files("1.png", "1.jpg"), ".png", ".jpg")


def test_pairing_keeps_the_order_of_the_images_and_reports_the_rest(files):
    images = by_frame(files("b.jpg", "a.jpg", "c.jpg"), ".jpg")
    labels = by_frame(files("a.png", "b.png", "d.png"), ".png")
    listing = paired(images, labels, "id", "annot/{}.png")
    assert [frame.name for frame in listing.frames] == ["b", "a", "c"]
    assert listing.missing == {"c": "annot/c.png"}
    assert [file.name for file in listing.unused] == ["d.png"]
    with pytest.raises(FileNotFoundError, match=r"annot/c.png for the image .*c.jpg \(1 of 3 "):
        listing.complete()


def test_a_part_of_a_listing_misses_only_its_own_labels(files):
    images = by_frame(files("a.jpg", "b.jpg", "c.jpg"), ".jpg")
    listing = paired(images, {}, "id", "{}.png")
    assert listing.only(["c", "a"]).missing == {"c": "c.png", "a": "a.png"}
    assert [frame.name for frame in listing.only(["c", "a"]).frames] == ["c", "a"]


def test_a_split_without_labels_misses_none(files):
    listing = unlabelled(files("a.jpg"))
    assert listing.complete() is listing
    assert listing == Listing([Frame("a.jpg", listing.frames[0].image, None)], None)


def test_a_long_listing_is_cut_in_messages(tmp_path):
    for number in range(10):
        (tmp_path / f"{number}.txt").touch()
    with pytest.raises(FileNotFoundError, match=r"holds 0.txt, .*, 7.txt and 2 more$"):
        folder_files(Tree(tmp_path), "train", "the layout")
