"""The files of a dataset: unpacked in a folder, or still in the zip archives of its release."""

import os
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from zipfile import ZIP_STORED, ZipInfo

from lossstudy.datasets._archive import members

MAX_FILE_BYTES = 2**26
"""Longest file that is read, 64 MiB: ten times the largest frame or annotation published."""


class File(ABC):
    """One file of a dataset. As text it is its full path, `archive.zip!member` in an archive."""

    @property
    def name(self) -> str:
        """Name without the folders."""
        return PurePosixPath(str(self)).name

    @abstractmethod
    def read(self) -> bytes:
        """Return the content.

        Raises:
            ValueError: It is longer than `MAX_FILE_BYTES`, or damaged in its archive.
        """

    @abstractmethod
    def stamp(self) -> str:
        """Return a text that changes when the content does."""


@dataclass(frozen=True)
class DiskFile(File):
    """A file in a folder."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def read(self) -> bytes:
        with self.path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        _check_length(self, len(content))
        return content

    def stamp(self) -> str:
        stat = self.path.stat()
        return f"{self.path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"


@dataclass(frozen=True)
class ZipMember(File):
    """A file in a zip archive. Every `read` opens the archive anew, so threads share nothing."""

    archive: Path
    info: ZipInfo

    def __str__(self) -> str:
        return f"{self.archive}!{self.info.filename}"

    def read(self) -> bytes:
        _check_length(self, max(self.info.file_size, self.info.compress_size))
        with self.archive.open("rb") as file:
            file.seek(self.info.header_offset + 26)  # of its own header: two lengths, names, data
            names = sum(int.from_bytes(file.read(2), "little") for _ in range(2))
            file.seek(names, os.SEEK_CUR)
            packed = file.read(self.info.compress_size)
        try:
            stored = self.info.compress_type == ZIP_STORED
            content = packed if stored else _inflated(packed, self.info.file_size)
        except zlib.error:
            content = b""
        if len(content) != self.info.file_size or zlib.crc32(content) != self.info.CRC:
            raise ValueError(
                f"{self} is damaged: its content is not the {self.info.file_size} bytes that the "
                "archive announces; download the archive again"
            )
        return content

    def stamp(self) -> str:
        return (
            f"{self.archive.resolve()}|{self.info.filename}|{self.info.file_size}|{self.info.CRC}"
        )


class Tree:
    """The files below a root: a folder, a zip archive, or a folder that holds zip archives.

    A folder that is not there is looked for in the archives: under its own name, in a folder that
    holds the whole archive, or as the name of an archive without folders. That is where it would
    be had they been unpacked side by side.

    Args:
        root: The folder or archive.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def files(self, folder: str) -> dict[str, File]:
        """Return the files below a folder by their path in it, sorted; none if it is missing.

        Hidden files are left out.

        Raises:
            ValueError: A symbolic link leads in a circle, an archive cannot be read or holds names
                that would leave the folder, or two archives hold different files of one name.
        """
        if (self.root / folder).is_dir():
            found: dict[str, File] = dict(_walk(self.root / folder, ()))
        else:
            found = self._archived(f"{folder}/")
        return dict(sorted(found.items()))

    def file(self, name: str) -> File | None:
        """Return the file of that path, None if there is none."""
        path = self.root / name
        if path.is_file():
            return DiskFile(path)
        return self._archived(name).get("")

    def shown(self, name: str) -> str:
        """Return a path in this tree as messages write it."""
        return f"{self.root}!{name}" if self.root.is_file() else str(self.root / name)

    def nearest(self, folder: str) -> tuple[str, list[str]]:
        """Return where a missing folder should be and the names that lie there."""
        if self._archives:
            return str(self.root), sorted({name.split("/")[0] for _, name in self._names()})
        path = next(path for path in (self.root / folder).parents if path.is_dir())
        return str(path), sorted(entry.name for entry in path.iterdir())

    @cached_property
    def _archives(self) -> dict[Path, dict[str, ZipInfo]]:
        beside = (path for path in self.root.glob("*.zip") if path.is_file())
        paths = [self.root] if self.root.is_file() else sorted(beside)
        return {path: members(path) for path in paths}

    def _names(self) -> Iterator[tuple[Path, str]]:
        return ((path, name) for path, content in self._archives.items() for name in content)

    def _archived(self, prefix: str) -> dict[str, File]:
        """Return the files in the archives whose path begins like this, by the rest of it.

        Raises:
            ValueError: Two archives hold different files of one name.
        """
        for place in (_at_its_name, _below_one_folder, _without_folders):
            found: dict[str, ZipMember] = {}
            for path, name in self._names():
                if not (placed := place(path, name)).startswith(prefix):
                    continue
                member = ZipMember(path, self._archives[path][name])
                before = found.setdefault(placed.removeprefix(prefix), member)
                if before.info.CRC != member.info.CRC:
                    raise ValueError(
                        f"{before} and {member} differ; keep one of the two archives here"
                    )
            if found:
                return dict(found)
        return {}


def _at_its_name(_archive: Path, name: str) -> str:
    return name


def _below_one_folder(_archive: Path, name: str) -> str:
    return name.partition("/")[2]


def _without_folders(archive: Path, name: str) -> str:
    return f"{archive.stem}/{name}"


def _walk(folder: Path, above: tuple[tuple[int, int], ...]) -> Iterator[tuple[str, File]]:
    """Yield the files below a folder with their path in it, following symbolic links.

    Raises:
        ValueError: A link leads to a folder it lies in, or to itself.
    """
    stat = folder.stat()
    here = (stat.st_dev, stat.st_ino)
    if here in above:
        raise ValueError(
            f"{folder} is a symbolic link that leads in a circle; remove it, or let it lead to a "
            "folder outside the dataset's"
        )
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                for name, file in _walk(folder / entry.name, (*above, here)):
                    yield f"{entry.name}/{name}", file
            elif entry.is_file():
                yield entry.name, DiskFile(folder / entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a folder or a link to one.

    Raises:
        ValueError: It is a link to itself, or cannot be looked at.
    """
    try:
        return entry.is_dir()
    except OSError as error:
        raise ValueError(
            f"{entry.path} cannot be followed ({error.strerror}); replace the link with the file"
        ) from error


def _check_length(file: File, length: int) -> None:
    """Refuse a file longer than `MAX_FILE_BYTES`.

    Raises:
        ValueError: It is.
    """
    if length > MAX_FILE_BYTES:
        raise ValueError(
            f"{file} is longer than {MAX_FILE_BYTES // 2**20} MiB, which no frame or annotation "
            "of these datasets is; it is not a file of the release"
        )


def _inflated(packed: bytes, length: int) -> bytes:
    """Return a deflated member, at most one byte longer than it should be."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, length + 1)
