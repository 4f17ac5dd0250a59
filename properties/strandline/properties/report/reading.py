"""Reads a document of evidence that anybody may have written: bounded, typed, and only if it agrees with itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import msgspec

from strandline.properties.report import bounded
from strandline.properties.report.bounds import BYTES_MAX, NAME_MAX, Outcome
from strandline.properties.report.document import Evidence
from strandline.properties.report.replay import BadTraceError, to_trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.properties.report.document import Claims

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
        head = msgspec.json.decode(data, type=_Head)
        if head.format not in {"", FORMAT}:
            raise BadEvidenceError(f"not the evidence of a check: it calls itself {head.format[:NAME_MAX]!r}")
        if head.version != VERSION:
            raise BadEvidenceError(f"evidence of version {head.version}, and version {VERSION} is read here")
        found = msgspec.json.decode(data, type=Evidence)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadEvidenceError(f"not evidence: {error}") from error
    try:
        for file in found.claims.traces.values():
            to_trace(file)
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
    yield from _better("the verdict is", claims.verdict, (*laws, *ends))
    if claims.skipped != tuple(run.engine for run in claims.engines if run.state == "skipped"):
        yield "what was skipped is not what its engines say was skipped"
    missing = sorted(claims.shown.keys() - claims.traces.keys())
    if missing:
        yield f"{missing[0]} is shown, and is no trace of it"


def _better(whose: str, verdict: str, parts: Iterable[tuple[str, str]]) -> Iterator[str]:
    for who, said in parts:
        if _WORST_FIRST.index(said) < _WORST_FIRST.index(verdict) and said != "not applicable":
            yield f"{whose} {verdict}, and {who} {said}"
            return
