"""A soak as the renderer of evidence takes it: each law with the cases that did not break it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.soak.report import Report, Sometimes
from strandline.properties.evidence import strict
from strandline.properties.evidence.account import Account
from strandline.properties.evidence.document import Claims, EngineOutcome, Evidence, LawOutcome, Machine, Said

if TYPE_CHECKING:
    from strandline.properties.evidence.bounds import EngineState

ENGINE: Final = "soak"

_STATES: Final[dict[Verdict, EngineState]] = {Verdict.BROKEN: "broken", Verdict.INCONCLUSIVE: "interrupted"}


def read(data: bytes) -> Account:
    """Read the document of a soak.

    Raises:
        ValueError: it is none.
    """
    found = strict.decode(data, Report)
    seen = {one.law: one.count for one in found.sometimes if one.says}
    away = Verdict(found.verdict) if not found.violations else Verdict.HOLDS
    ended = "; ".join(found.reasons) if away is not Verdict.HOLDS else ""
    state = _STATES.get(away, "ran")
    says = "plays the state machines with fresh seeds, on every core"
    claims = Claims(
        subject=found.plan.subject if found.plan is not None else "nothing",
        full=True,
        sources=found.sources,
        judges={},
        verdict=Verdict(found.verdict).value,
        laws=tuple(_law(one, found) for one in found.sometimes),
        engines=(EngineOutcome(ENGINE, says, state, ended),),
        machines=(Machine(ENGINE, found.rules, seen),),
        mutants=(),
        traces={},
        shown={},
        skipped=(),
        does_not_show=found.does_not_show,
    )
    return Account(Evidence("strandline evidence", 3, claims, found.run), {})


def _law(law: Sometimes, found: Report) -> LawOutcome:
    """Say how a law fared. A trace is no part of the document: where it lies and what takes it again is said."""
    broke = [one for one in found.violations if one.law == law.law]
    verdict = Verdict.VIOLATED if broke else Verdict.HOLDS if found.verdict == Verdict.HOLDS else Verdict.INCONCLUSIVE
    says = "; ".join(f"{one.says}; {one.replay or one.again}" for one in broke)
    risk = {"risk": f"fewer than {found.risk:.2g} of such cases break a law (3/N, at 95 %)"} if found.risk else {}
    claim = Said(
        engine=ENGINE,
        kind="sampled",
        verdict=verdict.value,
        says=says or "no violation in so many cases",
        bounds={"seed": str(found.plan.seed if found.plan is not None else "none"), **risk},
        counts={
            "cases": found.cases,
            "steps": found.steps,
            **{f"{kind.kind} {what}": count for kind in found.tallies for what, count in kind.counts.items()},
        },
        reached=law.count if law.says else None,
    )
    return LawOutcome(
        law.law, law.name, law.kind, law.statement, law.why, law.says or None, verdict.value, says, (claim,)
    )
