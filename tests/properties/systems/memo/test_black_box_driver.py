"""Claims about the driver: what is right passes, and each way to be wrong breaks the law that names it."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections import Counter
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from strandline.model.terms import Step
from strandline.properties.systems.memo.blackbox.driver import BlackBoxDriver, LawBrokenOutsideError
from strandline.properties.systems.memo.blackbox.factory import InProcess
from strandline.properties.systems.memo.blackbox.scenarios import (
    COMPARE,
    DAMAGE,
    SCENARIOS,
    SETTLE,
    Scenario,
    endless,
    fits,
)
from strandline.properties.systems.memo.blackbox.shipped import Shipped
from strandline.properties.systems.memo.blackbox.subject import (
    Outcome,
    SubjectBrokenError,
    Turn,
    Turns,
    Unavailable,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TODAY = datetime.now(UTC).date()
START, END = Step("start", 0), Step("end", 0)
DELETE = Step("delete", None, 1)
MORE = Turn("more", None, 0, None)


class Wrapped(Shipped):
    """The shipped scanner with its outcomes changed on the way."""

    change: Callable[[Outcome, Window], Outcome]

    def refresh(self, window: Window) -> Outcome:
        return type(self).change(super().refresh(window), window)


def wrapped(change: Callable[[Outcome, Window], Outcome]) -> InProcess:
    return InProcess(type("Wrapped", (Wrapped,), {"change": staticmethod(change)}))


def played(subject: InProcess, steps: Iterable[Step], scenario: Scenario = SCENARIOS["outside deleted"]) -> list[str]:
    """Take steps until laws break; give which."""
    driver = BlackBoxDriver(endless(scenario), TODAY, subject, Counter())
    with closing(driver):
        for step in steps:
            assert fits(step, driver.environment, driver.scenario, driver.scope), step
            try:
                driver.take(step)
            except LawBrokenOutsideError as error:
                assert step is driver.steps[-1]
                return sorted(error.broken)
    return []


def damaged(kind: int) -> tuple[Step, ...]:
    return (START, END, Step("damage", None, kind), START, END, SETTLE)


def test_the_shipped_scanner_passes_all_that_the_others_fail() -> None:
    assert played(InProcess(Shipped), (START, DELETE, END, START, END, SETTLE, COMPARE)) == []
    assert played(InProcess(Shipped), (Step("remove"), START, END, SETTLE, COMPARE)) == []
    for kind in range(len(DAMAGE)):
        assert played(InProcess(Shipped), damaged(kind)) == []


def test_a_turn_too_many_breaks_m1() -> None:
    def lie(outcome: Outcome, _window: Window) -> Outcome:
        return Turns((*outcome.turns, MORE)) if isinstance(outcome, Turns) else outcome

    assert played(wrapped(lie), (START, END)) == ["M1"]
    assert played(wrapped(lie), (Step("remove"), START, END)) == ["M1"]


@pytest.mark.parametrize("thread", ["t", None])
def test_the_same_turn_twice_breaks_m1(thread: str | None) -> None:
    def twice(outcome: Outcome, _window: Window) -> Outcome:
        again = [turn._replace(thread=thread) for turn in outcome.turns] if isinstance(outcome, Turns) else []
        return Turns((*outcome.turns, *again)) if isinstance(outcome, Turns) else outcome

    assert played(wrapped(twice), (START, END)) == ["M1"]


@pytest.mark.parametrize("kind", range(len(DAMAGE)))
def test_an_answer_from_what_is_no_log_breaks_m2(kind: int) -> None:
    def hush(outcome: Outcome, _window: Window) -> Outcome:
        return Turns(()) if isinstance(outcome, Unavailable) else outcome

    assert played(wrapped(hush), damaged(kind)) == ["M2"]


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
    assert played(refusing, (START, Step("start", 1), END, Step("end", 1)), SCENARIOS["outside prune"]) == []


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
    with closing(BlackBoxDriver(endless(SCENARIOS["outside deleted"]), TODAY, InProcess(Shipped), tally)) as driver:
        for step in (START, END, START, DELETE, END):
            driver.take(step)
        assert tally["cover M1"] == 0
        for step in (START, END):
            driver.take(step)
        assert tally["cover M1"] == 1
    refusing = wrapped(lambda _outcome, _window: Unavailable("busy"))
    with closing(BlackBoxDriver(endless(SCENARIOS["outside deleted"]), TODAY, refusing, tally)) as driver:
        driver.take(START)
        driver.take(DELETE)
        driver.take(END)
        assert tally["cover M2"] == 0


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
    monkeypatch.setattr(
        "strandline.properties.systems.memo.driver.disk.sqlite3.connect", partial(sqlite3.connect, timeout=0)
    )
    with pytest.raises(SubjectBrokenError, match=r"^lock: the writer waited, and still could not append: database is"):
        played(InProcess(Holding), (Step("append"),), SCENARIOS["outside files"])
    Holding.kept.pop().close()


def a_folder(log: Path) -> None:
    log.unlink()
    log.mkdir()


def a_link(log: Path) -> None:
    log.unlink()
    log.symlink_to("/dev/null")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "removes the log": Path.unlink,
    "removes its folder": lambda log: shutil.rmtree(log.parent),
    "replaces the log": lambda log: (log.rename(log.with_name("gone")), log.write_bytes(b"x" * 5_000)),
    "puts a link in its place": a_link,
    "puts a folder in its place": a_folder,
    "cuts it short": lambda log: log.write_bytes(b""),
    "overwrites it": lambda log: log.write_bytes(b"x" * 50_000),
}


def take_what_fits(driver: BlackBoxDriver, steps: Iterable[Step]) -> None:
    for step in steps:
        if fits(step, driver.environment, driver.scenario, driver.scope):
            driver.take(step)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody remove a file that is open")
@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("name", ["outside deleted", "outside prune"])
def test_a_subject_that_damages_the_log_is_broken_by_that_name(how: str, name: str) -> None:
    """It once ended in an OperationalError of the checker's own."""
    broken = vandalised(how, name, Step("append and prune", None, 1), DELETE, Step("append", None, 0))
    assert broken.breach == "damage"
    assert "the log or its folder" in str(broken)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody remove a file that is open")
def test_a_log_that_is_gone_after_the_look_at_it_is_broken_by_that_name_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BlackBoxDriver, "_look_for_damage", lambda _driver: None)
    broken = vandalised("removes its folder", "outside files", Step("replace", None, 0))
    assert broken.breach == "damage"
    assert "the writer could not" in str(broken)


def vandalised(how: str, name: str, *changes: Step) -> SubjectBrokenError:
    """Give what became of a subject that damages its log after a refresh, before the log changes."""
    made = ExitStack()

    class Vandal(Shipped):
        def __init__(self, log: Path, memo: Path) -> None:
            super().__init__(log, memo)
            self._log = log
            made.callback(self.close)  # nobody closes a subject that broke

        def refresh(self, window: Window) -> Outcome:
            outcome = super().refresh(window)
            DAMAGES[how](self._log)
            return outcome

    driver = BlackBoxDriver(endless(SCENARIOS[name]), TODAY, InProcess(Vandal), Counter())
    with made, closing(driver), pytest.raises(SubjectBrokenError) as broken:
        take_what_fits(driver, (START, END, *changes))
    return broken.value
