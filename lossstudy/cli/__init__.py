"""The command line: `lossstudy train | study | data | table | compare | rerun | ...`."""

import argparse
import sys
from collections.abc import Sequence

from lossstudy.cli import _bench, _compare, _data, _notebooks, _study, _train


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0, or 2 for what the user can mend."""
    words = sys.argv[1:] if argv is None else argv
    arguments = _parser(words[:1]).parse_args(words)
    try:
        arguments.action(arguments)
    except (ValueError, OSError, FloatingPointError) as error:
        print(f"lossstudy: {error}", file=sys.stderr)
        return 2
    return 0


def _parser(command: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lossstudy", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _train.add(commands, chosen=list(command) == ["train"])
    _study.add(commands)
    _data.add(commands)
    _bench.add(commands)
    _compare.add(commands)
    _notebooks.add(commands)
    return parser
