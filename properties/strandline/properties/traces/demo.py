"""The demonstration: a lost update is planted in the real scanner, found, shown, replayed, and made a test."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.counting import many, size
from strandline.properties.exhaust.plain import Found, search
from strandline.properties.laws import laws_of
from strandline.properties.mutants import MUTANTS, SHIPPED, planted
from strandline.properties.report import folder, replay
from strandline.properties.report.lanes import lanes
from strandline.properties.report.retrace import retrace
from strandline.properties.spaces import real_space
from strandline.properties.traces.export import pytest_module
from strandline.properties.traces.picture import picture
from strandline.properties.traces.sides import beside, side_by_side
from strandline.properties.verdict import Trace
from strandline.properties.worlds import DEMONSTRATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from strandline.properties.verdict import Exhibit

MUTANT: Final = "split"
WORLD: Final = "lost update"
LAW: Final = "M3"
"""What is planted, where it is searched for, and the law that finds it."""

STATES_MAX: Final = 20_000
"""The states that the search may keep; it needs fewer."""

PATIENCE: Final = 120.0
"""Seconds that pytest may take for the exported test."""

TEST: Final = "test_lost_update.py"
CONFTEST: Final = f'''"""Plants the mutant {MUTANT!r} under the test beside it, to see the test fail."""

from collections.abc import Iterator

import pytest

from strandline.properties.mutants import planted


@pytest.fixture(autouse=True)
def known_bad_design() -> Iterator[None]:
    """Put the mutant in place of the shipped code while a test runs."""
    with planted({MUTANT!r}):
        yield
'''


class DemoError(Exception):
    """The demonstration did not go as it should; one line says where."""


class Caught(NamedTuple):
    """What the search found: the trace, and how far it had to look."""

    trace: Trace
    states: int
    transitions: int


class _FoundError(Exception):
    """The law is broken; what lies deeper need not be searched."""


def caught() -> Caught:
    """Search the world of the demonstration on the real scanner with the mutant in it, until the law is broken.

    Raises:
        DemoError: it is not.
    """
    scope = DEMONSTRATED[WORLD]
    found = Found()

    def stop(now: Found) -> None:
        nonlocal found
        found = now
        if LAW in now.broken:
            raise _FoundError

    with planted(MUTANT), real_space(scope) as space:
        try:
            search(space, laws_of(scope), STATES_MAX, stop)
        except _FoundError:
            return Caught(Trace(MUTANT, WORLD, LAW, found.broken[LAW]), found.states, found.transitions)
    raise DemoError(f"{LAW} was not broken by {MUTANT!r}, which it must be")


def drawn() -> list[str]:
    """Draw the picture of the lost update; README has it."""
    return picture(retrace(caught().trace))


def demonstrate(out: Path) -> Iterator[str]:
    """Go through the demonstration, and say what is done; trace and test are written to a folder.

    Raises:
        DemoError: something does not go as it should.
        UnwrittenError: the folder cannot be written to.
    """
    clock = time.monotonic()
    yield f"1. Plant. {MUTANT!r}, a known-bad design, {MUTANTS[MUTANT].says}."
    yield ""
    yield "2. Search. Every interleaving of two refreshes by the real scanner, on real SQLite files, and one commit:"
    found = caught()
    yield (
        f"   {size(found.states, found.transitions)}, {time.monotonic() - clock:.1f} s. "
        f"{LAW} is broken after {many(len(found.trace.steps), 'step')}, and never sooner."
    )
    exhibit = retrace(found.trace)
    yield from ("", "3. Show. What happened, in short:", "", *(f"   {line}".rstrip() for line in picture(exhibit)))
    yield from ("", "   And step by step:", "", *lanes(exhibit))
    yield ""
    yield from _replayed(found.trace, exhibit, out)
    yield ""
    yield from _exported(found.trace, out)
    yield ""
    yield f"{time.monotonic() - clock:.0f} s in all. Next: strandline check, strandline check --mutant {MUTANT}"


def _replayed(trace: Trace, exhibit: Exhibit, out: Path) -> Iterator[str]:
    path = out / replay.file_name(trace)
    folder.write(path, replay.encode(trace, exhibit))
    yield f"4. Replay. strandline replay {path} --on both"
    sides = beside(replay.load(str(path)))
    if not sides.real.broken or sides.model.broken:
        raise DemoError("the trace that was written does not break the law on the mutant, and there alone")
    yield from (f"   {line}".rstrip() for line in side_by_side(sides))
    if retrace(trace._replace(subject=SHIPPED)).broken:
        raise DemoError("the shipped scanner breaks the law as well")
    yield f"   The shipped scanner takes the same steps, and {LAW} holds."


def _exported(trace: Trace, out: Path) -> Iterator[str]:
    path = out / TEST
    folder.write(path, pytest_module(trace).encode())
    yield f"5. Export. strandline export {out / replay.file_name(trace)} --as pytest > {path}"
    for planting, wanted in ((False, 0), (True, 1)):
        conftest = out / "planted" / "conftest.py"
        if planting:
            folder.write(conftest, CONFTEST.encode())
            folder.write(conftest.with_name(TEST), path.read_bytes())
        code, said = _pytest(conftest.with_name(TEST) if planting else path)
        yield f"   pytest {'with the mutant planted' if planting else 'on the shipped scanner'}: {said}"
        if code != wanted:
            raise DemoError(f"pytest ended with {code}, and should have with {wanted}")


def _pytest(path: Path) -> tuple[int, str]:
    """Run a test in a process of its own; give the exit code and the last line."""
    # Without a configuration: the folder may lie in a project that has one of its own.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, path.name]
    run: Callable[..., subprocess.CompletedProcess[str]] = partial(
        subprocess.run, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    try:
        done = run(command, cwd=path.parent, timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise DemoError(f"pytest did not end within {PATIENCE:.0f} s") from error
    lines = done.stdout.splitlines() or done.stderr.splitlines() or ["it said nothing"]
    return done.returncode, lines[-1].strip("= ")
