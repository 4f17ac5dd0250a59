"""What people read of a search, while it runs and at its end."""

from __future__ import annotations

from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Final

import click

from strandline.properties.counting import many, size
from strandline.properties.exhaust.traced import titled
from strandline.properties.report.console import COLORS
from strandline.properties.report.lanes import WIDTH, drawn, printable
from strandline.properties.verdict import Change, Frame, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from strandline.properties.exhaust.found import Counts
    from strandline.properties.exhaust.report import Claims, Effort, LawOutcome, RealWork, Report, TraceShown

NAME_MAX: Final = 40
"""Columns that the names of laws get at most; a longer one moves what follows it to the right."""

VALUE_MAX: Final = 160
"""Characters of a value in a drawing; the document has more of it."""

_VERDICT: Final = len("inconclusive")


def progress(counts: Counts, seconds: float) -> str:
    """Say how far a search has come."""
    rate = counts.states / seconds if seconds else 0.0
    return (
        f"depth {counts.depth}: {many(counts.states, 'state')}, {counts.frontier:,} of them new, {rate:,.0f} states/s"
        f"{_memory(counts.memory)}"
    )


def lines(report: Report, drawn_elsewhere: Collection[str] = ()) -> Iterator[str]:
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
    if claims.real is not None:
        steps, share, each = worked(claims.real, effort, claims.counts.transitions)
        probed = f"{claims.real.probed:,} more in worlds left in peace"
        yield f"real scanner: {steps} distinct steps, {share} of the transitions, {each} ms for both takings; {probed}"
    if claims.unshown:
        yield from wrap(f"not asked of this world, which offers no way to it: {'; '.join(claims.unshown)}", WIDTH)
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
    yield f"{printable(claims.world)}: {colored(claims.verdict, claims.verdict)}"


def _law(law: LawOutcome, wide: int) -> str:
    name, verdict = printable(law.law).ljust(wide), colored(law.verdict.ljust(_VERDICT), law.verdict)
    return f"{name}  {verdict}  {'seen ' + many(law.reached, 'time') if law.reached else printable(law.says)}"


def _counted(claims: Claims) -> Iterator[str]:
    counts = claims.counts
    yield (
        f"{size(counts.states, counts.transitions)}, depth {counts.depth}, "
        f"{many(counts.widest, 'state')} in the widest layer"
    )
    calls, peeks, judged = many(counts.calls, "call"), many(counts.peeks, "peek"), many(counts.judged, "answer")
    yield f"{calls} into Python, {peeks}, {judged} of laws"
    fired = ", ".join(f"{printable(name)} {count:,}" for name, count in counts.firings.items() if count)
    yield from wrap(f"fired: {fired}" if fired else "", WIDTH, subsequent_indent="       ", break_on_hyphens=False)


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


def colored(text: str, verdict: str) -> str:
    """Color a text by the verdict that it tells."""
    return click.style(text, fg=COLORS.get(verdict))
