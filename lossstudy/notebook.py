"""Execute a notebook with papermill, so that a training in it can be stopped like any other.

From a shell: `python -m lossstudy.notebook notebooks/train.ipynb out.ipynb '{"loss": "focal"}'`.
"""

import json
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from lossstudy.termination import EXIT_CODE, Terminated


def execute(source: Path, target: Path, parameters: Mapping[str, Any]) -> None:
    """Execute a notebook; `target` appears when its last cell has run.

    papermill alone dies of SIGTERM, and the kernel with it within a second. Here the kernel gets
    the signal: a run in it finishes its step, writes its checkpoint and exits, see
    `lossstudy.termination`, and this process follows with the same code.

    Args:
        source: The notebook.
        target: Where the executed one goes; its folder is made if missing.
        parameters: What papermill sets in it.

    Raises:
        SystemExit: SIGTERM ended it; with 143, and said to stderr how to go on.
        PapermillExecutionError: A cell failed.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".part.ipynb")  # papermill leaves a failed notebook behind
    try:
        with _handed_on():
            papermill.execute_notebook(
                source, aside, dict(parameters), kernel_name="python3", progress_bar=False
            )
    except PapermillExecutionError as error:
        if error.ename == Terminated.__name__:
            sys.stderr.write(f"{error.evalue}\n")
            raise SystemExit(EXIT_CODE) from error
        raise
    aside.replace(target)


@contextmanager
def _handed_on() -> Iterator[None]:
    """Pass SIGTERM on to the processes this one has started, and go on waiting for them."""
    import psutil  # type: ignore[import-untyped]  # comes with ipykernel

    def hand_on(number: int, frame: FrameType | None) -> None:
        for child in psutil.Process().children():
            child.terminate()

    before = signal.signal(signal.SIGTERM, hand_on)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    execute(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
