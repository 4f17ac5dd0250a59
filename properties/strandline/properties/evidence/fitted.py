"""What a page shows of a document: all of what strandline writes, and so much of one that is made to be large.

A document within its bounds can name thousands of things, and have each repeat the longest text. A page of all that
would take the memory of whoever makes it, and of the browser. So the page is made of a document that is cut to fit, and
says what was left out.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import msgspec

from strandline.properties.core.counting import many
from strandline.properties.evidence.summary import in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strandline.properties.evidence.document import Claims, LawOutcome, MutantOutcome, Said
    from strandline.properties.evidence.shown import StepShown, TraceShown

STEPS_MAX: Final = 1_000
"""Steps on a page, of all its traces together; a shortest trace has some twenty."""

CHANGES_MAX: Final = 12
"""What one step changed, and what it looked at."""

LAWS_MAX: Final = 100
CLAIMS_MAX: Final = 500
ENGINES_MAX: Final = 40
MUTANTS_MAX: Final = 300
FEW_MAX: Final = 60
"""Laws, claims, engines and mutants on a page, and of whatever belongs to one of them."""

TEXT_MAX: Final = 600
"""Characters of a text that stands on a page many times."""

T = TypeVar("T")


class Fitted(NamedTuple):
    """A document that is cut to fit, and a line for each kind of thing that was left out."""

    claims: Claims
    left: tuple[str, ...]


def fitted(claims: Claims) -> Fitted:
    """Cut what a page is made of; nothing is cut of what is within the bounds of this module."""
    laws = in_order(claims.laws)[:LAWS_MAX]
    room, kept = CLAIMS_MAX, []
    for law in laws:
        kept.append(_law(law, room))
        room -= len(kept[-1].claims)
    shown = _traces(claims.shown)
    small = msgspec.structs.replace(
        claims,
        laws=tuple(kept),
        engines=tuple(
            msgspec.structs.replace(one, says=_text(one.says), detail=_text(one.detail))
            for one in claims.engines[:ENGINES_MAX]
        ),
        machines=tuple(
            msgspec.structs.replace(one, rules=_few(one.rules), sometimes=_few(one.sometimes))
            for one in claims.machines[:ENGINES_MAX]
        ),
        mutants=tuple(map(_mutant, claims.mutants[:MUTANTS_MAX])),
        sources=_few(claims.sources),
        judges=_few(claims.judges),
        shown=shown,
        does_not_show=claims.does_not_show[:LAWS_MAX],
    )
    return Fitted(small, tuple(_left(claims, small)))


def _left(whole: Claims, small: Claims) -> list[str]:
    """Say what was left out, each kind in a line."""
    counts = {
        "step": (_steps(whole.shown), _steps(small.shown)),
        "law": (len(whole.laws), len(small.laws)),
        "claim": (_claims(whole), _claims(small)),
        "engine": (len(whole.engines), len(small.engines)),
        "state machine": (len(whole.machines), len(small.machines)),
        "mutant": (len(whole.mutants), len(small.mutants)),
    }
    return [
        f"{many(had - has, what)} of {had:,}: the page shows {has:,}"
        for what, (had, has) in counts.items()
        if had > has
    ]


def _steps(shown: Mapping[str, TraceShown]) -> int:
    return sum(len(trace.steps) for trace in shown.values())


def _claims(claims: Claims) -> int:
    return sum(len(law.claims) for law in claims.laws)


def _traces(shown: Mapping[str, TraceShown]) -> dict[str, TraceShown]:
    """Cut the traces to the steps that there is room for, the first trace first."""
    room, kept = STEPS_MAX, {}
    for name, trace in shown.items():
        steps = trace.steps[:room]
        room -= len(steps)
        kept[name] = msgspec.structs.replace(
            trace,
            first=_texts(trace.first),
            steps=tuple(map(_step, steps)),
            ending=tuple(map(_text, trace.ending[:FEW_MAX])),
        )
    return kept


def _step(step: StepShown) -> StepShown:
    return msgspec.structs.replace(
        step,
        title=_text(step.title),
        reads=_texts(step.reads),
        changes=tuple(
            msgspec.structs.replace(one, before=_text(one.before), after=_text(one.after))
            for one in step.changes[:CHANGES_MAX]
        ),
        scan=step.scan and _text(step.scan),
        now=step.now and _text(step.now),
    )


def _law(law: LawOutcome, room: int) -> LawOutcome:
    return msgspec.structs.replace(law, claims=tuple(map(_said, law.claims[:room])))


def _said(claim: Said) -> Said:
    return msgspec.structs.replace(
        claim, says=_text(claim.says), bounds=_texts(claim.bounds), counts=_few(claim.counts, CHANGES_MAX)
    )


def _mutant(one: MutantOutcome) -> MutantOutcome:
    return msgspec.structs.replace(one, says=_text(one.says), kills=one.kills[:CHANGES_MAX])


def _texts(named: Mapping[str, str]) -> dict[str, str]:
    return {name: _text(text) for name, text in _few(named, CHANGES_MAX).items()}


def _few(named: Mapping[str, T], most: int = FEW_MAX) -> dict[str, T]:
    return dict(islice(named.items(), most))


def _text(text: str) -> str:
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]} …"
