"""The demonstration: a lost update is planted in the real scanner, found, shown, replayed, and made a test."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.core.counting import many, size
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import Trace
from strandline.properties.engines.reference import Found, search
from strandline.properties.engines.replay.export import pytest_module
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.engines.replay.sides import beside, side_by_side
from strandline.properties.evidence import folder, replay
from strandline.properties.evidence.lanes import lanes
from strandline.properties.systems.memo.system import SYSTEM
from strandline.properties.systems.memo.traces.picture import picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.core.verdict import Exhibit

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

from strandline.properties.systems.memo.mutants.registry import planted


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
    found = Found()

    def stop(now: Found) -> None:
        nonlocal found
        found = now
        if LAW in now.broken:
            raise _FoundError

    with SYSTEM.opened(MUTANT, WORLD) as space:
        try:
            search(space, SYSTEM.laws_of(WORLD), STATES_MAX, stop)
        except _FoundError:
            return Caught(Trace(MUTANT, WORLD, LAW, found.broken[LAW]), found.states, found.transitions)
    raise DemoError(f"{LAW} was not broken by {MUTANT!r}, which it must be")


def drawn() -> list[str]:
    """Draw the picture of the lost update; README has it."""
    return picture(retrace(SYSTEM, caught().trace))


def demonstrate(out: Path) -> Iterator[str]:
    """Go through the demonstration, and say what is done; trace and test are written to a folder.

    Raises:
        DemoError: something does not go as it should.
        UnwrittenError: the folder cannot be written to.
    """
    clock = time.monotonic()
    yield f"1. Plant. {MUTANT!r}, a known-bad design, {SYSTEM.mutants[MUTANT].says}."
    yield ""
    yield "2. Search. Every interleaving of two refreshes by the real scanner, on real SQLite files, and one commit:"
    found = caught()
    yield (
        f"   {size(found.states, found.transitions)}, {time.monotonic() - clock:.1f} s. "
        f"{LAW} is broken after {many(len(found.trace.steps), 'step')}, and never sooner."
    )
    exhibit = retrace(SYSTEM, found.trace)
    yield from ("", "3. Show. What happened, in short:", "", *(f"   {line}".rstrip() for line in picture(exhibit)))
    yield from ("", "   And step by step:", "", *lanes(exhibit, SYSTEM.laws))
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
    sides = beside(SYSTEM, replay.load(str(path)))
    if not sides.real.broken or sides.model.broken:
        raise DemoError("the trace that was written does not break the law on the mutant, and there alone")
    yield from (f"   {line}".rstrip() for line in side_by_side(sides))
    if retrace(SYSTEM, trace._replace(subject=SHIPPED)).broken:
        raise DemoError("the shipped scanner breaks the law as well")
    yield f"   The shipped scanner takes the same steps, and {LAW} holds."


def _exported(trace: Trace, out: Path) -> Iterator[str]:
    path = out / TEST
    folder.write(path, pytest_module(SYSTEM, trace).encode())
    yield f"5. Export. strandline export {out / replay.file_name(trace)} --as pytest > {path}"
    for planting, wanted in ((False, (0, 0)), (True, (1, 1))):
        code, said = _pytest(path.read_bytes(), planting=planting)
        yield f"   pytest {'with the mutant planted' if planting else 'on the shipped scanner'}: {said}"
        found = (code, _told(said, "failed"))
        if found != wanted or not _told(said, "passed"):
            raise DemoError(f"pytest ended with {code}, and said: {said}")


def _pytest(test: bytes, *, planting: bool) -> tuple[int, str]:
    """Run a test in a process and a new folder of its own; give the exit code and the last line.

    Nothing else has a say in it: no module, no conftest.py and no settings of the folder at hand, or of one above.
    """
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with tempfile.TemporaryDirectory(prefix="strandline-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        folder.write(place / TEST, test)
        if planting:
            folder.write(place / "conftest.py", CONFTEST.encode())
        command = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
        run: Callable[..., subprocess.CompletedProcess[str]] = partial(
            subprocess.run, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        try:
            done = run([*command, "--rootdir", name, TEST], cwd=place, env=outside, timeout=PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise DemoError(f"pytest did not end within {PATIENCE:.0f} s") from error
    lines = done.stdout.splitlines() or done.stderr.splitlines() or ["nothing"]
    return done.returncode, lines[-1].strip("= ")


def _told(said: str, end: str) -> int:
    """Count the tests that came to an end, by what pytest said last."""
    count = re.search(rf"\b([0-9]{{1,9}}) {end}\b", said)
    return int(count[1]) if count else 0
