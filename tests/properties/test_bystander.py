"""Claims about the bystander: what is right passes, and each way to be wrong breaks the law that names it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import pytest

from strandline.model.state import Action
from strandline.properties.blackbox.bystander import Bystander, LawBrokenOutsideError
from strandline.properties.blackbox.factory import InProcess
from strandline.properties.blackbox.plots import COMPARE, PLOTS, SETTLE, SPOILS, Plot, endless
from strandline.properties.blackbox.shipped import Shipped
from strandline.properties.blackbox.subject import Outcome, SubjectBrokenError, Turn, Turns, Unavailable, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

TODAY = datetime.now(UTC).date()
START, END = Action("start", 0), Action("end", 0)
DELETE = Action("delete", None, 1)
MORE = Turn("more", None, 0, None)


class Wrapped(Shipped):
    """The shipped scanner with its outcomes changed on the way."""

    change: Callable[[Outcome, Window], Outcome]

    def refresh(self, window: Window) -> Outcome:
        return type(self).change(super().refresh(window), window)


def wrapped(change: Callable[[Outcome, Window], Outcome]) -> InProcess:
    return InProcess(type("Wrapped", (Wrapped,), {"change": staticmethod(change)}))


def played(subject: InProcess, steps: Iterable[Action], plot: Plot = PLOTS["outside deleted"]) -> list[str]:
    """Take steps until laws break; give which."""
    bystander = Bystander(endless(plot), TODAY, subject, Counter())
    with closing(bystander):
        for step in steps:
            assert bystander.fits(step), step
            try:
                bystander.take(step)
            except LawBrokenOutsideError as error:
                assert step is bystander.steps[-1]
                return sorted(error.broken)
    return []


def spoiled(kind: int) -> tuple[Action, ...]:
    return (START, END, Action("spoil", None, kind), START, END, SETTLE)


def test_the_shipped_scanner_passes_all_that_the_others_fail() -> None:
    assert played(InProcess(Shipped), (START, DELETE, END, START, END, SETTLE, COMPARE)) == []
    assert played(InProcess(Shipped), (Action("remove"), START, END, SETTLE, COMPARE)) == []
    for kind in range(len(SPOILS)):
        assert played(InProcess(Shipped), spoiled(kind)) == []


def test_a_turn_too_many_breaks_m1() -> None:
    def lie(outcome: Outcome, _window: Window) -> Outcome:
        return Turns((*outcome.turns, MORE)) if isinstance(outcome, Turns) else outcome

    assert played(wrapped(lie), (START, END)) == ["M1"]
    assert played(wrapped(lie), (Action("remove"), START, END)) == ["M1"]


@pytest.mark.parametrize("thread", ["t", None])
def test_the_same_turn_twice_breaks_m1(thread: str | None) -> None:
    def twice(outcome: Outcome, _window: Window) -> Outcome:
        again = [turn._replace(thread=thread) for turn in outcome.turns] if isinstance(outcome, Turns) else []
        return Turns((*outcome.turns, *again)) if isinstance(outcome, Turns) else outcome

    assert played(wrapped(twice), (START, END)) == ["M1"]


@pytest.mark.parametrize("kind", range(len(SPOILS)))
def test_an_answer_from_what_is_no_log_breaks_m2(kind: int) -> None:
    def hush(outcome: Outcome, _window: Window) -> Outcome:
        return Turns(()) if isinstance(outcome, Unavailable) else outcome

    assert played(wrapped(hush), spoiled(kind)) == ["M2"]


def test_no_answer_from_a_quiet_log_breaks_m5() -> None:
    def refuse(_outcome: Outcome, _window: Window) -> Outcome:
        return Unavailable("busy")

    assert played(wrapped(refuse), (START, END)) == ["M5"]
    assert played(wrapped(refuse), (SETTLE,)) == ["M5"]


def test_a_wrong_answer_in_peace_breaks_m5_as_well() -> None:
    assert played(wrapped(lambda _outcome, _window: Turns((MORE,))), (SETTLE,)) == ["M1", "M5"]


def test_no_answer_while_the_world_moves_breaks_nothing() -> None:
    refusing = wrapped(lambda outcome, window: Unavailable("busy") if window.until is None else outcome)
    assert played(refusing, (START, DELETE, END)) == []
    assert played(refusing, (START, Action("start", 1), END, Action("end", 1)), PLOTS["outside prune"]) == []


def test_two_paths_that_differ_break_m7() -> None:
    def differ(outcome: Outcome, window: Window) -> Outcome:
        ended = window.until is not None and window.until < TODAY
        return Turns(outcome.turns[1:]) if ended and isinstance(outcome, Turns) else outcome

    assert played(wrapped(differ), (COMPARE,)) == ["M1", "M7"]


def test_an_overlapping_refresh_may_answer_from_either_side_of_a_change_and_from_no_other() -> None:
    seen: list[Outcome] = []

    def late(outcome: Outcome, _window: Window) -> Outcome:
        seen.append(outcome)
        return seen[0]

    assert played(wrapped(late), (START, END, START, DELETE, END)) == []
    seen.clear()
    assert played(wrapped(late), (START, END, DELETE, START, END)) == ["M1"]


def test_what_overlaps_a_change_is_not_counted_as_seen() -> None:
    tally: Counter[str] = Counter()
    with closing(Bystander(endless(PLOTS["outside deleted"]), TODAY, InProcess(Shipped), tally)) as bystander:
        for step in (START, END, START, DELETE, END):
            bystander.take(step)
        assert tally["twin M1"] == 0
        for step in (START, END):
            bystander.take(step)
        assert tally["twin M1"] == 1
    refusing = wrapped(lambda _outcome, _window: Unavailable("busy"))
    with closing(Bystander(endless(PLOTS["outside deleted"]), TODAY, refusing, tally)) as bystander:
        bystander.take(START)
        bystander.take(DELETE)
        bystander.take(END)
        assert tally["twin M2"] == 0


class Holding(Shipped):
    """A scanner that keeps its read transaction for ever; whoever made it lets go, since nobody closes what broke."""

    kept: ClassVar[list[sqlite3.Connection]] = []

    def __init__(self, log: Path, memo: Path) -> None:
        super().__init__(log, memo)
        self._held = sqlite3.connect(log, check_same_thread=False)
        self._held.execute("BEGIN")
        self._held.execute("SELECT count(*) FROM logs").fetchone()
        self.kept.append(self._held)


def test_a_subject_that_does_not_let_go_of_the_log_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strandline.properties.harness.disk.sqlite3.connect", partial(sqlite3.connect, timeout=0))
    with pytest.raises(SubjectBrokenError, match=r"^lock: the writer waited, and still could not append: database is"):
        played(InProcess(Holding), (Action("append"),), PLOTS["outside files"])
    Holding.kept.pop().close()
