"""Mutants of the definition: each reads the rows of codex, or joins what they say, in one way that is wrong.

Existence is not monotone in rows: a row that says no to a turn can be deleted, and a wider window can hold such a row.
So what a scanner may forget, and what it may cut out of a wider answer, is a hazard of its own (H20).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

from strandline.impl.memo import codex, debugprint, refresh, scan, structure
from strandline.impl.memo import parse as parsing
from strandline.impl.memo.joined import joined
from strandline.impl.memo.parse import Parsed
from strandline.impl.memo.window import Span
from strandline.properties.core.mutant import AGREE, EXHAUST, Catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    from strandline.impl.memo.codex import _Gathered
    from strandline.impl.memo.debugprint import Value
    from strandline.impl.memo.log import LogReader, LogRow
    from strandline.impl.memo.memo import Memo, Place
    from strandline.impl.memo.projection import Fact
    from strandline.impl.memo.store import Joined
    from strandline.impl.memo.structure import Body

T = TypeVar("T")

DEFINITION: Final = Catalogue("mutant of the scanner", EXHAUST)
"""Every mutant of the definition, in the order of the docs."""

_EVER: Final = Span(None, None)
_TURN_ANYWHERE: Final = re.compile(r"[\s{]turn[._]id=")
_TIERS: Final = frozenset({"tags", "request"})

_GATHER = codex._gather
_SPAN_VALUE = structure._value
_DEBUG_VALUE = debugprint.value
_JOINED = refresh.Ask.joined
_BELIEVE = scan._believe
_FACT = scan._fact


def _misread(name: str, owner: ModuleType, attribute: str, says: str = "") -> Callable[[T], T]:
    """Add a mutant that the traps of bodies and rows must kill."""
    return DEFINITION(name, "M1", "M1", "traps", owner, attribute, says=says, engine=AGREE)


def _says_no(says: object) -> bool:
    return isinstance(says, Parsed) and says.kind in _TIERS and says.tier != "priority"


def _reading(opening: str, reader: Callable[[Body, int], Parsed | None]) -> tuple[Any, ...]:
    return tuple((begun, reader if begun == opening else known) for begun, known in parsing._READERS)


@DEFINITION("unwatched no", "H20", "M1", "overruled", scan, "_believe")
def believing_those_that_say_no(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    """Takes rows that say no to a turn for still there, without looking."""
    believed, cause = _BELIEVE(log, base, wanted, place)
    if base is None or cause is not None:
        return believed, cause
    known = set(believed.sources)
    kept = (fact for fact in base.sources if fact.id <= believed.point and (fact in known or _says_no(fact.says)))
    return believed._replace(sources=tuple(kept)), cause


@DEFINITION("yes alone", "H20", "M1", "overruled", scan, "_fact")
def fact_that_says_yes(row: LogRow, parse: Callable[[bytes], object], coverage: int | None) -> Fact[Any] | None:
    """Remembers the rows that say yes to a turn, and none that says no."""
    fact = _FACT(row, parse, coverage)
    return None if fact is not None and _says_no(fact.says) else fact


@DEFINITION("cut narrow", "H20", "M1", "overruled", refresh.Ask, "joined")
def cut_out_of_the_whole(self: refresh.Ask, sources: tuple[Fact[Any], ...]) -> Joined:
    """Cuts the answer of a narrow window out of that of all that its memo covers."""
    whole = joined(self.projection, sources, _EVER)
    return _JOINED(self, sources)._replace(turns=tuple(turn for turn in whole.turns if self.span.holds(turn.ts)))


@DEFINITION("all told", "M1", "M1", "untold", codex, "_gather")
def all_told(facts: Iterable[Fact[Parsed]], span: Span) -> _Gathered:
    """Counts no untold turn as soon as any row tells a tier."""
    found = _GATHER(facts, span)
    if not any(found.rows[rank] for rank in codex._HOWS):
        return found
    return found._replace(best={turn: best or codex._ASKED for turn, best in found.best.items()})


_misread("no tags", parsing, "_READERS", "does not read tags")(_reading('model="', lambda _body, _start: None))


def _asked_over(rank: int, found: _Gathered) -> _Gathered:
    """Let a turn be on priority because it was asked for, although a row of a better rank says that it was not."""
    overruled = {turn for turn, best in found.best.items() if best == rank and turn not in found.priority[rank]}
    return found._replace(
        best=found.best | dict.fromkeys(overruled & found.priority[codex._ASKED].keys(), codex._ASKED)
    )


@_misread("asked over tags", codex, "_gather")
def asked_over_tags(facts: Iterable[Fact[Parsed]], span: Span) -> _Gathered:
    """Lets what was asked for overrule what was in force."""
    return _asked_over(codex._IN_FORCE, _GATHER(facts, span))


@_misread("asked over request", codex, "_gather")
def asked_over_requests(facts: Iterable[Fact[Parsed]], span: Span) -> _Gathered:
    """Lets what was asked for overrule a request that is not on priority."""
    return _asked_over(codex._REQUESTED, _GATHER(facts, span))


_misread("settings start", parsing, "_STARTING", "takes a change of settings for the start of a turn")(
    parsing._STARTING | {"ThreadSettings"}
)


@_misread("steer starts", debugprint, "value")
def never_steering(text: str, start: int | None) -> Value:
    """Takes a steer for the start of a turn."""
    found = _DEBUG_VALUE(text, start)
    return found._replace(head="") if found.head == "Steer" else found


_misread("compact unseen", parsing, "_STARTING", "does not take a compaction for a turn")(
    parsing._STARTING - {"Compact"}
)


@_misread("outermost", structure, "_innermost")
def outermost(name: structure._Name, body: Body) -> str | None:
    """Takes the turn of the first span that names one."""
    for start, end in zip(body.spans[::2], body.spans[1::2], strict=True):
        value = structure._value(name, body.text, start, end)
        if value and value.strip():
            return value
    return None


@_misread("quotes kept", structure, "unescaped")
def quoted(string: str) -> str:
    """Keeps a quoted turn with its quotes."""
    return string


@_misread("prompt read", structure, "_value")
def in_any_text(name: structure._Name, text: str, start: int, end: int) -> str | None:
    """Reads fields in the text of a prompt."""
    if name is not structure._TURN:
        return _SPAN_VALUE(name, text, start, end)
    mark = _TURN_ANYWHERE.search(text, start - 1, end)
    value = structure._VALUE.match(text, mark.end(), end) if mark else None
    return value[0] if value else None


@_misread("unreadable dropped", codex, "_gather")
def all_readable(facts: Iterable[Fact[Parsed]], span: Span) -> _Gathered:
    """Drops what it cannot read without a word."""
    return _GATHER(facts, span)._replace(unreadable=0)


def _to_itself(body: Body, start: int) -> Parsed | None:
    model, matches, _ = body.text[start:].partition(" (matches requested model)")
    return Parsed("rerouted", body.turn, body.thread, None, model) if matches else parsing._rerouted(body, start)


_REROUTED: Final = "takes the news that the model is the one that was requested for a reroute"
_misread("rerouted to itself", parsing, "_READERS", _REROUTED)(_reading("server reported model ", _to_itself))
