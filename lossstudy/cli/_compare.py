"""`lossstudy compare`: what changed between two runs or two studies."""

import argparse
from typing import Any

_NAMES = "id of a run, a profile (its study), or a folder with runs"


def add(commands: Any) -> None:
    """Add the command."""
    compare = commands.add_parser(
        "compare",
        help="what changed between two runs or studies: parameters, code, data, IoU",
        epilog="example: lossstudy compare book/results/standard quick",
    )
    compare.add_argument("before", help=_NAMES)
    compare.add_argument("after", help=_NAMES)
    compare.add_argument("--csv", action="store_true", help="the IoUs alone, every digit")
    compare.set_defaults(action=_compare)


def _compare(arguments: argparse.Namespace) -> None:
    from lossstudy.results import changes_text, frame_csv, matched, score_changes, sides

    pairs = matched(*sides(arguments.before, arguments.after))
    if arguments.csv:
        print(frame_csv(score_changes(pairs)), end="")
    else:
        print(changes_text(pairs))
