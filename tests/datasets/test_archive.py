import stat
from zipfile import ZIP_BZIP2, ZipFile, ZipInfo

import pytest

from lossstudy.datasets._archive import members


@pytest.fixture
def archive(tmp_path):
    """Builder of an archive of members given as `ZipInfo` or name."""

    def build(*infos, **options):
        path = tmp_path / "release.zip"
        with ZipFile(path, "w", **options) as target:
            for info in infos:
                target.writestr(info, "content")
        return path

    return build


def test_folders_and_hidden_files_are_left_out(archive):
    path = archive("gtFine/", "gtFine/a.png", ".DS_Store", "gtFine/._a.png", "__MACOSX/gtFine/b")
    assert list(members(path)) == ["gtFine/a.png"]


@pytest.mark.parametrize(
    "name", ["../a.png", "gtFine/../../a.png", "/etc/a.png", "C:/a.png", "c:a.png", "..\\a.png"]
)
def test_a_member_that_would_leave_the_folder_is_named(archive, name):
    with pytest.raises(ValueError, match=r"release.zip!.*a.png would lie outside the folder"):
        members(archive("gtFine/fine.png", name))


def test_names_with_dots_are_no_way_out(archive):
    assert list(members(archive("gtFine/a..b.png"))) == ["gtFine/a..b.png"]


def test_a_symbolic_link_is_named(archive):
    link = ZipInfo("gtFine/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(ValueError, match=r"release.zip!gtFine/link.png is a symbolic link"):
        members(archive(link))


def test_a_backslash_in_a_name_is_refused(archive):
    with pytest.raises(ValueError, match=r"a.png has a name that other systems would read"):
        members(archive("gtFine\\a.png"))


def test_other_compression_is_named(archive):
    with pytest.raises(ValueError, match=r"a.png is packed by method 12; only stored and"):
        members(archive("a.png", compression=ZIP_BZIP2))


def test_an_encrypted_member_is_named(archive):
    path = archive("a.png")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flags in the table of contents
    path.write_bytes(bytes(content))
    with pytest.raises(ValueError, match=r"release.zip!a.png is encrypted"):
        members(path)


@pytest.mark.parametrize("kept", [0, 0.5, 0.95])
def test_an_archive_cut_short_is_named(archive, kept):
    path = archive("a.png", "b.png")
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ValueError, match=r"release.zip cannot be read as a zip archive"):
        members(path)


def test_a_name_that_is_not_text_is_an_unreadable_archive(archive):
    path = archive("\u00e9.png")
    path.write_bytes(path.read_bytes().replace("\u00e9".encode(), b"\xff\xff"))
    with pytest.raises(ValueError, match=r"release.zip cannot be read as a zip archive .*utf-8"):
        members(path)


def test_a_member_before_the_beginning_is_named(archive):
    """Where the table of contents is said to begin late, its members seem to begin early."""
    path = archive("a.png")
    content = bytearray(path.read_bytes())
    end = content.index(b"PK\x05\x06") + 16
    offset = int.from_bytes(content[end : end + 4], "little")
    content[end : end + 4] = (offset + 20).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    with pytest.raises(ValueError, match=r"release.zip(!a.png does not lie in| cannot be read)"):
        members(path)
