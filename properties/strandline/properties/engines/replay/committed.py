"""The engine ``traces``: what was once found and committed is taken again, before anything is searched.

Each trace in the folder is taken on what is checked. A trace of a known-bad design is taken on that design too: one
that no longer fits there has come to say nothing, and is no pass.
"""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.core.nearest import meant
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Claim, Engine, Trace, Verdict
from strandline.properties.engines.replay.retrace import retrace, unjudged
from strandline.properties.evidence import replay
from strandline.properties.evidence.lanes import unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Report

ENGINE: Final = "traces"

FOLDER: Final = Path("tests", "traces")
"""Where the traces lie, below the working folder; there and one folder further down."""

FILES_MAX: Final = 1_000
"""The most traces that are taken."""


_WORST_FIRST: Final = (Verdict.VIOLATED, Verdict.INCONCLUSIVE, Verdict.HOLDS)


class Kept(NamedTuple):
    """A committed trace, the name of its file, and the sha256 of it."""

    name: str
    trace: Trace
    digest: str


class Outcome(NamedTuple):
    """What came of one: ``says`` is empty if it holds, ``steps`` counts those taken on what is checked."""

    kept: Kept
    verdict: Verdict
    says: str
    steps: int


def engine(system: System) -> Engine:
    """Give the engine of a system, for whoever lists engines."""
    return Engine(ENGINE, "committed traces, taken again", partial(claims, system), searches=False)


def claims(system: System, subject: str, report: Report) -> Iterator[Claim]:
    """Take the committed traces again on a subject, and claim of each law that has any what came of them.

    Raises:
        BadTraceError: a file there is no trace, or of no law; all others have been taken.
    """
    outcomes: list[Outcome] = []
    bad: list[str] = []
    known = [law.number for law in system.laws]
    paths = files()
    if len(paths) > FILES_MAX:
        bad.append(f"more than {FILES_MAX:,} traces in {FOLDER.as_posix()}: the others were not taken")
    for path in paths[:FILES_MAX]:
        name = path.relative_to(FOLDER).as_posix()
        try:
            kept = _read(name, path)
        except replay.BadTraceError as error:
            bad.append(f"{path.as_posix()}: {error}")
            continue
        if kept.trace.law not in known:
            near = meant(kept.trace.law, known)
            bad.append(f"{path.as_posix()}: there is no law {kept.trace.law!r}{near}")
            continue
        outcomes.append(taken(system, kept, subject))
        report(f"{ENGINE}: {name}: {outcomes[-1].says or outcomes[-1].verdict}")
    for law in known:
        of_law = tuple(one for one in outcomes if one.kept.trace.law == law)
        if of_law:
            yield _claimed(law, subject, of_law)
    if bad:
        raise replay.BadTraceError("; ".join(bad))


def _read(name: str, path: Path) -> Kept:
    data = replay.fetch(str(path))
    file = replay.parse(data)
    if replay.is_own(file):
        raise replay.BadTraceError(f"it is of {file.subject}, a world of somebody's own, and not for a check")
    return Kept(name, replay.to_trace(file), hashlib.sha256(data).hexdigest())


def absent() -> dict[str, str]:
    """Say why this engine has nothing to run on here, if there is no trace."""
    return {} if files() else {ENGINE: f"there are none in {FOLDER.as_posix()} here"}


def files() -> list[Path]:
    """List the committed traces; there are none outside of a checkout."""
    return sorted([*FOLDER.glob("*.json"), *FOLDER.glob("*/*.json")])


def taken(system: System, kept: Kept, subject: str) -> Outcome:
    """Take a trace on what is checked, and on the known-bad design that it names.

    A mutant that is checked is planted already, and two at once are neither, so then the trace is taken on that alone.
    """
    trace, bad = kept.trace, kept.trace.subject not in {SHIPPED, MODEL}
    if why_not := unjudged(system.laws, trace):
        return Outcome(kept, Verdict.INCONCLUSIVE, f"{kept.name}: {why_not}", 0)
    try:
        exhibit = retrace(system, trace._replace(subject=subject))
        if exhibit.broken:
            return Outcome(kept, Verdict.VIOLATED, f"broken again by {kept.name}", exhibit.fits)
        if not bad and exhibit.fits < len(trace.steps):
            return Outcome(kept, Verdict.INCONCLUSIVE, f"{kept.name}: {unfinished(exhibit)}", exhibit.fits)
        if not bad and not exhibit.judged:
            says = f"{kept.name}: nothing happens in it that {trace.law} could judge"
            return Outcome(kept, Verdict.INCONCLUSIVE, says, exhibit.fits)
        if bad and subject == SHIPPED:
            known = retrace(system, trace)
            if not known.broken:
                says = unfinished(known) if known.fits < len(trace.steps) else f"{trace.subject} breaks nothing by it"
                return Outcome(kept, Verdict.INCONCLUSIVE, f"{kept.name}: {says}", exhibit.fits)
    except KeyError as error:
        return Outcome(kept, Verdict.INCONCLUSIVE, f"{kept.name}: nothing here is named {error.args[0]!r}", 0)
    return Outcome(kept, Verdict.HOLDS, "", exhibit.fits)


def _claimed(law: str, subject: str, outcomes: tuple[Outcome, ...]) -> Claim:
    verdict = min((one.verdict for one in outcomes), key=_WORST_FIRST.index)
    says = "; ".join(one.says for one in outcomes if one.verdict is verdict and one.says)
    broken = [one.kept.trace for one in outcomes if one.verdict is Verdict.VIOLATED]
    digest = hashlib.sha256("".join(one.kept.digest for one in outcomes).encode()).hexdigest()
    return Claim(
        law=law,
        engine=ENGINE,
        verdict=verdict,
        says=says or "no committed trace breaks it",
        bounds=(("folder", FOLDER.as_posix()), ("sha256", digest)),
        counts=(("traces", len(outcomes)), ("steps", sum(one.steps for one in outcomes))),
        trace=min(broken, key=lambda trace: len(trace.steps))._replace(subject=subject) if broken else None,
    )
