"""What a document says, of whatever kind it is, as the one renderer takes it: evidence, and its traces as lanes.

A check, a search and a soak each leave a document of their own, for each has its own to tell. For people all of them
become this, so that the summary, the page and JUnit's XML are written once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from strandline.properties.evidence import bounded, strict
from strandline.properties.evidence.bounds import BYTES_MAX
from strandline.properties.evidence.lanes import Quoted, lanes
from strandline.properties.evidence.reading import BadEvidenceError, contradictions, decode
from strandline.properties.evidence.replay import actors_of, to_trace
from strandline.properties.evidence.shown import exhibit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.properties.evidence.document import Evidence


class Account(NamedTuple):
    """The evidence, and by the name of a violated law the lanes of its trace, as far as it can be drawn."""

    evidence: Evidence
    drawings: dict[str, list[str]]


class Reader(NamedTuple):
    """What reads a kind of document, as ``module:name``, and what tells the kind: its format, or a field of its own.

    It gets the bytes and gives an account. It is imported when there is such a document: a page waits for no engine.
    """

    format: str
    field: str
    at: str

    def read(self, data: bytes) -> Account:
        """Read a document of this kind."""
        module, _, name = self.at.partition(":")
        account: Account = getattr(import_module(module), name)(data)
        return account


class _Head(msgspec.Struct):
    format: str = ""


def of_check(found: Evidence) -> Account:
    """Give the account of a check: its traces are drawn as it shows them, and in its words."""
    laws = [Quoted(law.law, law.name, law.statement) for law in found.claims.laws]
    files = {name: found.claims.traces[name] for name in found.claims.shown}
    traces = {name: to_trace(file, actors_of(file)) for name, file in files.items()}
    drawn = {trace.law: lanes(exhibit(trace, found.claims.shown[name]), laws) for name, trace in traces.items()}
    return Account(found, drawn)


def read(source: str, others: Iterable[Reader]) -> Account:
    """Read the document in a file, or on standard input for ``-``.

    Args:
        source: the name of the file.
        others: what reads documents that are not those of a check.

    Raises:
        BadEvidenceError: it cannot be read, is too large, is no document of these kinds, or says two things.
    """
    try:
        data = bounded.read(source, BYTES_MAX)
    except bounded.UnreadableError as error:
        raise BadEvidenceError(str(error)) from error
    if len(data) > BYTES_MAX:
        raise BadEvidenceError(f"evidence has at most {BYTES_MAX:,} bytes, and this is larger")
    try:
        called = strict.decode(data, _Head).format
        fields = () if called else strict.decode(data, dict[str, msgspec.Raw])
        fitting = [one for one in others if (called and called == one.format) or one.field in fields]
        account = fitting[0].read(data) if fitting else of_check(decode(data))
    except (msgspec.DecodeError, ValueError) as error:
        raise BadEvidenceError(f"not evidence: {error}") from error
    for line in contradictions(account.evidence.claims):
        raise BadEvidenceError(f"not evidence, for it contradicts itself: {line}")
    return account
