"""`lossstudy bench`: what things cost."""

import argparse
import importlib
from typing import Any

WHAT = {
    "losses": "forward and backward of every loss against torch's cross entropy",
    "trainer": "a step of the trainer against its bare forward, backward and optimizer",
    "scenes": "scenes rendered in a second of one core",
    "loading": "images a second, cached and decoded each time",
}


def add(commands: Any) -> None:
    """Add the command; each of `WHAT` is a module of `lossstudy.bench`."""
    bench = commands.add_parser("bench", help="measure what things cost")
    members = bench.add_subparsers(required=True, metavar="what")
    for name, text in WHAT.items():
        member = members.add_parser(name, help=text)
        member.set_defaults(action=_bench, what=name)


def _bench(arguments: argparse.Namespace) -> None:
    module = importlib.import_module(f"lossstudy.bench.{arguments.what}")
    print(module.measure())
