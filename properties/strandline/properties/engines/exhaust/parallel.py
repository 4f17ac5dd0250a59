"""Searches worlds of a system side by side, in processes of their own.

What comes back from such a process is the evidence of its search, and the traces as steps of the system, which can be
taken again.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from strandline.properties.core.system import System, system_of
from strandline.properties.core.verdict import Trace
from strandline.properties.engines.exhaust.outcome import attempt
from strandline.properties.engines.exhaust.report import Chosen, Cut, gather
from strandline.properties.evidence.evidence import sources
from strandline.properties.harness.workers import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from contextlib import AbstractContextManager

    from strandline.properties.core.system import Tables
    from strandline.properties.engines.exhaust.found import Found, Status
    from strandline.properties.engines.exhaust.report import Report, Terms


class Searched(NamedTuple):
    """What came of the search of one world.

    ``traces`` has a shortest one to each broken law of the system. ``refinement`` is the name of the law that holds
    real steps against the model's, empty if there is none.
    """

    world: str
    report: Report
    traces: tuple[Trace, ...]
    refinement: str = ""


class Reached(NamedTuple):
    """How far the search of a world has come, after so many seconds."""

    world: str
    status: Status
    seconds: float


def all_of(  # noqa: PLR0913 - what is searched, on what terms, whom to tell, and by how many
    system: System,
    names: Iterable[str],
    subject: str,
    terms: Terms,
    say: Callable[[Reached], None],
    workers: int = 0,
) -> Generator[Searched]:
    """Search worlds side by side, and give what came of each as it ends.

    Args:
        system: whose worlds they are.
        names: the worlds; those that take longest had better come first.
        subject: the model, the code as it is shipped, or a mutant.
        terms: on what terms each is searched.
        say: takes how far a search has come.
        workers: how many processes; 0 means as many as there are processors, within reason.
    """
    jobs = [(system.where, name, subject, terms) for name in names]
    yield from (found for _, found in side_by_side(_found_again, jobs, say, workers))


def _found_again(where: str, name: str, subject: str, terms: Terms, say: Callable[[Reached], None]) -> Searched:
    """Search one world of a system that is found by its name, in another process."""
    return one(system_of(where), name, subject, terms, say)


def one(system: System, name: str, subject: str, terms: Terms, say: Callable[[Reached], None]) -> Searched:
    """Search one world.

    Raises:
        KeyError: there is no such world, or no such subject.
    """
    began, clock = datetime.now(UTC), time.monotonic()
    with declared(system, subject, name) as tables:
        chosen = chosen_of(name, tables)
        outcome = attempt(chosen, terms, lambda status: say(Reached(name, status, time.monotonic() - clock)))
        report = gather(chosen, terms, outcome, began, time.monotonic() - clock, tables.work())
        return Searched(name, report, _traces(system, name, subject, tables, outcome), tables.refinement)


def declared(system: System, subject: str, name: str) -> AbstractContextManager[Tables]:
    """Declare a world for the search.

    Raises:
        KeyError: there is no such world, or no such subject; or none is declared.
    """
    if system.tables is None:
        raise KeyError(f"{system.name} declares no world for the search by tables")
    return system.tables(subject, name)


def chosen_of(name: str, tables: Tables) -> Chosen:
    """Say what is searched, for its document."""
    return Chosen(name, tables.of, tables.world, sources(), tables.unshown)


def by_size(system: System, names: Iterable[str]) -> list[str]:
    """Put the worlds first whose search takes long."""
    small, large, _, more = system.worlds
    known = (*small, *large, *more)
    return sorted(names, key=lambda name: (name not in large, known.index(name)))


def _traces(system: System, name: str, subject: str, tables: Tables, outcome: Found | Cut) -> tuple[Trace, ...]:
    """Give the traces as steps of the system, one to each broken law that a step or a state can be judged by again."""
    if isinstance(outcome, Cut):
        return ()
    actions = {action.name: action for action in tables.world.actions}
    numbers = {law.number for law in system.laws}
    return tuple(
        Trace(
            subject,
            name,
            finding.law,
            tuple(tables.step(actions[step.action], step.label) for step in finding.traces[0].steps),
        )
        for finding in outcome.findings
        if finding.traces and finding.law in numbers
    )
