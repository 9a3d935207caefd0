"""What a rule finds in the runs, and how the findings of several parts make one.

A finding is True or False where an interval says so, and None where it spans zero or a single seed
gives none.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lossstudy.results._interval import Interval
from lossstudy.results._records import Record


class Finding(NamedTuple):
    """What a rule found.

    Attributes:
        holds: Whether the claim holds; None where the runs do not tell.
        evidence: One line a number, with its interval and n.
        runs: The runs it rests on; none means that the rule had nothing to look at.
    """

    holds: bool | None
    evidence: tuple[str, ...]
    runs: tuple[Record, ...]


NOTHING = Finding(None, (), ())
"""The finding of a rule whose runs are missing."""


def positive(found: Interval) -> bool | None:
    """Return whether a difference is above zero: None where its interval holds zero or is none.

    Example:
        >>> positive(Interval(0.02, 0.01, 0.03)), positive(Interval(0.02, -0.01, 0.05))
        (True, None)
    """
    if found.low > 0:
        return True
    return False if found.high < 0 else None


def all_of(parts: Iterable[bool | None]) -> bool | None:
    """Return True if all parts are, False if one is False, None otherwise.

    Example:
        >>> all_of([True, None]), all_of([False, None]), all_of([True, True])
        (None, False, True)
    """
    given = list(parts)
    if False in given:
        return False
    return None if None in given else True


def agreed(parts: Sequence[bool | None]) -> bool | None:
    """Return what all parts agree on, or None."""
    return parts[0] if len(set(parts)) == 1 else None


def opposite(found: Finding) -> Finding:
    """Return the finding on the opposite claim, from the same runs."""
    return found._replace(holds=None if found.holds is None else not found.holds)
