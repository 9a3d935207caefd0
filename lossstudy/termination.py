"""SIGTERM, a cluster's warning: finish the step, write the checkpoint, go."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from typing_extensions import override

EXIT_CODE = 128 + signal.SIGTERM
"""143, what a shell reports of a process that SIGTERM ended. Run the same command to go on."""


class Terminated(SystemExit):
    """A run was asked to stop, and has written its checkpoint; exits with `EXIT_CODE`."""

    def __init__(self, checkpoint: Path, step: int) -> None:
        """Note what was saved.

        Args:
            checkpoint: The file.
            step: Steps it holds.
        """
        super().__init__(EXIT_CODE)
        self.message = (
            f"stopped by SIGTERM after step {step}, saved in {checkpoint}; "
            "run the same command again to go on from there"
        )

    @override
    def __str__(self) -> str:
        """Return what was saved, which a notebook shows of the cell that ended it."""
        return self.message


@contextmanager
def noticed() -> Iterator[Callable[[], bool]]:
    """Keep SIGTERM from ending the program within the block.

    Only the main thread of a program may receive signals; in another the answer is always no.

    Yields:
        Whether the signal has come, as a function.
    """
    came = threading.Event()

    def notice(number: int, frame: FrameType | None) -> None:
        came.set()

    if threading.current_thread() is not threading.main_thread():
        yield came.is_set
        return
    before = signal.signal(signal.SIGTERM, notice)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGTERM, before)
