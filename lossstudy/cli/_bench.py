"""`lossstudy bench`: what things cost."""

import argparse
import importlib
from typing import Any

WHAT = {
    "losses": "forward and backward of every loss, and of other libraries', beside torch's",
    "train": "a step of s4GAN in parts, beside the bare, the plain and the supervised one",
    "scenes": "scenes rendered in a second of one core",
    "loading": "images a second, cached and decoded each time",
}


def add(commands: Any) -> None:
    """Add the command; each of `WHAT` is a module of `lossstudy.bench`."""
    bench = commands.add_parser("bench", help="measure what things cost")
    members = bench.add_subparsers(required=True, metavar="what")
    parsers = {name: members.add_parser(name, help=text) for name, text in WHAT.items()}
    for name, parser in parsers.items():
        parser.set_defaults(action=_bench, what=name)
    parsers["losses"].add_argument(
        "--quick", action="store_true", help="a few losses on a small tensor, within a minute"
    )
    parsers["losses"].add_argument(
        "--record", action="store_true", help="write book/results/bench/losses-<device>.json"
    )


def _bench(arguments: argparse.Namespace) -> None:
    module = importlib.import_module(f"lossstudy.bench.{arguments.what}")
    known = {"action", "command", "what"}
    print(module.measure(**{k: v for k, v in vars(arguments).items() if k not in known}))
