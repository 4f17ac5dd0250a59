"""Claims about the laws: what each of them lets pass, what it does not, and what its cover sees."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from strandline.model.memo.days import Span
from strandline.model.memo.events import Answered, Discarded, Failed, GaveUp, Holding, Looked, Outline, Settled, Stored
from strandline.model.memo.log import Row
from strandline.model.memo.memo import ANCHORS_MAX, GAPS_MAX, OPEN
from strandline.model.memo.oracle import Counts, TierRows, Turn
from strandline.model.memo.state import Ghost
from strandline.model.memo.truth import Truth
from strandline.properties.systems.memo.spec.laws import LAWS, bounded_by, newer
from strandline.properties.systems.memo.spec.worlds import COMPLETED, REQUEST

if TYPE_CHECKING:
    from strandline.model.memo.events import Event
    from strandline.properties.core.law import Law

NUMBERED = {law.number: law for law in LAWS}
P = Row(1, 10, 1, "t", None, REQUEST % "p")
Q = Row(2, 20, 2, "u", None, REQUEST % "q")
DONE = Row(3, 20, 3, "u", None, COMPLETED % "p")
NOISE = Row(4, 20, 4, "v", None, "noise")
UNREAD = Row(5, 20, 5, "u", None, None)
REBORN = Row(1, 10, 9, "t", None, REQUEST % "q")
EVER = Span(None, None)
TURN_P = Turn("p", "requested", "t", 10, "m")
ONE = Counts(TierRows(request=1), turns_seen=1)
TOLD = Truth((TURN_P,), ONE, ())
"""The answer of a snapshot that holds row P, and nothing else of meaning."""

NOTHING = Truth((), Counts(), ())


def holding(*rows: Row, commit: int = 1, forgotten: bool = False, **other: Any) -> Holding:  # noqa: ANN401 - any field
    plain: dict[str, Any] = {"inode": 1, "coverage": OPEN, "sources": 1, "anchors": 1, "gaps": 0, "full": False}
    return Holding(Ghost(commit, rows, forgotten), **{**plain, **other})


def stored(mine: Holding, old: Holding | None) -> Stored:
    return Stored(0, mine, outlined(old))


def discarded(mine: Holding, theirs: Holding | None) -> Discarded:
    return Discarded(0, mine, outlined(theirs))


def outlined(memo: Holding | None) -> Outline | None:
    return memo and Outline(memo.commit, memo.inode, memo.coverage, memo.ghost.forgotten)


def looked(base: Holding | None, *rows: Row, cause: str | None = None, **other: Any) -> Looked:  # noqa: ANN401 - any field
    plain: dict[str, Any] = {"stored": True, "inode": 1, "coverage": OPEN, "tested": 0, "keys": 0}
    plain |= {"anchors": 1, "renewed": 0}
    return Looked(0, base, rows=rows, cause=cause, **{**plain, **other})


def answered(
    answer: Truth,
    *rows: Row,
    named: bool = True,
    led: bool = True,
    one_shot: Truth | None = None,
) -> Answered:
    return Answered(0, EVER, answer, rows, named, led, answer if one_shot is None else one_shot)


def settled(**other: Any) -> Settled:  # noqa: ANN401 - any field
    plain = {"exact": True, "turns": 1, "cause": None, "tested": 0, "keys": 0, "anchors": 0, "full": False}
    return Settled(**{**plain, **other})


OLD, NEW = holding(P, commit=1), holding(P, Q, commit=2)
MANY = tuple(Row(number, 20, number, "t", None, "noise") for number in range(1, 30))

KEPT: dict[str, list[Event]] = {
    "M1": [
        *(answered(TOLD, P), answered(NOTHING, NOISE), looked(None)),
        answered(TOLD._replace(skipped=(("null", 1),)), P, UNREAD),
    ],
    "M2": [Failed(0, "io", answered=False, moved=False)],
    "M3": [
        *(stored(NEW, OLD), stored(NEW, None), discarded(OLD, NEW)),
        discarded(holding(P, commit=2, forgotten=True), None),
        discarded(holding(P, coverage=5), holding(P, coverage=OPEN)),
    ],
    "M5": [settled(), settled(full=True, tested=3, keys=1, anchors=1)],
    "M6": [
        looked(None, P, Q, cause="no memo", tested=2),
        looked(OLD, P, Q, tested=1, keys=1),
        looked(holding(P, inode=2), Q, cause="file replaced", tested=1),
        looked(holding(P, coverage=15), P, coverage=OPEN, cause="window widened", tested=1),
        looked(holding(), P, cause="log was empty", tested=1),
        looked(OLD, Q, cause="anchors lost", tested=1),
        looked(OLD, REBORN, cause="rows rewritten", tested=1),
        looked(holding(Q), P, Q, cause="deleted row is back", tested=2),
        looked(holding(P, full=True), P, Q, DONE, tested=2, keys=1),
        looked(holding(P, UNREAD), P, UNREAD, keys=2),
    ],
    "M7": [answered(TOLD, P)],
    "M8": [stored(NEW, OLD), looked(OLD, P), looked(holding(P, forgotten=True), P, stored=False)],
    "M10": [stored(holding(P, sources=131_072, anchors=ANCHORS_MAX, gaps=GAPS_MAX), None)],
}
"""What happens in a scanner as it should be, by the law that has an eye on it."""

BROKEN: dict[str, list[Event]] = {
    "M1": [
        answered(NOTHING, P),
        answered(TOLD, NOISE),
        answered(TOLD._replace(turns=(TURN_P._replace(model="n"),)), P),
        answered(TOLD._replace(turns=(TURN_P._replace(how="in force"),)), P),
        answered(TOLD._replace(counts=ONE._replace(turns_untold=1)), P),
        answered(TOLD._replace(counts=None), P),
        answered(TOLD, P, UNREAD),
        answered(TOLD, P, led=False),
        answered(TOLD, P, named=False),
    ],
    "M2": [Failed(0, "io", answered=True, moved=False), Failed(0, "busy", answered=False, moved=True)],
    "M3": [
        stored(OLD, NEW),
        stored(holding(P, coverage=5), holding(P, coverage=OPEN)),
        *(discarded(NEW, OLD), discarded(NEW, None)),
        stored(holding(P, commit=2, coverage=5), holding(P, coverage=OPEN)),
        discarded(holding(P, coverage=OPEN), holding(P, commit=2, coverage=5)),
    ],
    "M5": [
        *(settled(**{what: 1}) for what in ("tested", "keys", "anchors")),
        *(settled(exact=False), settled(cause="anchors lost"), settled(cause="anchors lost", full=True)),
    ],
    "M6": [
        looked(holding(P, full=True), P, Q, DONE, tested=3, keys=1),
        looked(OLD, P, Q, tested=2),
        looked(OLD, P, tested=0, keys=2),
        looked(holding(P, NOISE), P, NOISE, keys=2),
        looked(holding(P, coverage=15), P, tested=0, keys=1),
        looked(OLD, Q, cause="anchors lost", tested=1, keys=2),
        looked(OLD, P, anchors=ANCHORS_MAX + 1),
        looked(OLD, P, renewed=ANCHORS_MAX + 1),
        looked(None, P, tested=1),
        looked(OLD, P, cause="no memo", tested=1),
        looked(OLD, P, cause="file replaced", tested=1),
        looked(OLD, P, cause="window widened", tested=1),
        looked(OLD, P, cause="log was empty", tested=1),
        looked(OLD, P, Q, cause="anchors lost", tested=2),
        looked(OLD, P, Q, cause="rows rewritten", tested=2),
        looked(OLD, P, Q, cause="deleted row is back", tested=2),
        looked(OLD, P, cause="a cause that nobody knows", tested=1),
    ],
    "M7": [
        answered(TOLD, P, one_shot=NOTHING),
        answered(TOLD, P, one_shot=TOLD._replace(counts=Counts())),
        answered(TOLD, P, one_shot=TOLD._replace(skipped=(("null", 1),))),
    ],
    "M8": [stored(holding(P, forgotten=True), None), looked(holding(P, forgotten=True), P)],
    "M10": [
        stored(holding(P, sources=131_073), None),
        stored(holding(P, anchors=ANCHORS_MAX + 1), None),
        stored(holding(P, gaps=GAPS_MAX + 1), None),
    ],
}
"""What breaks each law."""

COVERS: dict[str, tuple[Event, Event]] = {
    "M1": (looked(NEW, Q), looked(NEW, P, Q)),
    "M2": (Failed(0, "io", answered=False, moved=False), GaveUp(0)),
    "M3": (discarded(OLD, NEW), discarded(NEW, OLD)),
    "M5": (settled(), settled(turns=0)),
    "M6": (looked(OLD, P, Q, tested=1), looked(OLD, P, Q, tested=2)),
    "M7": (answered(TOLD, P), answered(NOTHING)),
    "M8": (discarded(holding(P, forgotten=True), NEW), discarded(OLD, NEW)),
    "M10": (stored(holding(P, full=True), None), stored(NEW, None)),
}
"""For each law an event that its cover is about, and one that it is not."""


def judged(law: Law, event: Event) -> bool:
    assert law.holds is not None
    return law.holds(event)


@pytest.mark.parametrize(("law", "event"), [(law, event) for law in KEPT for event in KEPT[law]])
def test_a_law_lets_pass_what_ought_to_happen(law: str, event: Event) -> None:
    assert judged(NUMBERED[law], event)


@pytest.mark.parametrize(("law", "event"), [(law, event) for law in BROKEN for event in BROKEN[law]])
def test_a_law_is_broken_by_what_it_forbids(law: str, event: Event) -> None:
    assert not judged(NUMBERED[law], event)


@pytest.mark.parametrize("law", KEPT)
def test_a_law_has_nothing_against_events_that_it_is_not_about(law: str) -> None:
    about = {type(event) for event in KEPT[law] + BROKEN[law]}
    assert {type(event) for event in BROKEN[law]} == set(NUMBERED[law].of)
    others = [event for events in KEPT.values() for event in events if type(event) not in about]
    assert others
    assert all(judged(NUMBERED[law], event) for event in others)


@pytest.mark.parametrize("law", COVERS)
def test_a_cover_sees_what_it_is_about_and_nothing_else(law: str) -> None:
    cover = NUMBERED[law].cover
    assert cover is not None
    assert [cover.seen(event) for event in COVERS[law]] == [True, False]
    assert not cover.seen(GaveUp(0))


def test_every_law_has_a_judge_and_a_cover_or_else_is_proved() -> None:
    assert {law.number for law in LAWS if law.kind != "proved"} == set(KEPT) == set(BROKEN) == set(COVERS)
    assert [law.number for law in LAWS if law.holds is None or law.cover is None] == ["M4"]


def test_every_law_has_a_number_and_a_name_of_its_own_and_says_what_and_why() -> None:
    assert len({law.number for law in LAWS}) == len({law.name for law in LAWS}) == len(LAWS)
    assert all(getattr(law, field.name) != "" for law in LAWS for field in fields(law))


def test_the_later_commit_is_the_newer_memo_whatever_it_covers() -> None:
    wide_and_old, narrow_and_new = holding(commit=1, coverage=OPEN), holding(commit=2, coverage=5)
    assert newer(narrow_and_new, wide_and_old)
    assert not newer(wide_and_old, narrow_and_new)


def test_of_two_memos_of_one_commit_and_file_the_wider_one_is_the_newer() -> None:
    wide, narrow = holding(coverage=OPEN), holding(coverage=5)
    assert newer(wide, narrow)
    assert not newer(narrow, wide)
    assert not newer(wide, wide)
    assert not newer(wide, narrow._replace(inode=2))


def test_anchors_that_were_no_anchors_are_no_excuse_for_a_full_scan() -> None:
    """Of a full memo the anchors are its newest sources; that other rows are gone does not matter."""
    full = holding(P, NOISE, full=True)
    assert judged(NUMBERED["M6"], looked(full, NOISE, cause="anchors lost", tested=1))
    assert not judged(NUMBERED["M6"], looked(full, P, cause="anchors lost", tested=1))


def test_the_highest_anchor_that_is_left_is_where_a_refresh_must_go_on_from() -> None:
    base = holding(*MANY, Q._replace(id=30))
    assert judged(NUMBERED["M6"], looked(base, *MANY, tested=0))
    assert not judged(NUMBERED["M6"], looked(base, *MANY, tested=1))


def test_a_world_has_its_own_limit_of_sources() -> None:
    narrow = bounded_by(1)
    assert narrow(stored(holding(P, sources=1), None))
    assert not narrow(stored(holding(P, sources=2), None))
