"""What ``strandline exhaust`` does with memo worlds; whoever has a world of their own does not import it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from strandline.properties.commands import console
from strandline.properties.commands.options import refuse_unknown
from strandline.properties.core.counting import many
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust import lines
from strandline.properties.engines.exhaust.found import Counts
from strandline.properties.engines.exhaust.outcome import Ended
from strandline.properties.engines.exhaust.parallel import all_of, by_size, chosen_of, declared, one
from strandline.properties.engines.exhaust.report import Cut, gather
from strandline.properties.engines.exhaust.together import together
from strandline.properties.engines.exhaust.together import told as several_told
from strandline.properties.evidence.evidence import encode
from strandline.properties.evidence.replay import encode as encode_trace
from strandline.properties.evidence.replay import file_name
from strandline.properties.harness.workers import WorkerLostError, at_once
from strandline.properties.systems.memo import drawing
from strandline.properties.systems.memo.memoworlds.family import FAMILY
from strandline.properties.systems.memo.memoworlds.shown import SHOWN
from strandline.properties.systems.memo.mutants.registry import MUTANTS
from strandline.properties.systems.memo.spec.worlds import WORLDS
from strandline.properties.systems.memo.system import SYSTEM
from strandline.properties.systems.memo.tables import SCOPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from strandline.properties.core.line import Line
    from strandline.properties.core.verdict import Trace
    from strandline.properties.engines.exhaust.found import Status
    from strandline.properties.engines.exhaust.parallel import Reached, Searched
    from strandline.properties.engines.exhaust.report import Report, Terms
    from strandline.properties.engines.exhaust.together import SeveralReport


def subject(name: str | None, kind: str | None, mutant: str | None) -> str:
    """Give what fills the tables: the model, the scanner, or a mutant; refuse what there is not.

    Raises:
        click.UsageError: there is no such world, or no such mutant, or none is planted in the model.
    """
    if kind == "model" and mutant not in {None, SHIPPED}:
        raise click.UsageError("--mutant is planted in the real scanner: --subject impl")
    refuse_unknown("memo world", () if name is None else (name,), tuple(SCOPES))
    refuse_unknown("mutant", () if mutant is None else (mutant,), (SHIPPED, *MUTANTS))
    return MODEL if mutant in {None, SHIPPED} and kind != "impl" else mutant or SHIPPED


def single(name: str, subject: str, terms: Terms, say: Callable[[Status], None]) -> Ended:
    """Search one world in this process."""
    found = one(SYSTEM, name, subject, terms, lambda reached: say(reached.status))
    claims = found.report.claims
    shown = lines.lines(found.report, {trace.law for trace in found.traces})
    return _ended(encode(found.report), shown, Verdict(claims.verdict), claims.ended, found.traces)


def family(subject: str, terms: Terms, workers: int | None) -> Ended:
    """Search every large world, each in a process."""
    report, traces = _family(subject, terms, workers or at_once())
    why = next((each.ended for each in report.claims.worlds if each.verdict == Verdict.BROKEN), "")
    return _ended(encode(report), several_told(report), Verdict(report.claims.verdict), why, traces)


def _ended(data: bytes, shown: Iterable[Line], verdict: Verdict, why: str, traces: tuple[Trace, ...]) -> Ended:
    exhibits = drawing.exhibited(traces)

    def drawn(folder: Path) -> Iterator[str]:
        for each in drawing.drawings(exhibits, folder):
            yield from ("", *each)
        if exhibits:
            yield ""

    files = {file_name(trace): encode_trace(trace, exhibit) for trace, exhibit in exhibits.items()}
    return Ended(data, shown, verdict, why, files, drawn)


def _family(subject: str, terms: Terms, workers: int) -> tuple[SeveralReport, tuple[Trace, ...]]:
    """Search every large world, each in a process; Ctrl-C, or a process that is lost, leaves those that are done."""
    began, clock = datetime.now(UTC), time.monotonic()
    found: dict[str, Searched] = {}
    reached: dict[str, Counts] = {}
    broken: set[str] = set()
    with console.Progress() as progress:

        def say(now: Reached) -> None:
            reached[now.world] = now.status.counts
            for line in lines.broke(now.status, broken, first=terms.first, world=now.world):
                progress.keep(line)
            progress.say(f"{now.world}: {lines.progress(now.status, now.seconds)}")

        try:
            for searched in all_of(SYSTEM, by_size(SYSTEM, FAMILY), subject, terms, say, workers):
                found[searched.world] = searched
                counts = searched.report.claims.counts
                progress.keep(f"{searched.world}: {searched.report.claims.verdict}, {many(counts.states, 'state')}")
            ended = ""
        except KeyboardInterrupt:
            ended = "interrupted"
        except WorkerLostError as error:
            ended = str(error)
    reports = tuple(
        found[name].report if name in found else _left(name, subject, terms, reached.get(name, Counts()), ended, began)
        for name in FAMILY
    )
    traces: dict[str, Trace] = {}
    for trace in sorted(
        (trace for each in found.values() for trace in each.traces), key=lambda trace: len(trace.steps)
    ):
        traces.setdefault(trace.law, trace)
    return together(reports[0].claims.subject, reports, began, time.monotonic() - clock), tuple(traces.values())


def _left(  # noqa: PLR0913 - one argument for each part of the document
    name: str, subject: str, terms: Terms, reached: Counts, ended: str, began: datetime
) -> Report:
    """Give the document of a world whose search did not come to its end."""
    with declared(SYSTEM, subject, name) as tables:
        return gather(chosen_of(name, tables), terms, Cut(reached, Verdict.INCONCLUSIVE, ended), began, 0.0)


def listed(output: str) -> Iterator[str]:
    """List the memo worlds: how large each is, what may happen in it, and the laws whose covers it shows."""
    size = {name: "large" if name in FAMILY else "small" if name in WORLDS else "soak" for name in SCOPES}
    told_of = {name: ", ".join(f"{count} {what}" for what, count in scope.budget) for name, scope in SCOPES.items()}
    if output == "json":
        yield json.dumps(
            [
                {
                    "name": name,
                    "size": size[name],
                    "refreshers": scope.refreshers,
                    "budget": dict(scope.budget),
                    "shows": SHOWN[name],
                }
                for name, scope in SCOPES.items()
            ]
        )
        return
    for name, scope in SCOPES.items():
        yield f"{name:<20} {size[name]}: {many(scope.refreshers, 'refresher')}: {told_of[name]}"
