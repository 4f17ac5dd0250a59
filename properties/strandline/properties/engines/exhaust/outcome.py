"""A search to its end, whatever end that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from strandline.properties.core.named import raised, told
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.found import Counts, Found, Status
from strandline.properties.engines.exhaust.report import Cut, Terms
from strandline.properties.engines.exhaust.world import WorldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from strandline.properties.core.line import Line
    from strandline.properties.engines.exhaust.report import Chosen


class Ended(NamedTuple):
    """What a command has of its searches: evidence, what people read, the verdict, and why it is what it is.

    ``files`` are traces by their names. ``traces`` says of the folder in which they lie what people read of them.
    """

    data: bytes
    shown: Iterable[Line]
    verdict: Verdict
    why: str
    files: dict[str, bytes]
    traces: Callable[[Path], Iterable[str]]


def attempt(chosen: Chosen, terms: Terms, say: Callable[[Status], None]) -> Found | Cut:
    """Search a world; what cuts the search off is an outcome too, with the counts so far."""
    reached = Counts(states=1)

    def heard(status: Status) -> None:
        nonlocal reached
        reached = status.counts
        say(status)

    try:
        return search(
            chosen.world, terms.budget, several=terms.several, first=terms.first, until=terms.until, say=heard
        )
    except WorldError as error:
        return Cut(reached, Verdict.BROKEN, str(error))
    except KeyboardInterrupt:
        return Cut(reached, Verdict.INCONCLUSIVE, "interrupted after the search, before its verdicts were given")
    except (MemoryError, OverflowError, OSError) as error:
        return Cut(reached, Verdict.INCONCLUSIVE, raised(error))
    except BaseException as error:
        if isinstance(error, Exception):
            raise
        # SystemExit, a cancellation: a function of the world must not choose the exit code
        return Cut(reached, Verdict.BROKEN, f"a function of world {chosen.name!r} raised {told(error)}")
