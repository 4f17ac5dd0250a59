"""Checks the scanner, a mutant of it, or a published design, by the engines that are here for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.properties.engines.judged import judged
from strandline.properties.systems.memo.engines import engines
from strandline.properties.systems.memo.mutants.registry import MUTANTS, planted
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.specimens import SPECIMENS
from strandline.properties.systems.memo.specimens.engine import ENGINES as SPECIMEN_ENGINES

if TYPE_CHECKING:
    from collections.abc import Collection

    from strandline.properties.core.findings import Findings
    from strandline.properties.core.verdict import Report


def check(  # noqa: PLR0913 - what to check, by what, how much of it; and two ways to tell of it
    subject: str,
    chosen: Collection[str] = (),
    say: Report = lambda _line: None,
    keep: Report = lambda _line: None,
    *,
    full: bool = False,
    until_broken: bool = False,
    only: tuple[str, ...] = (),
    seconds: float | None = None,
) -> Findings:
    """Run engines on a subject until they are done or Ctrl-C ends it; never raises for what an engine does.

    Args:
        subject: what to check: the scanner as it is shipped, or a mutant of it, by name.
        chosen: the names of the engines to run; none means all.
        say: takes a passing line of progress.
        keep: takes a line worth keeping on the screen.
        full: whether nothing is left out for want of time.
        until_broken: whether the first broken law that a search finds ends it.
        only: the numbers of the laws to judge by; none means all.
        seconds: how long it may take; None for as long as it takes.

    Raises:
        KeyError: there is no such mutant.
    """
    asked = engines(full=full, until_broken=until_broken, laws=only)
    known = MUTANTS[subject].law if subject in MUTANTS else ""
    with planted(subject):
        return judged(
            subject,
            asked,
            LAWS,
            chosen,
            say,
            keep,
            known=known,
            until_broken=until_broken,
            only=only,
            seconds=seconds,
        )


def check_specimen(
    name: str,
    chosen: Collection[str] = (),
    say: Report = lambda _line: None,
    keep: Report = lambda _line: None,
) -> Findings:
    """Search a specimen; never raises for what the search does.

    Args:
        name: which specimen.
        chosen: the names of the engines to run; none means all.
        say: takes a passing line of progress.
        keep: takes a line worth keeping on the screen.

    Raises:
        KeyError: there is no such specimen.
    """
    one = SPECIMENS[name]
    return judged(one.subject, SPECIMEN_ENGINES, LAWS, chosen, say, keep, known=one.law)
