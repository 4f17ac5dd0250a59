"""The options of ``pytest --soak``. Every pytest loads them, so they import nothing slow until one is given."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = 40
"""Steps of a case, unless one asks for another number."""

STEPS_MAX = 1_000
CASES_MAX = 10_000_000
SEED_MAX = 2**48
NUMBER_MAX = 2**53
"""The largest numbers that the options take."""


def add_options(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("soak", "strandline: soak the machines in place of the tests")
    group.addoption("--soak", type=_length, metavar="TIME", help="Play fresh seeds for this time: 90s, 10m, 8h.")
    group.addoption("--soak-cases", type=_whole(1, CASES_MAX), metavar="N", help="End after so many cases in all.")
    group.addoption("--soak-slice", type=_whole(0, NUMBER_MAX), metavar="N", help="Play this slice of a seed again.")
    group.addoption("--soak-mutant", metavar="NAME", help="Plant a known-bad variant, to see it caught.")
    group.addoption("--soak-steps", type=_whole(1, STEPS_MAX), default=STEPS, metavar="N", help="Steps of a case.")
    group.addoption("--soak-seed", type=_whole(0, SEED_MAX), metavar="N", help="Draw from this seed, not a fresh one.")
    group.addoption("--soak-out", metavar="DIR", help="A new folder for journals, traces and the report.")
    group.addoption("--soak-system", metavar="MODULE:NAME", help="Play this system, not the one that is built in.")
    group.addoption("--soak-held", action="store_true", help="End as by Ctrl-C when standard input ends.")


def configure(config: pytest.Config, built_in: str) -> None:
    """Hand the session over to the soak, if one is asked for.

    Args:
        config: pytest's.
        built_in: where the system is that is played unless the options name another.

    Raises:
        pytest.UsageError: the options do not go together.
    """
    asked = [config.getoption(name) is not None for name in ("soak", "soak_cases", "soak_slice")]
    if any(asked):
        from strandline.properties.engines.soak import session  # noqa: PLC0415 - it imports the machines, which takes a second

        session.take_over(config, built_in)
    elif any(config.getoption(f"soak_{name}") is not None for name in ("mutant", "seed", "out", "system")):
        raise pytest.UsageError(
            "--soak-mutant, --soak-seed, --soak-out and --soak-system need --soak, --soak-cases or --soak-slice"
        )


def _length(text: str) -> float:
    from strandline.properties.core.lengths import seconds  # noqa: PLC0415 - as above: only when it is needed

    try:
        return seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _whole(least: int, most: int) -> Callable[[str], int]:
    """Make the type of an option that takes whole numbers between two bounds."""

    def number(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return int(text)

    return number
