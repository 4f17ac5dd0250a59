"""Mutants of the definition: each reads the rows of codex, or joins what they say, in one way that is wrong.

Existence is not monotone in rows: a row that says no to a turn can be deleted, and a wider window can hold such a row.
So what a scanner may forget, and what it may cut out of a wider answer, is a hazard of its own (H20).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from strandline.impl import codex, debugprint, refresh, scan, structure
from strandline.impl import parse as parsing
from strandline.impl.joined import joined
from strandline.impl.parse import Parsed
from strandline.impl.window import Span
from strandline.properties.mutant import AGREE, EXHAUST, Mutant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from strandline.impl.codex import _Gathered
    from strandline.impl.debugprint import Value
    from strandline.impl.log import LogReader, LogRow
    from strandline.impl.memo import Memo, Place
    from strandline.impl.projection import Fact
    from strandline.impl.store import Joined
    from strandline.impl.structure import Body

_EVER: Final = Span(None, None)
_TURN_ANYWHERE: Final = re.compile(r"[\s{]turn[._]id=")
_TIERS: Final = frozenset({"tags", "request"})


def asked_over_tags(facts: Iterable[Fact[Parsed]], span: Span) -> _Gathered:
    return _asked_over(codex._IN_FORCE, _GATHER(facts, span))


def asked_over_requests(facts: Iterable[Fact[Parsed]], span: Span) -> _Gathered:
    return _asked_over(codex._REQUESTED, _GATHER(facts, span))


def _asked_over(rank: int, found: _Gathered) -> _Gathered:
    """Let a turn be on priority because it was asked for, although a row of a better rank says that it was not."""
    overruled = {turn for turn, best in found.best.items() if best == rank and turn not in found.priority[rank]}
    return found._replace(
        best=found.best | dict.fromkeys(overruled & found.priority[codex._ASKED].keys(), codex._ASKED)
    )


def all_told(facts: Iterable[Fact[Parsed]], span: Span) -> _Gathered:
    found = _GATHER(facts, span)
    if not any(found.rows[rank] for rank in codex._HOWS):
        return found
    return found._replace(best={turn: best or codex._ASKED for turn, best in found.best.items()})


def all_readable(facts: Iterable[Fact[Parsed]], span: Span) -> _Gathered:
    return _GATHER(facts, span)._replace(unreadable=0)


def outermost(name: structure._Name, body: Body) -> str | None:
    for start, end in zip(body.spans[::2], body.spans[1::2], strict=True):
        value = structure._value(name, body.text, start, end)
        if value and value.strip():
            return value
    return None


def in_any_text(name: structure._Name, text: str, start: int, end: int) -> str | None:
    if name is not structure._TURN:
        return _SPAN_VALUE(name, text, start, end)
    mark = _TURN_ANYWHERE.search(text, start - 1, end)
    value = structure._VALUE.match(text, mark.end(), end) if mark else None
    return value[0] if value else None


def never_steering(text: str, start: int | None) -> Value:
    found = _DEBUG_VALUE(text, start)
    return found._replace(head="") if found.head == "Steer" else found


def rerouted_to_itself(body: Body, start: int) -> Parsed | None:
    model, matches, _ = body.text[start:].partition(" (matches requested model)")
    return Parsed("rerouted", body.turn, body.thread, None, model) if matches else parsing._rerouted(body, start)


def _reading(opening: str, reader: Callable[[Body, int], Parsed | None]) -> tuple[Any, ...]:
    return tuple((begun, reader if begun == opening else known) for begun, known in parsing._READERS)


def cut_out_of_the_whole(self: refresh.Ask, sources: tuple[Fact[Any], ...]) -> Joined:
    whole = joined(self.projection, sources, _EVER)
    return _JOINED(self, sources)._replace(turns=tuple(turn for turn in whole.turns if self.span.holds(turn.ts)))


def _says_no(says: object) -> bool:
    return isinstance(says, Parsed) and says.kind in _TIERS and says.tier != "priority"


def believing_those_that_say_no(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    believed, cause = _BELIEVE(log, base, wanted, place)
    if base is None or cause is not None:
        return believed, cause
    known = set(believed.sources)
    kept = (fact for fact in base.sources if fact.id <= believed.point and (fact in known or _says_no(fact.says)))
    return believed._replace(sources=tuple(kept)), cause


def fact_that_says_yes(row: LogRow, parse: Callable[[bytes], object], coverage: int | None) -> Fact[Any] | None:
    fact = _FACT(row, parse, coverage)
    return None if fact is not None and _says_no(fact.says) else fact


_GATHER = codex._gather
_SPAN_VALUE = structure._value
_DEBUG_VALUE = debugprint.value
_JOINED = refresh.Ask.joined
_BELIEVE = scan._believe
_FACT = scan._fact


def _misread(name: str, says: str, where: Any, attribute: str, by: Any) -> Mutant:
    """Make a mutant that the traps of bodies and rows must catch."""
    return Mutant(name, "M1", says, "M1", where, attribute, by, AGREE, "traps")


DEFINITION: Final[tuple[Mutant, ...]] = (
    Mutant(
        "unwatched no",
        "H20",
        "takes rows that say no to a turn for still there, without looking",
        "M1",
        scan,
        "_believe",
        believing_those_that_say_no,
        EXHAUST,
        "overruled",
    ),
    Mutant(
        "yes alone",
        "H20",
        "remembers the rows that say yes to a turn, and none that says no",
        "M1",
        scan,
        "_fact",
        fact_that_says_yes,
        EXHAUST,
        "overruled",
    ),
    Mutant(
        "cut narrow",
        "H20",
        "cuts the answer of a narrow window out of that of all that its memo covers",
        "M1",
        refresh.Ask,
        "joined",
        cut_out_of_the_whole,
        EXHAUST,
        "overruled",
    ),
    Mutant(
        "all told",
        "M1",
        "counts no untold turn as soon as any row tells a tier",
        "M1",
        codex,
        "_gather",
        all_told,
        EXHAUST,
        "untold",
    ),
    _misread("no tags", "does not read tags", parsing, "_READERS", _reading('model="', lambda _body, _start: None)),
    _misread(
        "asked over tags", "lets what was asked for overrule what was in force", codex, "_gather", asked_over_tags
    ),
    _misread(
        "asked over request",
        "lets what was asked for overrule a request that is not on priority",
        codex,
        "_gather",
        asked_over_requests,
    ),
    _misread(
        "settings start",
        "takes a change of settings for the start of a turn",
        parsing,
        "_STARTING",
        parsing._STARTING | {"ThreadSettings"},
    ),
    _misread("steer starts", "takes a steer for the start of a turn", debugprint, "value", never_steering),
    _misread(
        "compact unseen", "does not take a compaction for a turn", parsing, "_STARTING", parsing._STARTING - {"Compact"}
    ),
    _misread("outermost", "takes the turn of the first span that names one", structure, "_innermost", outermost),
    _misread("quotes kept", "keeps a quoted turn with its quotes", structure, "unescaped", lambda string: string),
    _misread("prompt read", "reads fields in the text of a prompt", structure, "_value", in_any_text),
    _misread("unreadable dropped", "drops what it cannot read without a word", codex, "_gather", all_readable),
    _misread(
        "rerouted to itself",
        "takes the news that the model is the one that was requested for a reroute",
        parsing,
        "_READERS",
        _reading("server reported model ", rerouted_to_itself),
    ),
)
"""Every mutant of the definition, in the order of the docs."""
