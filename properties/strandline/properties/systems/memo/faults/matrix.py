"""Every fault, struck one after the other, and what became of each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from strandline.properties.core.verdict import Verdict
from strandline.properties.systems.memo.faults.bench import Bench, folder
from strandline.properties.systems.memo.faults.calls import CALLS
from strandline.properties.systems.memo.faults.clocks import CLOCKS
from strandline.properties.systems.memo.faults.fault import Fault, Result, judged
from strandline.properties.systems.memo.faults.identity import IDENTITY
from strandline.properties.systems.memo.faults.injectors import missing
from strandline.properties.systems.memo.faults.kept import KEPT
from strandline.properties.systems.memo.faults.locks import LOCKS
from strandline.properties.systems.memo.faults.programs import PROGRAMS
from strandline.properties.systems.memo.faults.rollouts import ROLLOUTS
from strandline.properties.systems.memo.faults.shape import SHAPE

if TYPE_CHECKING:
    from collections.abc import Iterable

FAULTS: Final[tuple[Fault, ...]] = tuple(
    sorted(
        (*SHAPE, *LOCKS, *CALLS, *KEPT, *IDENTITY, *CLOCKS, *PROGRAMS, *ROLLOUTS),
        key=lambda fault: (fault.id[:3], int(fault.id[3:])),
    )
)
"""Every fault of the matrix, as they are numbered."""

_VERDICTS: Final = {
    "right": Verdict.HOLDS,
    "wrong": Verdict.VIOLATED,
    "broken": Verdict.BROKEN,
    "skipped": Verdict.INCONCLUSIVE,
}


def strike(fault: Fault, *, whole: bool = False, mutant: str = "shipped") -> Result:
    """Strike one fault at the scanner, and judge what is seen.

    Args:
        fault: the fault.
        whole: whether loops go over all that there is, and not over as much as a suite of tests has time for.
        mutant: a known-bad design to plant in the scanner.
    """
    lacks = missing(fault.injector)
    if lacks is not None:
        return Result(fault, "skipped", (), (f"no {fault.injector}: {lacks}",), (), 0.0)
    began = time.monotonic()
    with folder() as place:
        bench = Bench(place, whole, mutant)
        try:
            fault.run(bench)
        except Exception as error:  # noqa: BLE001 - the harness failed, and not the scanner
            return Result(fault, "broken", (), (f"{type(error).__name__}: {error}",), (), time.monotonic() - began)
    return judged(fault, bench.seen, time.monotonic() - began)


def chosen(names: Iterable[str]) -> tuple[Fault, ...]:
    """Give the faults of some ids, titles or injectors; all of them if none is named."""
    wanted = set(names)
    return tuple(fault for fault in FAULTS if not wanted or wanted & {fault.id, fault.title, fault.injector})


def known() -> tuple[str, ...]:
    """Give what faults can be chosen by."""
    return tuple(dict.fromkeys((*(fault.id for fault in FAULTS), *(fault.injector for fault in FAULTS))))


def verdict(result: Result) -> Verdict:
    """Give what a result is worth: nothing holds that was skipped."""
    return _VERDICTS[result.verdict]
