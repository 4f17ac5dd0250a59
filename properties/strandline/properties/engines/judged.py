"""Runs engines in order."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from strandline.properties.core.findings import Findings, Run
from strandline.properties.core.verdict import SubjectError, Verdict
from strandline.properties.harness.interruption import heed, timed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from strandline.properties.core.law import Law
    from strandline.properties.core.verdict import Claim, Engine, Report

DETAIL_MAX: Final = 600
"""Characters of what is kept of the failure of an engine."""


def judged(  # noqa: PLR0913 - what to judge, by what, and how much of it; and two ways to tell of it
    subject: str,
    engines: Iterable[Engine],
    laws: tuple[Law, ...],
    chosen: Collection[str],
    say: Report,
    keep: Report,
    *,
    known: str = "",
    until_broken: bool = False,
    only: tuple[str, ...] = (),
    seconds: float | None = None,
) -> Findings:
    """Run some engines on a subject by its name, and judge it by some laws.

    Whatever an engine does, the others go on; Ctrl-C ends it, and those that had not begun are skipped.

    Args:
        subject: the name of the subject.
        engines: the engines that there are.
        laws: the laws that there are.
        chosen: the names of the engines to run; none means all.
        say: takes a passing line of progress.
        keep: takes a line worth keeping on the screen.
        known: the law that the subject is known to break, empty if none is.
        until_broken: whether those are skipped, too, that come after one that searched and found a law broken.
        only: the numbers of the laws to judge by; none means all. What is claimed of others is left out.
        seconds: after how many the engine that runs is ended and the others are skipped; None for no end.
    """
    claims: list[Claim] = []
    runs: list[Run] = []
    ended = broken = ""
    until = None if seconds is None else time.monotonic() + seconds
    for engine in engines:
        why = _why_skipped(engine, chosen, only)
        if broken:  # asked first, so that a run of these engines again says the same of the others
            why = f"{broken} was broken before it began"
        elif not why and ended:
            why = f"{ended} before it began"
        if why:
            runs.append(Run(engine.name, engine.says, "skipped", why))
            continue
        before = len(claims)
        run = _run(engine, subject, claims.append, say, keep, until)
        is_up = until is not None and time.monotonic() >= until
        if run.state == "interrupted" or is_up:
            ended = "its time was up" if is_up else "interrupted"
            run = run._replace(detail=f"{ended} before its end") if run.state == "interrupted" else run
        runs.append(run)
        if until_broken and engine.searches:
            broken = next((one.law for one in claims[before:] if one.verdict is Verdict.VIOLATED), "")
    kept = tuple(claim for claim in claims if not only or claim.law in only)
    return Findings(subject, kept, tuple(runs), laws, known, only)


def _why_skipped(engine: Engine, chosen: Collection[str], only: tuple[str, ...]) -> str:
    """Say why an engine is not to run, empty if it is."""
    if only and engine.of and not set(only) & set(engine.of):
        return f"says nothing of {', '.join(only)}"
    return "not selected" if chosen and engine.name not in chosen else ""


def _run(  # noqa: PLR0913 - what it is to run, and two ways to tell of it
    engine: Engine, subject: str, add: Callable[[Claim], None], say: Report, keep: Report, until: float | None
) -> Run:
    """Run an engine, to whatever end; a signal on its way ends it, even if the engine took that for something else."""
    clock = time.monotonic()
    try:
        with timed(None if until is None else max(0.0, until - clock)):
            keep(f"{engine.name}: {engine.says}")
            ended = _ended(engine, subject, add, say, keep)
            keep(f"{engine.name}: {time.monotonic() - clock:.1f} s")
            heed()
    except KeyboardInterrupt:
        return Run(engine.name, engine.says, "interrupted", "interrupted before its end")
    return ended


def _ended(engine: Engine, subject: str, add: Callable[[Claim], None], say: Report, keep: Report) -> Run:
    try:
        for claim in engine.run(subject, say):
            heed()
            add(claim)
            if claim.verdict not in (Verdict.HOLDS, Verdict.NOT_APPLICABLE):
                keep(f"{engine.name}: {claim.law} {claim.verdict}: {claim.says}")
    except SubjectError as error:
        detail = cut(str(error))
    except Exception as error:  # noqa: BLE001 - whatever breaks an engine is a finding of its own, and the others go on
        detail = cut(f"{type(error).__name__}: {error}")
    else:
        return Run(engine.name, engine.says, "ran")
    heed()
    keep(f"{engine.name}: broken: {detail}")
    return Run(engine.name, engine.says, "broken", detail)


def cut(text: str) -> str:
    """Put a text on one line, and cut it where it is long: within a word too, for JSON and paths have no blank."""
    line = " ".join(text.split())
    return line if len(line) <= DETAIL_MAX else f"{line[: DETAIL_MAX - 4]} ..."
