"""Writing an array that is larger than the memory."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType

import numpy as np
import numpy.typing as npt


@contextmanager
def writing(cache: Path) -> Iterator[None]:
    """Say of an error while writing to the cache what was written and what to do.

    Raises:
        OSError: There was one.
    """
    try:
        yield
    except OSError as error:
        raise OSError(
            error.errno,
            f"cannot write decoded images to {cache} ({error.strerror}); make room or permit it, "
            "or set LOSSSTUDY_HOME to another folder",
        ) from error


class ArrayFile:
    """A uint8 array in a `.npy` file, written row by row, by several threads and in any order.

    It is written rather than memory-mapped: a full disk is then an OSError, where storing to a
    mapped page would end the process without a message.

    Args:
        path: The file, in a folder of the cache.
        shape: Shape of the array.
    """

    def __init__(self, path: Path, shape: tuple[int, ...]) -> None:
        self._cache = path.parents[1]
        self._lock = Lock()
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        with writing(self._cache):
            self._file = path.open("wb")
            np.lib.format.write_array_header_1_0(self._file, header)
            self._start = self._file.tell()
        self._row_shape = shape[1:]

    def write(self, index: int, row: npt.NDArray[np.uint8]) -> None:
        """Write one row."""
        assert row.shape == self._row_shape
        assert row.dtype == np.uint8
        with self._lock, writing(self._cache):
            self._file.seek(self._start + index * math.prod(self._row_shape))
            self._file.write(row.tobytes())

    def __enter__(self) -> "ArrayFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file; when all went well, its content is on the disk by then."""
        with writing(self._cache), self._file:
            if error is None:
                self._file.flush()
                os.fsync(self._file.fileno())
