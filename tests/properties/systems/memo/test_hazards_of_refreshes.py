"""The hazards that two refreshes, or a refresh and a writer amid it, make for a memo, each as its shortest story."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from strandline.impl.memo.answer import Answer
from strandline.impl.memo.effects import Check, ReadLog, Swap
from strandline.impl.memo.files import Sighting, SystemFiles
from strandline.impl.memo.host import Host
from strandline.impl.memo.scanner import Scanner
from tests.properties.systems.memo.stories import (
    ALWAYS,
    GATES_MAX,
    LIMITS,
    Refresh,
    WrongError,
    ask,
    delete,
    expect,
    log,
    names,
    request,
    stored,
    tell,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from strandline.impl.memo.memo import Place


def h03(folder: Path) -> None:
    path = folder / "log"
    with log(path, "p") as writer, closing(Host(path, limits=LIMITS)) as host:
        Refresh(host).finish()
        delete(writer, "p")
        late = Refresh(host).finish()
        expect("the second answer", names(late), truth(path))
        assert late.snapshot is not None
        expect("the observation that is stored", stored(host).observation, late.snapshot.observation)
        request(writer, "q")
        expect("the third answer", names(Refresh(host).finish()), ["q"])


def h04(folder: Path) -> None:
    """Whichever statement of a refresh the transaction comes before, the answer is the one before it or after it."""
    for statement in range(STATEMENTS_MAX):
        path = folder / f"{statement}.log"
        with log(path, "a", "b") as writer:
            clock = _Clock()

            def rotate(writer: sqlite3.Connection = writer) -> None:
                writer.execute("BEGIN IMMEDIATE")
                delete(writer, "a")
                request(writer, "d")
                writer.execute("COMMIT")

            with Scanner(path, connect=clock.connect) as scanner:
                ask(scanner, path)
                request(writer, "c")
                clock.strike(statement, rotate)
                answer = scanner.turns(ALWAYS)
                assert isinstance(answer, Answer)
                assert answer.statistics.cause is None
                if clock.pending:
                    assert statement >= 6
                    return
                if names(answer) not in (["a", "b", "c"], ["b", "c", "d"]):
                    raise WrongError(f"before statement {statement}: {names(answer)} never was")
                expect("the next answer", names(ask(scanner, path)), ["b", "c", "d"])
    raise AssertionError(f"a refresh does not end within {STATEMENTS_MAX} statements")


STATEMENTS_MAX = 40


class _Clock:
    """Makes connections that do something before their n-th statement from now."""

    def __init__(self) -> None:
        self.pending: Callable[[], None] | None = None
        self._left = 0

    def strike(self, after: int, action: Callable[[], None]) -> None:
        self.pending, self._left = action, after

    def tick(self) -> None:
        if self.pending is not None and self._left == 0:
            action, self.pending = self.pending, None
            action()
        self._left -= 1

    def connect(self, *arguments: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - as in sqlite3
        clock = self

        class Ticking(sqlite3.Connection):
            def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as in sqlite3
                clock.tick()
                return super().execute(sql, parameters)

        return sqlite3.connect(*arguments, factory=Ticking, **options)


def h05_late(folder: Path) -> None:
    """Of three refreshes one has read the old file when it is replaced, one has connected to it, one comes after."""
    path, fresh = folder / "log", folder / "fresh"
    with log(path, "old"), log(fresh, "new"):
        pass
    with closing(Host(path, limits=LIMITS)) as host:
        slow = Refresh(host).until(Check)
        slower = Refresh(host).until(ReadLog)
        fresh.replace(path)
        fast = Refresh(host).finish()
        expect("the answer of the fast one", names(fast), ["new"])
        for late in (slow, slower):
            late.finish()
            expect("the file of the memo", stored(host).place, here(path))
        after = Refresh(host).finish()
        expect("the answer after the race", names(after), ["new"])
        expect("the way to it", (after.statistics.path, after.statistics.cause), ("unchanged", None))


def h05_around(folder: Path) -> None:
    """Whichever gate of a refresh the file is replaced before, the answer is of one of the two and the memo is too."""
    for gates in range(GATES_MAX):
        path, fresh = folder / f"{gates}.log", folder / f"{gates}.fresh"
        with log(path, "old"), log(fresh, "new"):
            pass
        with closing(Host(path, limits=LIMITS)) as host:
            refresh = Refresh(host)
            for _ in range(gates):
                if refresh.answer is None:
                    refresh.gate()
            ended = refresh.answer is not None
            waits_to_store = isinstance(refresh.effect, Swap)
            fresh.replace(path)
            answer = refresh.finish()
            expect(f"replaced before gate {gates}", names(answer), ["old" if ended or waits_to_store else "new"])
            expect("the next answer", names(Refresh(host).finish()), ["new"])
            expect("the memo", [fact.says.turn for fact in stored(host).sources], ["new"])
            if ended:
                assert gates > 4
                return


def here(path: Path) -> Place:
    found = SystemFiles().locate(path)
    assert isinstance(found, Sighting)
    return found.place


def h08(folder: Path) -> None:
    path = folder / "log"
    with log(path, "a") as writer, closing(Host(path, limits=LIMITS)) as host:
        early = Refresh(host).until(ReadLog)
        late = Refresh(host).until(Check)
        request(writer, "b")
        early.finish()
        late.finish()
        expect("the highest id that is remembered", stored(host).cursor, 2)


def h09(folder: Path) -> None:
    path = folder / "log"
    scans = 0
    with log(path, "a") as writer, closing(Host(path, limits=LIMITS)) as host:
        for round_number in range(5):
            request(writer, f"a{round_number}")
            wide = Refresh(host).until(Check)
            request(writer, f"b{round_number}")
            Refresh(host, since=50).finish()
            answer = wide.finish()
            scans += answer.statistics.cause is not None
    expect("full scans in five rounds", scans, 1)


def h13(folder: Path) -> None:
    path = folder / "log"
    with log(path, "a"), closing(Host(path, limits=LIMITS)) as host:
        late = Refresh(host).until(Check)
        host.store.drop()
        late.finish()
        expect("what is remembered after the drop", host.store.slot.memo, None)


def h17(folder: Path) -> None:
    path = folder / "log"
    with (
        log(path, "a") as writer,
        closing(Host(path, limits=LIMITS)) as one,
        closing(Host(path, limits=LIMITS)) as other,
    ):
        late = Refresh(one).until(Check)
        request(writer, "b")
        Refresh(other).finish()
        late.finish()
        expect("the highest id that the other one remembers", stored(other).cursor, 2)


def test_h03_a_memo_that_has_read_less_far_but_later_is_not_thrown_away(tmp_path: Path) -> None:
    """Request p, refresh, p is deleted, refresh: what the second one saw is newer, though its log is shorter."""
    tell(h03, tmp_path, "dominance", "the observation that is stored: 1, and not 2")


def test_h04_a_transaction_between_two_statements_of_a_refresh_is_seen_whole_or_not_at_all(tmp_path: Path) -> None:
    """The oldest row is deleted and one appended, after the sources were looked up and before the tail is read."""
    tell(h04, tmp_path, "torn", r"\['a', 'b', 'c', 'd'\] never was")


def test_h05_a_refresh_of_the_replaced_file_never_stores_over_one_of_the_new_file(tmp_path: Path) -> None:
    """It connects to the old file, another refresh reads the new one and stores, it reads the old one and stores."""
    tell(h05_late, tmp_path, "no second look", "the file of the memo")


def test_h05_a_file_replaced_between_any_two_gates_leaves_an_answer_and_a_memo_of_one_file(tmp_path: Path) -> None:
    """Replaced after the old file was pinned and before it was opened, the new content is under the old number."""
    tell(h05_around, tmp_path, "no second look", "replaced before gate")


def test_h08_the_order_of_memos_is_that_of_their_snapshots_and_not_of_their_starts(tmp_path: Path) -> None:
    """A starts, B starts and reads, a row arrives, A reads and stores, B stores."""
    tell(h08, tmp_path, "early number", "the highest id that is remembered: 1, and not 2")


def test_h09_a_wide_refresh_that_narrow_ones_overtake_scans_everything_once(tmp_path: Path) -> None:
    """Five times a narrow refresh stores while a wide one is about to."""
    tell(h09, tmp_path, "newest takes all", "full scans in five rounds")


def test_h13_a_refresh_in_flight_does_not_undo_a_drop(tmp_path: Path) -> None:
    tell(h13, tmp_path, "undone drop", "what is remembered after the drop")


def test_h17_two_scanners_of_one_log_do_not_store_over_each_other(tmp_path: Path) -> None:
    """One reads, a row arrives, the other one reads and stores, and then the first one does."""
    tell(h17, tmp_path, "shared slot", "the highest id that the other one remembers: 1, and not 2")
