"""Checks the scanner, a mutant of it, or a published design, by the engines that are here for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.properties.engines import ENGINES, FULL, UNTIL_BROKEN
from strandline.properties.findings import judged
from strandline.properties.laws import LAWS
from strandline.properties.mutants import planted
from strandline.properties.specimens import SPECIMENS
from strandline.properties.specimens.engine import ENGINES as SPECIMEN_ENGINES

if TYPE_CHECKING:
    from collections.abc import Collection

    from strandline.properties.findings import Findings
    from strandline.properties.verdict import Report


def check(  # noqa: PLR0913 - what to check, by what, how much of it; and two ways to tell of it
    subject: str,
    chosen: Collection[str] = (),
    say: Report = lambda _line: None,
    keep: Report = lambda _line: None,
    *,
    full: bool = False,
    until_broken: bool = False,
) -> Findings:
    """Run engines on a subject until they are done or Ctrl-C ends it; never raises for what an engine does.

    Args:
        subject: what to check: the scanner as it is shipped, or a mutant of it, by name.
        chosen: the names of the engines to run; none means all.
        say: takes a passing line of progress.
        keep: takes a line worth keeping on the screen.
        full: whether nothing is left out for want of time.
        until_broken: whether the first broken law that a search finds ends it.

    Raises:
        KeyError: there is no such mutant.
    """
    engines = FULL if full else UNTIL_BROKEN if until_broken else ENGINES
    with planted(subject):
        return judged(subject, engines, LAWS, chosen, say, keep, until_broken=until_broken)


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
    return judged(SPECIMENS[name].subject, SPECIMEN_ENGINES, LAWS, chosen, say, keep)
