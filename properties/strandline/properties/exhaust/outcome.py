"""A search to its end, whatever end that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.properties.exhaust.engine import search
from strandline.properties.exhaust.found import Counts, Found
from strandline.properties.exhaust.report import Cut, Terms
from strandline.properties.exhaust.world import WorldError
from strandline.properties.named import raised, told
from strandline.properties.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.exhaust.chosen import Chosen


def attempt(chosen: Chosen, terms: Terms, say: Callable[[Counts], None]) -> Found | Cut:
    """Search a world; what cuts the search off is an outcome too, with the counts so far."""
    reached = Counts(states=1)

    def heard(counts: Counts) -> None:
        nonlocal reached
        reached = counts
        say(counts)

    try:
        return search(chosen.world, terms.budget, several=terms.several, say=heard)
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
