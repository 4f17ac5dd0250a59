"""Searches memo worlds, of the model and of the real scanner, side by side in processes of their own.

What comes back from such a process is the evidence of its search, and the traces as steps of the model, which can be
taken again.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.properties.exhaust.chosen import SCOPES, built_in, of_scanner
from strandline.properties.exhaust.outcome import attempt
from strandline.properties.exhaust.report import Cut, gather
from strandline.properties.laws import LAWS
from strandline.properties.memoworlds.declare import stepped
from strandline.properties.memoworlds.family import FAMILY
from strandline.properties.memoworlds.shown import asked
from strandline.properties.mutants import SHIPPED, planted
from strandline.properties.realworlds.declare import real_world
from strandline.properties.spaces import MODEL
from strandline.properties.verdict import Trace
from strandline.properties.workers import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from strandline.properties.exhaust.chosen import Chosen
    from strandline.properties.exhaust.found import Counts, Found
    from strandline.properties.exhaust.report import Report, Terms
    from strandline.properties.realworlds.scanner import Work

Kind: TypeAlias = Literal["model", "impl"]

NUMBERS: Final = frozenset(law.number for law in LAWS)


class Searched(NamedTuple):
    """What came of the search of one world.

    ``traces`` has a shortest one to each broken memo law.
    """

    world: str
    report: Report
    traces: tuple[Trace, ...]


class Reached(NamedTuple):
    """How far the search of a world has come, after so many seconds."""

    world: str
    counts: Counts
    seconds: float


def all_of(  # noqa: PLR0913 - what is searched, on what terms, whom to tell, and by how many
    names: Iterable[str], kind: Kind, subject: str, terms: Terms, say: Callable[[Reached], None], workers: int = 0
) -> Iterator[Searched]:
    """Search worlds side by side, and give what came of each as it ends.

    Args:
        names: the worlds; those that take longest had better come first.
        kind: whether the model fills the tables, or the real scanner.
        subject: the scanner as it is shipped, or a mutant of it.
        terms: on what terms each is searched.
        say: takes how far a search has come.
        workers: how many processes; 0 means as many as there are processors, within reason.
    """
    jobs = [(name, kind, subject, terms) for name in names]
    yield from (found for _, found in side_by_side(one, jobs, say, workers))


def one(name: str, kind: Kind, subject: str, terms: Terms, say: Callable[[Reached], None]) -> Searched:
    """Search one world.

    Raises:
        KeyError: there is no such world, or no such mutant.
    """
    if kind == "model":
        return _searched(name, built_in(name), MODEL, terms, say)
    planting = None if subject == SHIPPED else partial(planted, subject)
    with real_world(SCOPES[name], planting, audited=subject == SHIPPED) as real:
        world = asked(name, real.world)
        return _searched(name, of_scanner(name, subject, world), subject, terms, say, lambda: real.work)


def by_size(names: Iterable[str]) -> list[str]:
    """Put the worlds first whose search takes long."""
    return sorted(names, key=lambda name: (name not in FAMILY, list(SCOPES).index(name)))


def _searched(  # noqa: PLR0913 - what is searched, on what terms, and whom to tell
    name: str,
    chosen: Chosen,
    subject: str,
    terms: Terms,
    say: Callable[[Reached], None],
    work: Callable[[], Work | None] = lambda: None,
) -> Searched:
    began, clock = datetime.now(UTC), time.monotonic()
    outcome = attempt(chosen, terms, lambda counts: say(Reached(name, counts, time.monotonic() - clock)))
    report = gather(chosen, terms, outcome, began, time.monotonic() - clock, work())
    return Searched(name, report, _traces(name, subject, chosen, outcome))


def _traces(name: str, subject: str, chosen: Chosen, outcome: Found | Cut) -> tuple[Trace, ...]:
    """Give the traces as steps of the model, one to each broken law that a step or a state can be judged by again."""
    if isinstance(outcome, Cut):
        return ()
    actions = {action.name: action for action in chosen.world.actions}
    return tuple(
        Trace(
            subject,
            name,
            finding.law,
            tuple(stepped(actions[step.action], step.label) for step in finding.traces[0].steps),
        )
        for finding in outcome.findings
        if finding.traces and finding.law in NUMBERS
    )
