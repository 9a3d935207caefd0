"""The table of contents of a zip archive, checked: nothing in it may leave its folder."""

import re
import stat
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

ENCRYPTED = 1  # bit of ZipInfo.flag_bits


def members(path: Path) -> dict[str, ZipInfo]:
    """Return the files of an archive by name, without folders and hidden files.

    Raises:
        ValueError: It is no zip archive or an incomplete one, or a member could not lie in the
            folder the archive is unpacked to, or is packed in a way that is not read.
    """
    try:
        with ZipFile(path) as archive:
            infos = archive.infolist()
    except (BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path} cannot be read as a zip archive ({error}); download it again, or remove it "
            "if it does not belong to the dataset"
        ) from error
    for info in infos:
        _check(path, info)
    return {info.filename: info for info in infos if not info.is_dir() and not _is_hidden(info)}


def _check(path: Path, info: ZipInfo) -> None:
    """Refuse a member that no dataset was released with.

    Raises:
        ValueError: It is one.
    """
    name = info.orig_filename
    if name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name):
        problem = "would lie outside the folder it is unpacked to"
    elif "\\" in name or "\0" in name:
        problem = "has a name that other systems would read differently"
    elif stat.S_ISLNK(info.external_attr >> 16):
        problem = "is a symbolic link"
    elif info.header_offset < 0:
        problem = "does not lie in the archive, which is damaged"
    elif info.flag_bits & ENCRYPTED:
        problem = "is encrypted"
    elif info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        problem = f"is packed by method {info.compress_type}; only stored and deflated are read"
    else:
        return
    raise ValueError(
        f"{path}!{name} {problem}. The released archives hold no such file: download the archive "
        "again from the dataset's own page"
    )


def _is_hidden(info: ZipInfo) -> bool:
    """Return whether a file or a folder it lies in is hidden, or is metadata of macOS."""
    parts = info.filename.split("/")
    return parts[0] == "__MACOSX" or any(part.startswith(".") for part in parts)
