"""What a check left open, gathered in one place so that it can stand where nobody overlooks it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.evidence.document import Claims, LawOutcome


_OPEN: Final = frozenset({"inconclusive", "broken"})


def open_ends(claims: Claims) -> Iterator[str]:
    """Name what was skipped or broke off, what was never reached, and which mutants got away."""
    claiming = sorted({claim.engine for law in claims.laws for claim in law.claims})
    for run in claims.engines:
        if run.state != "ran":
            yield f"{run.engine} {run.state}" + (f": {run.detail}" if run.detail else "")
        elif not "".join(claiming[(at := bisect_left(claiming, run.engine)) : at + 1]).startswith(run.engine):
            yield f"{run.engine} ran, and claims nothing"
    for law in claims.laws:
        yield from _of_law(law)
    for machine in claims.machines:
        idle = [rule for rule, count in machine.rules.items() if not count]
        if idle:
            yield f"{machine.engine}: rules that never fired: {', '.join(idle)}"
    for mutant in claims.mutants:
        if not mutant.caught:
            yield f"mutant {mutant.mutant} was not caught by {mutant.engine}, which must catch it"
    missing = [name for name in claims.traces if name not in claims.shown]
    if missing:
        yield f"traces that could not be taken again: {', '.join(missing)}"


def _of_law(law: LawOutcome) -> Iterator[str]:
    if law.verdict in _OPEN:
        yield f"{law.called} is {law.verdict}" + (f": {law.says}" if law.says else "")
    for claim in law.claims:
        if claim.verdict in _OPEN:
            yield f"{law.law} by {claim.engine} is {claim.verdict}: {claim.says}"
        elif claim.reached == 0 and law.sometimes:
            yield f"{law.law} by {claim.engine}: never seen: {law.sometimes}"
