"""What ``verify`` and ``report`` say in plain lines, and in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.properties.core.line import printable
from strandline.properties.evidence.evidence import ran_here
from strandline.properties.evidence.open_ends import open_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.evidence.compare import Moved
    from strandline.properties.evidence.document import Claims, RunOutcome
    from strandline.properties.evidence.verify import Verified


def verified(outcome: Verified, run: RunOutcome) -> Iterator[str]:
    """Say what came of running claims again; ``run`` tells on what they were made."""
    if outcome.moved:
        yield "The sources here are not those of the evidence, so nothing was run:"
        yield from (f"  {name} differs" for name in outcome.moved)
    for difference in outcome.differences:
        yield printable(f"{difference.where}: {difference.there} in the evidence, {difference.here} here")
    yield from (f"not run again: {printable(line)}" for line in outcome.unrepeated)
    if outcome.again:
        yield f"run again: {', '.join(map(printable, outcome.again))}"
    if outcome.differences:
        yield from _tools(run)
        yield "differs: the evidence does not say what this run found"
    elif outcome.exit_code:
        yield "inconclusive: what was run again is the same" if outcome.again else "inconclusive: nothing was compared"
    else:
        yield "verified: every claim is byte for byte the same"


def _tools(run: RunOutcome) -> Iterator[str]:
    """Name what the two runs did not have in common: claims follow from the sources and from these."""
    here = ran_here("", 0.0)
    there_is = {"Python": run.python, "SQLite": run.sqlite, **run.tools}
    here_is = {"Python": here.python, "SQLite": here.sqlite, **here.tools}
    for name in sorted(there_is.keys() | here_is):
        if there_is.get(name) != here_is.get(name):
            yield printable(f"{name} was {there_is.get(name, 'none')}, and is {here_is.get(name, 'none')} here")


def document(outcome: Verified) -> dict[str, object]:
    """Give what came of running claims again as it goes into JSON."""
    words = {0: "verified", 1: "differs", 3: "inconclusive"}
    return {
        "verdict": words[outcome.exit_code],
        "moved": list(outcome.moved),
        "again": list(outcome.again),
        "unrepeated": list(outcome.unrepeated),
        "differences": [difference._asdict() for difference in outcome.differences],
    }


def compared(found: tuple[Moved, ...]) -> Iterator[str]:
    """Say what became weaker, what changed, and what became stronger."""
    for one in found:
        values = f"{one.before or 'nothing'} -> {one.after or 'nothing'}"
        yield printable(f"{one.way:<8}  {one.what}: {values}")
    ways = [one.way for one in found]
    if not found:
        yield "The two say the same."
    else:
        yield f"{ways.count('weaker'):,} weaker, {ways.count('changed'):,} changed, {ways.count('stronger'):,} stronger"


def brief(claims: Claims) -> dict[str, object]:
    """Give the shortest account of a document as it goes into JSON."""
    return {
        "subject": claims.subject,
        "verdict": claims.verdict,
        "laws": {law.law: law.verdict for law in claims.laws},
        "open": list(open_ends(claims)),
        "traces": list(claims.traces),
    }
