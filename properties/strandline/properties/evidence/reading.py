"""Reads a document of evidence that anybody may have written: bounded, typed, and only if it agrees with itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import msgspec

from strandline.properties.evidence import bounded, strict
from strandline.properties.evidence.bounds import BYTES_MAX, NAME_MAX, Outcome
from strandline.properties.evidence.document import Evidence
from strandline.properties.evidence.evidence import kind
from strandline.properties.evidence.replay import BadTraceError, actors_of, to_trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from strandline.properties.evidence.document import Claims, LawOutcome

FORMAT: Final = "strandline evidence"
VERSION: Final = 3

_WORST_FIRST: Final[tuple[str, ...]] = get_args(Outcome)
_NO_BETTER: Final = {"skipped": "inconclusive", "interrupted": "inconclusive", "broken": "broken"}


class BadEvidenceError(Exception):
    """What was given is no document of evidence; one line says why."""


class _Head(msgspec.Struct):
    """What tells one kind of document from another."""

    version: int
    format: str = ""


def load(source: str) -> Evidence:
    """Read the document in a file, or on standard input for ``-``.

    Raises:
        BadEvidenceError: it cannot be read, is too large, or is no document of evidence.
    """
    try:
        data = bounded.read(source, BYTES_MAX)
    except bounded.UnreadableError as error:
        raise BadEvidenceError(str(error)) from error
    return decode(data)


def decode(data: bytes) -> Evidence:
    """Read a document.

    Raises:
        BadEvidenceError: it is too large, no JSON, of another kind or version, or says two things at once.
    """
    if len(data) > BYTES_MAX:
        raise BadEvidenceError(f"evidence has at most {BYTES_MAX:,} bytes, and this is larger")
    try:
        head = strict.decode(data, _Head)
        if head.format not in {"", FORMAT}:
            raise BadEvidenceError(f"not the evidence of a check: it calls itself {head.format[:NAME_MAX]!r}")
        if head.version != VERSION:
            raise BadEvidenceError(f"evidence of version {head.version}, and version {VERSION} is read here")
        found = strict.decode(data, Evidence)
    except strict.LooseError as error:
        raise BadEvidenceError(f"not evidence: {error}") from error
    try:
        for file in found.claims.traces.values():
            to_trace(file, actors_of(file))
    except BadTraceError as error:
        raise BadEvidenceError(f"not evidence: {error}") from error
    for line in contradictions(found.claims):
        raise BadEvidenceError(f"not evidence, for it contradicts itself: {line}")
    return found


def contradictions(claims: Claims) -> Iterator[str]:
    """Say where a document claims more than its own parts do; a verdict may be worse than they are, never better."""
    for law in claims.laws:
        parts = ((f"{claim.engine} says", claim.verdict) for claim in law.claims)
        yield from _better(f"{law.law} is", law.verdict, parts)
        if not law.claims and law.verdict not in {"inconclusive", "broken"}:
            yield f"{law.law} is {law.verdict}, and no engine claims anything of it"
    ends = ((f"{run.engine} was {run.state}:", _NO_BETTER[run.state]) for run in claims.engines if run.state != "ran")
    laws = ((f"{law.law} is", law.verdict) for law in claims.laws)
    away = ((f"mutant {one.mutant} was not caught:", "broken") for one in claims.mutants if not one.caught)
    yield from _better("the verdict is", claims.verdict, (*laws, *ends, *away))
    if claims.skipped != tuple(run.engine for run in claims.engines if run.state == "skipped"):
        yield "what was skipped is not what its engines say was skipped"
    missing = sorted(claims.shown.keys() - claims.traces.keys())
    if missing:
        yield f"{missing[0]} is shown, and is no trace of it"
    if not claims.laws or not claims.engines:
        yield "it has no laws or no engines, so there is nothing to claim"
    ran = {run.engine: run.state for run in claims.engines}
    for law in claims.laws:
        yield from _unfounded(law, ran)


def _unfounded(law: LawOutcome, ran: Mapping[str, str]) -> Iterator[str]:
    """Say what is claimed of a law without the engine, the kind of claim or the sight of its cover to rest on."""
    for claim in law.claims:
        engine = _engine_of(claim.engine, ran)
        if engine is None:
            yield f"{claim.engine} claims something of {law.law}, and is none of its engines"
        elif ran[engine] == "skipped":
            yield f"{claim.engine} claims something of {law.law}, and was skipped"
        worth = kind(claim.engine)
        if claim.kind != worth:
            yield f"{claim.engine} says that what it claims of {law.law} is {claim.kind}, and it is {worth}"
    if law.verdict == "holds" and law.sometimes and not any(claim.reached for claim in law.claims):
        yield f"{law.law} holds, and nobody has seen its cover"


def _engine_of(name: str, ran: Mapping[str, str]) -> str | None:
    """Give the engine that a machine or an engine of this name belongs to: its name is the first words of it."""
    ends = (len(name), *(at for at in range(len(name) - 1, 0, -1) if name[at] == " "))
    return next((name[:end] for end in ends if name[:end] in ran), None)


def _better(whose: str, verdict: str, parts: Iterable[tuple[str, str]]) -> Iterator[str]:
    for who, said in parts:
        if _WORST_FIRST.index(said) < _WORST_FIRST.index(verdict) and said != "not applicable":
            yield f"{whose} {verdict}, and {who} {said}"
            return
