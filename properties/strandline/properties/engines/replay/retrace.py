"""Takes the steps of a trace again, and shows what each of them changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strandline.properties.core.verdict import Exhibit, Frame, Look, Scan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.properties.core.law import Law
    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Trace


def law_of(system: System, trace: Trace) -> Law:
    """Give the law that a trace is judged by, at the bounds of its world.

    Raises:
        KeyError: there is no such world or law.
    """
    return {law.number: law for law in system.laws_of(trace.world)}[trace.law]


def retrace(system: System, trace: Trace, until: int | None = None) -> Exhibit:
    """Take the steps of a trace again, on the subject that it names.

    Args:
        system: what the trace is of.
        trace: the steps.
        until: how many steps to take at most; one that ends before the last is not left in peace.

    Raises:
        KeyError: there is no such world, subject or law.
    """
    law, words = law_of(system, trace), system.words
    steps = trace.steps[:until]
    frames: list[Frame] = []
    looks: list[Look] = []
    scans: list[Scan] = []
    at, why = None, None
    with system.opened(trace.subject, trace.world) as space:
        state, before = space.first, words.seen(space.first)
        first = words.first(before)
        events: list[Any] = list(space.began)
        broken = breaking(law, events)
        for step in steps:
            why = system.misfit(trace.world, step, state)
            if why is not None:
                break
            state, found = space.step(state, step)
            new, after = tuple(found), words.seen(state)
            looked, scanned = words.looked(step, len(frames), (before, after), new)
            looks += looked
            scans += scanned
            frames.append(words.frame(trace.world, step, (before, after), new))
            wrong = breaking(law, new)
            at = len(frames) if wrong and not broken else at
            broken += wrong
            events += new
            before = after
        if why is None and not broken and len(steps) == len(trace.steps):
            left = tuple(space.probe(state))
            broken += breaking(law, left)
            events += left
    return Exhibit(
        trace,
        tuple(frames),
        tuple(words.ending(broken[0])) if broken else (),
        len(frames),
        bool(broken),
        first,
        at,
        why or "",
        tuple(looks),
        tuple(scans),
        judged=sum(isinstance(event, law.of) for event in events),
        actors=words.actors,
    )


def breaking(law: Law, events: Iterable[Any]) -> list[Any]:
    """Give those of some events that break a law."""
    return [event for event in events if law.holds is not None and not law.holds(event)]


def unjudged(laws: Iterable[Law], trace: Trace) -> str:
    """Say why the law of a trace judges no step, whatever its steps are; empty if it judges some, or is not known."""
    law = next((law for law in laws if law.number == trace.law), None)
    if law is None or law.holds is not None:
        return ""
    why = "is proved" if law.kind == "proved" else "cannot be seen from outside"
    return f"{law.number} {why}, and no step is judged by it"
