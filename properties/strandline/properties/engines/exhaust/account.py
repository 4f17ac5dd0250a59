"""A search as the renderer of evidence takes it: one world or several, each with its own counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import msgspec

from strandline.properties.core.verdict import Verdict, worst
from strandline.properties.engines.exhaust import traced
from strandline.properties.engines.exhaust.lines import drawing
from strandline.properties.engines.exhaust.report import DOES_NOT_SHOW, Report
from strandline.properties.evidence import document, strict
from strandline.properties.evidence.account import Account
from strandline.properties.evidence.document import EngineOutcome, Evidence, Machine, Said
from strandline.properties.evidence.replay import TraceFile, file_name
from strandline.properties.evidence.shown import ChangeShown, StepShown, TraceShown
from strandline.properties.evidence.spacetime import ENVIRONMENT

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust import report
    from strandline.properties.evidence.bounds import EngineState, Outcome
    from strandline.properties.evidence.document import RunOutcome

ENGINE: Final = "exhaust"

_KINDS: Final = {
    "always": "It holds of every state and of every step.",
    "sometimes": "It comes about.",
    "eventually": "It comes about on every path, in the end.",
    "no deadlock": "Whoever is not at an end can always go on.",
}
"""What a law asks for, by its kind; its author's own words are its name."""


def read(data: bytes) -> Account:
    """Read the document of one search.

    Raises:
        ValueError: it is none.
    """
    found = strict.decode(data, Report)
    return account(found.claims.subject, found.claims.verdict, (found.claims,), found.run)


def account(
    subject: str, verdict: str, worlds: tuple[report.Claims, ...], run: RunOutcome, left: tuple[str, ...] = ()
) -> Account:
    """Give the account of the searches of some worlds that follow from the same sources.

    Args:
        subject: whose worlds they are.
        verdict: that of the whole document; it may be worse than what is known of each world.
        worlds: what was found in each, one at least.
        run: the run that they have in common.
        left: why all of them together are no pass.

    Raises:
        ValueError: a trace changes what is no part of its first state.
    """
    _require_known(worlds)
    traces, shown, drawings = {}, {}, dict[str, list[str]]()
    for world in worlds:
        for law in world.laws:
            for trace in law.traces[:1]:
                file = _file(world, law, trace)
                name = file_name(msgspec.structs.replace(file, subject=world.world))
                traces[name], shown[name] = file, _shown(trace)
                drawings.setdefault(law.law, drawing(law, trace))
    names = dict.fromkeys(law.law for world in worlds for law in world.laws)
    claims = document.Claims(
        subject=worlds[0].world if len(worlds) == 1 else subject,
        full=not any(world.ended for world in worlds),
        sources={name: digest for world in worlds for name, digest in world.sources.items()},
        judges={},
        verdict=Verdict(verdict).value,
        laws=tuple(_law(name, worlds) for name in names),
        engines=(_engine(worlds, verdict, left),),
        machines=tuple(_machine(world) for world in worlds),
        mutants=(),
        traces=traces,
        shown=shown,
        skipped=(),
        does_not_show=(
            *(f"{world.world} offers no way to this: {line}" for world in worlds for line in world.unshown),
            *DOES_NOT_SHOW,
        ),
    )
    return Account(Evidence("strandline evidence", 3, claims, run), drawings)


def _require_known(worlds: tuple[report.Claims, ...]) -> None:
    for trace in (trace for world in worlds for law in world.laws for trace in law.traces):
        for name in (name for step in trace.steps for name in step.changed if name not in trace.first):
            raise ValueError(f"a step of a trace changes {name[: strict.NAME_MAX]!r}, which was not there before it")


def _law(name: str, worlds: tuple[report.Claims, ...]) -> document.LawOutcome:
    """Put together what was found of a law in each world that has it."""
    found = [(world, law) for world in worlds for law in world.laws if law.law == name]
    first = found[0][1]
    bad = [law.says for _, law in found if law.verdict != Verdict.HOLDS]
    return document.LawOutcome(
        law=name,
        name="",
        kind="eventually" if first.kind == "eventually" else "always",
        statement=_KINDS.get(first.kind, ""),
        why="",
        sometimes=None,
        verdict=worst([Verdict(law.verdict) for _, law in found]).value,
        says="; ".join(dict.fromkeys(filter(None, bad))),
        claims=tuple(_said(world, law) for world, law in found),
    )


def _said(world: report.Claims, law: report.LawOutcome) -> Said:
    counts = world.counts
    return Said(
        engine=ENGINE,
        kind="searched",
        verdict=cast("Outcome", law.verdict),
        says=law.says or "every reachable state and every interleaving",
        bounds={"world": world.world, **{name: f"{bound:,}" for name, bound in world.bounds.items()}},
        counts={"states": counts.states, "transitions": counts.transitions, "depth": counts.depth},
        reached=law.reached,
    )


def _engine(worlds: tuple[report.Claims, ...], verdict: str, left: tuple[str, ...]) -> EngineOutcome:
    ended = (*(f"{world.world}: {world.ended}" for world in worlds if world.ended), *left)
    state: EngineState = "ran" if not ended else "broken" if verdict == Verdict.BROKEN else "interrupted"
    says = "searches every reachable state of a world, and every interleaving"
    return EngineOutcome(ENGINE, says, state, "; ".join(ended))


def _machine(world: report.Claims) -> Machine:
    fired = dict.fromkeys(world.unfired, 0) | world.counts.firings
    seen = {law.law: law.reached for law in world.laws if law.reached is not None}
    return Machine(f"{ENGINE} of {world.world}", fired, seen)


def _file(world: report.Claims, law: report.LawOutcome, trace: report.TraceShown) -> TraceFile:
    """Name a trace; it has steps to take again if the world is somebody's own, whose steps say all that there is."""
    if ":" in world.subject:
        try:
            return traced.to_file(world, law, trace)
        except traced.UnwritableError:
            pass
    return TraceFile("strandline trace", 2, world.subject, world.world, law.law)


def _shown(trace: report.TraceShown) -> TraceShown:
    steps, state = [], dict(trace.first)
    for step in trace.steps:
        changes = tuple(ChangeShown(name, state.get(name, ""), value) for name, value in step.changed.items())
        title = traced.titled(step.action, step.label)
        steps.append(StepShown(step.action, step.actor or ENVIRONMENT, title, {}, changes))
        state |= step.changed
    around = () if trace.loop is None else (f"The steps from {trace.loop + 1} on go round for ever.",)
    return TraceShown(trace.first, len(steps), tuple(steps), around, trace.loop)
