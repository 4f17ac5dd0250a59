"""What people read of a search, while it runs and at its end."""

from __future__ import annotations

from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from strandline.properties.core.counting import many, size
from strandline.properties.core.line import Tinted, printable
from strandline.properties.core.verdict import Change, Frame, Verdict
from strandline.properties.engines.exhaust.traced import titled
from strandline.properties.evidence.lanes import WIDTH, drawn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from strandline.properties.core.line import Line
    from strandline.properties.engines.exhaust.found import Status
    from strandline.properties.engines.exhaust.report import Claims, Effort, LawOutcome, RealWork, Report, TraceShown

NAME_MAX: Final = 40
"""Columns that the names of laws get at most; a longer one moves what follows it to the right."""

ASKED_LONG: Final = 1.0
"""Seconds after which progress says which function is being asked."""

VALUE_MAX: Final = 160
"""Characters of a value in a drawing; the document has more of it."""

_VERDICT: Final = len("inconclusive")


def progress(now: Status, seconds: float) -> str:
    """Say how far a search has come: what was counted, what is broken, and which function it waits for."""
    if now.ahead:
        return now.ahead
    counts = now.counts
    rate = counts.states / seconds if seconds else 0.0
    begun = f", {now.expanded:,} of those gone on from" if now.expanded else ""
    broken = f"; violated: {', '.join(now.broken)}" if now.broken else ""
    waited = f"; asking {now.asking} for {now.waited:,.0f} s" if now.waited >= ASKED_LONG else ""
    return (
        f"depth {counts.depth}: {many(counts.states, 'state')}, {counts.frontier:,} of them new{begun}, "
        f"{rate:,.0f} states/s{_memory(counts.memory)}{broken}{waited}"
    )


def broke(now: Status, told: set[str], *, first: bool, world: str = "") -> Iterator[str]:
    """Say which laws broke while the search goes on, each once: those that were told are remembered."""
    ends = "the search ends with this layer" if first else "the search goes on; --first ends it here, Ctrl-C now"
    for law in now.broken:
        name = f"{world}: {law}" if world else law
        if name not in told:
            told.add(name)
            yield f"{name}: {Verdict.VIOLATED}; {ends}"


def lines(report: Report, drawn_elsewhere: Collection[str] = ()) -> Iterator[Line]:
    """Say how a search came out: the laws, the counts, what never happened, the traces, the sum.

    Laws whose traces are drawn elsewhere are told without them.
    """
    claims = report.claims
    wide = min(NAME_MAX, max((len(law.law) for law in claims.laws), default=0))
    for law in claims.laws:
        yield _law(law, wide)
    yield ""
    yield from _counted(claims)
    seconds, effort = report.run.seconds, report.effort
    yield f"{seconds:,.1f} s, {effort.states_per_second:,.0f} states/s{_memory(effort.memory)}"
    if effort.costly:
        yield from wrap(printable(effort.costly), WIDTH)
    if claims.real is not None:
        steps, share, each = worked(claims.real, effort, claims.counts.transitions)
        probed = f"{claims.real.probed:,} more in worlds left in peace"
        yield f"real scanner: {steps} distinct steps, {share} of the transitions, {each} ms for both takings; {probed}"
    if claims.unshown:
        yield from wrap(f"not asked of this world, which offers no way to it: {'; '.join(claims.unshown)}", WIDTH)
    yield from (f"judged nothing: {printable(each)}" for each in claims.vacuous)
    if claims.unfired:
        said = "not fired by then" if claims.ended else "never fired, so that no law says anything of it"
        yield f"{said}: {', '.join(map(printable, claims.unfired))}"
    if claims.verdict == Verdict.BROKEN:
        yield f"broken: {printable(claims.ended)}"
    elif claims.ended:
        left = f"{many(claims.counts.frontier, 'state')} of the frontier left unexplored"
        yield f"ended early: {printable(claims.ended)}; {left}"
    for law in claims.laws:
        for number, trace in enumerate(law.traces if law.law not in drawn_elsewhere else (), 1):
            yield ""
            yield from _trace(law, trace, f" {number} of {len(law.traces)}" if len(law.traces) > 1 else "")
    yield ""
    yield f"{claims.world}: ", Tinted(claims.verdict, claims.verdict)


def _law(law: LawOutcome, wide: int) -> Line:
    verdict = Tinted(law.verdict.ljust(_VERDICT), law.verdict)
    says = f"seen {many(law.reached, 'time')}" if law.reached else law.says
    return f"{printable(law.law).ljust(wide)}  ", verdict, f"  {says}"


def _counted(claims: Claims) -> Iterator[str]:
    counts = claims.counts
    yield (
        f"{size(counts.states, counts.transitions)}, depth {counts.depth}, "
        f"{many(counts.widest, 'state')} in the widest layer"
    )
    yield f"{many(counts.terminal, 'state')} in which nothing can happen"
    calls, peeks, judged = many(counts.calls, "call"), many(counts.peeks, "peek"), many(counts.judged, "answer")
    yield f"{calls} into Python, {peeks}, {judged} of laws"
    fired = ", ".join(f"{printable(name)} {count:,}" for name, count in counts.firings.items() if count)
    yield from wrap(f"fired: {fired}" if fired else "", WIDTH, subsequent_indent="       ", break_on_hyphens=False)


def drawing(law: LawOutcome, trace: TraceShown) -> list[str]:
    """Draw a trace to a law that is broken, as lanes."""
    return [*_trace(law, trace, "")]


def _trace(law: LawOutcome, trace: TraceShown, which: str) -> Iterator[str]:
    """Draw a trace: a lane for each actor, and below each step what it changed."""
    actors = list(dict.fromkeys(step.actor for step in trace.steps if step.actor is not None))
    switches = sum(one.actor != other.actor for one, other in pairwise(trace.steps))
    yield (
        f"{printable(law.law)} is broken, trace{which}: {many(len(trace.steps), 'step')}, "
        f"{switches} switch{'es' * (switches != 1)}"
    )
    state, frames = dict(trace.first), []
    for step in trace.steps:
        changes = tuple(Change(name, _short(state[name]), _short(value)) for name, value in step.changed.items())
        lane = None if step.actor is None else actors.index(step.actor)
        frames.append(Frame(lane, titled(step.action, step.label), changes))
        state |= step.changed
    yield from drawn(tuple(frames), lambda actor: "env" if actor is None else actors[actor])
    if not trace.steps:
        yield "It is broken in the first state: " + ", ".join(
            f"{printable(name)} = {_short(value)}" for name, value in trace.first.items()
        )
    if trace.loop is not None:
        yield f"The steps from {trace.loop + 1} on go round for ever."


def _short(value: str) -> str:
    return value if len(value) <= VALUE_MAX else f"{value[: VALUE_MAX - 4]} ..."


def _memory(peak: int) -> str:
    return f", {peak >> 20:,} MiB at the peak" if peak else ""


def worked(work: RealWork, effort: Effort, transitions: int) -> tuple[str, str, str]:
    """Give the distinct steps of the real scanner, their share of the transitions, and the milliseconds of each."""
    share = work.steps / transitions if transitions else 0.0
    each = 1000 * (effort.real_seconds or 0.0) / work.steps if work.steps else 0.0
    return f"{work.steps:,}", f"{share:.2%}", f"{each:.2f}"
